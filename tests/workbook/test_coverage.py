"""The catalogue of the whole text, and its table."""

import pytest

from basics.errors import InputError
from workbook import coverage
from workbook.catalogue import read_entries

ENTRY = "{digest: '0b661763', kind: sentence, about: x, because: r}"


@pytest.fixture(autouse=True)
def known():
    """What passages may name is the real catalogue's, read before the file of passages is another one."""
    coverage.coverage()


def catalogued(entry: str, shc: str = "SHC: []") -> str:
    return f"{{reasons: {{r: why}}, passages: {{CSQ: [{entry}], {shc}}}}}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (catalogued(ENTRY.replace(", because: r", "")), "'x' needs claims or discrepancies"),
        (catalogued(ENTRY.replace("r}", "r, claims: [csq-s8]}")), "'x' needs claims or discrepancies"),
        (catalogued(ENTRY.replace("because: r", "because: s")), "'x' names what is not on record: s"),
        (catalogued(ENTRY.replace("because: r", "claims: [ties]")), "'x' names what is not on record: ties"),
        (catalogued(ENTRY.replace("because: r", "discrepancies: [csq-s8]")), "not on record: csq-s8"),
        (catalogued(ENTRY.replace("sentence", "word")), "coverage.yaml.*kind"),
        (catalogued(ENTRY.replace("0b66", "0B66")), "coverage.yaml.*digest"),
        (catalogued(ENTRY, "ABC: []"), "must hold the documents"),
    ],
)
def test_entries_that_do_not_fit_are_refused(text, message, catalogue_holding):
    catalogue_holding("coverage.yaml", text)
    with pytest.raises(InputError, match=message):
        read_entries("coverage.yaml", coverage.Coverage)


def test_a_row_a_passage_with_what_judges_it_or_why_nothing_can():
    table = coverage.frame()
    assert len(table) == sum(map(len, coverage.coverage().passages.values()))
    assert not table.duplicated(["document", "section", "passage"]).any()
    judged = (table["claims"] != "") | (table["discrepancies"] != "")
    assert (judged == (table["not checkable, because"] == "")).all()
    row = table[table["about"] == "S.10, least squares"].iloc[0]
    assert row.tolist() == ["CSQ", "4", "equation 3", "S.10, least squares", "", "csq-s10", "s10-k", ""]


def test_passages_are_counted_by_what_becomes_of_them():
    counted = coverage.counts(coverage.frame()).set_index(["document", "kind"])
    assert counted.to_numpy().sum() == len(coverage.frame())
    assert counted.loc[("SHC", "figure")].tolist() == [1, 0, 0]
    assert list(counted) == ["a claim", "a discrepancy", "not checkable"]


def test_the_short_list_counts_every_passage_that_nothing_judges():
    listed = coverage.unchecked(coverage.frame())
    assert set(listed["not checkable, because"]) == set(coverage.coverage().reasons.values())
    assert listed["passages"].sum() == coverage.counts(coverage.frame())["not checkable"].sum()
