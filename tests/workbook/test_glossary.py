"""Terms are marked once a page, where people read and nowhere else."""

import re

import pytest

from basics.errors import InputError
from workbook.glossary import FirstUses, Term, glossary

WORDS = [
    Term(term="hash center", meaning='The "code" of a class.', forms=("hash centers",)),
    Term(term="center", meaning="A code."),
]


def marked(html: str) -> str:
    return FirstUses("x.html", list(WORDS)).mark(html)


def test_the_terms_are_by_the_alphabet_and_each_has_a_place_of_its_own():
    terms = [entry.term.lower() for entry in glossary()]
    assert terms == sorted(terms)
    assert len({entry.anchor for entry in glossary()}) == len(terms) > 20


def test_the_first_use_is_linked_and_the_longest_term_wins():
    text = marked("<p>Hash centers, hash center, center.</p>")
    assert re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', text) == [
        ("x.html#term-hash-center", "Hash centers"),
        ("x.html#term-center", "center"),
    ]
    assert 'data-meaning="The &quot;code&quot; of a class."' in text


@pytest.mark.parametrize("tag", ["a", "code", "pre", "math", "h2", "summary"])
def test_nothing_is_marked_inside_links_code_formulas_and_headings(tag):
    assert marked(f"<{tag}>center <b>center</b></{tag}>") == f"<{tag}>center <b>center</b></{tag}>"
    assert marked(f"<{tag}>x</{tag}> center").count("term-center") == 1


def test_parts_of_words_and_attributes_are_no_use():
    assert (
        marked('<p title="center">centers sub-center epicenter</p>')
        == '<p title="center">centers sub-center epicenter</p>'
    )


def test_an_unknown_field_is_refused(catalogue_holding):
    catalogue_holding("glossary.yaml", "[{term: t, meaning: m, colour: red}]")
    with pytest.raises(InputError, match="colour"):
        glossary.__wrapped__()
