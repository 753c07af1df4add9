"""The words of the trade: what each means, marked where a page uses it for the first time."""

import re
from dataclasses import dataclass, field
from functools import cache
from html import escape

from basics.schema import Struct
from workbook.catalogue import read_optional
from workbook.signs import on_text

_UNMARKED = {"a", "code", "pre", "math", "summary", "button", "h1", "h2", "h3", "h4", "h5", "h6"}


class Term(Struct, frozen=True):
    """One entry of glossary.yaml.

    Args:
        term: as its entry is headed.
        meaning: a sentence or two.
        forms: other ways it is written, its plural for instance.
    """

    term: str
    meaning: str
    forms: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Where its entry can be linked to."""
        return "term-" + re.sub(r"\W+", "-", self.term.lower()).strip("-")


@cache
def glossary() -> tuple[Term, ...]:
    """Every term, by the alphabet."""
    return tuple(sorted(read_optional("glossary.yaml", list[Term]), key=lambda entry: entry.term.lower()))


@dataclass
class FirstUses:
    """Marks terms in a page's HTML, each once.

    Args:
        place: of the glossary, in front of a term's anchor.
        left: terms that the page has not used yet.
    """

    place: str
    left: list[Term] = field(default_factory=lambda: list(glossary()))

    def mark(self, html: str) -> str:
        """HTML with a link, and the meaning to be shown on hover, at the first use of every term left.

        Args:
            html: safe HTML; nothing is marked inside links, code, formulas and headings.
        """
        return on_text(html, self._in_text, outside=_UNMARKED)

    def _in_text(self, text: str) -> str:
        """Text with its first uses marked, the longest term where several begin at one place."""
        found = [
            (match.start(), -len(match[0]), term, match) for term in self.left if (match := _pattern(term).search(text))
        ]
        if not found:
            return text
        start, _, term, match = min(found, key=lambda item: item[:2])
        self.left.remove(term)
        link = f'<a class="term" href="{self.place}#{term.anchor}" data-meaning="{escape(term.meaning)}">{match[0]}</a>'
        return text[:start] + link + self._in_text(text[match.end() :])


@cache
def _pattern(term: Term) -> re.Pattern[str]:
    forms = sorted((term.term, *term.forms), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(escape(form)) for form in forms)})(?![\w-])", re.IGNORECASE)
