"""Every sentence, number, equation, figure and table of both documents is covered once, and nothing else is."""

import re

import pytest
from passages import FOLDER, passages, texts, uncovered

from workbook.claims import catalogue
from workbook.coverage import coverage
from workbook.literature import numbers_of

TEXTS = texts()
needs_texts = pytest.mark.skipif(
    len(TEXTS) < 2, reason=f"needs the documents' texts; set {FOLDER} to a folder that holds both"
)
ABOUT = [(document, entry) for document, found in coverage().passages.items() for entry in found]


@needs_texts
@pytest.mark.parametrize("document", coverage().passages)
def test_every_passage_is_covered_once(document: str):
    assert uncovered(document, TEXTS[document]) == []


CHANGES = {
    "a sentence more": ("CSQ", "# 5. Vis", "CSQ needs no tuning.\n\n# 5. Vis", "not covered: CSQ needs no tuning. ("),
    "a sentence more in a paragraph": ("SHC", " performs better", " wins. It performs better", "not covered: It perf"),
    "a sentence less": ("SHC", "Proof. We first", "We first", "not in the text: a proof begins"),
    "a sentence twice": ("SHC", "Proof. We first", "Proof. Proof. We first", "not covered: Proof. ("),
    "another number in a sentence": ("CSQ", "with 20 times", "with 10 times", "not covered: We train"),
    "another number in a table": ("SHC", "0.8616", "0.8617", "not covered: With ResNet50"),
    "another deviation": ("CSQ", r"0.868 \pm 0.13", r"0.868 \pm 0.31", "numbers differ"),
    "another sign": ("CSQ", r"L_C + \lambda_1 L_Q + \lambda_2 L_P.", r"L_C - \lambda_1 L_Q + \lambda_2 L_P.", "S.7"),
    "another equation": ("SHC", r"\quad (3)", r"$$ and $$y = x \quad (3)", "not covered: y = x"),
    "a figure more": ("CSQ", "Figure S.3.", "Figure S.6. More.\n\nFigure S.3.", "not covered: Figure S.6. More. ("),
    "a row more": ("SHC", "With VGG16\t", "With LeNet\t0.1\nWith VGG16\t", "not covered: With LeNet"),
    "another section": ("CSQ", "# 5. Vis", "# 6. Vis", "not in the text: H_64 is drawn"),
}


@needs_texts
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_text_is_not_covered(change: str):
    document, old, new, message = CHANGES[change]
    assert TEXTS[document].count(old) == 1
    assert message in "\n".join(uncovered(document, TEXTS[document].replace(old, new)))


@needs_texts
def test_no_words_are_copied():
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[start : start + 5]) for start in range(len(words) - 4)}

    printed = set.union(*map(runs, TEXTS.values()))
    assert [entry.about for _, entry in ABOUT if runs(entry.about) & printed] == []


def test_texts_are_taken_apart():
    text = (
        "# A title\n\n## **1. One**\n\nAs Fig. 2 shows, i.e. clearly, $a_1 = 3$. See [4].\n\n"
        "$$x = 1$$\n(S.1)\n\n- 1. First. Then 5e-4.\n- 2. Second, 2D and 16bits.\n\n"
        "Figure S.1. A net. It works.\n\nTable 1. Runs.\n\nset\tA\nmAP\t$0.1 \\pm 0.2$\n\n"
        "# References\n\n- A. B. One. 1999.\n- [2] C. Two."
    )
    found = [(part.section, part.kind, part.numbers) for part in passages(text)]
    assert found == [
        ("", "heading", []),
        ("1", "heading", []),
        *[("1", "sentence", numbers) for numbers in (["3"], [])],
        ("1", "equation", []),
        *[("1", "sentence", numbers) for numbers in ([], ["5e-4"], ["16"])],
        *[("1", "figure", []), ("1", "sentence", [])],
        *[("1", "table", []), ("1", "row", []), ("1", "row", ["0.1", "0.2"])],
        ("References", "heading", []),
        *[("References", "reference", [])] * 2,
    ]


def test_the_rows_of_the_tables_are_the_published_numbers():
    for document, table in (("CSQ", "CSQ Table 1"), ("SHC", "SHC Table 1")):
        rows = [entry.numbers for entry in coverage().passages[document] if entry.kind == "row"]
        printed = [number.text.split(" ± ") for number in numbers_of(table)]
        assert [text for row in rows for text in row if "." in text] == [text for pair in printed for text in pair]


def test_every_claim_of_the_documents_has_a_passage_in_its_section():
    for claim in catalogue().values():
        found = [entry for document, entry in ABOUT if document == claim.document and claim.id in entry.claims]
        sections = set(re.findall(r"Secs?\. (\d(?:\.\d)?)", claim.place))
        said = {number for entry in found for number in (entry.section, entry.section.split(".")[0])}
        assert claim.ours or (found and (not sections or sections & said)), claim.id
    assert all(catalogue()[claim].document == document for document, entry in ABOUT for claim in entry.claims)
