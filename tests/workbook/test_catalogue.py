"""What the workbook is about is read from data, and data that does not fit is refused in one line."""

import pytest

from basics.errors import InputError
from workbook.catalogue import Workbook, catalogue_folder, documents, read_entries, workbook
from workbook.literature import Source

TABLE = "{key: k, digits: 3, source: CSQ Table 9, place: p, columns: [a, b], rows: {method: [0.5, [0.25, 0.1]]}}"


def test_every_file_of_the_catalogue_is_in_its_folder():
    names = {path.name for path in catalogue_folder().glob("*.yaml")}
    assert {"about.yaml", "claims.yaml", "literature.yaml", "discrepancies.yaml"} <= names


def test_the_documents_are_data():
    assert list(documents()) == ["CSQ", "SHC"]


def test_the_emblem_is_a_square_of_two_signs():
    rows = workbook().emblem
    assert {len(row) for row in rows} == {len(rows)}
    assert set("".join(rows)) == {"#", "."}


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("- {key: k}", list[Source], "literature.yaml.*digits"),
        (f"- {TABLE.replace('0.5', 'half')}", list[Source], "literature.yaml.*rows"),
        (f"- {TABLE.replace('[a, b]', '[a]')}", list[Source], "every row of k must have 1 values"),
        ("name: x", Workbook, "title"),
        ("[]", Workbook, "must be mapping, got"),
    ],
)
def test_entries_that_do_not_fit_are_refused(text, kind, message, catalogue_holding):
    catalogue_holding("literature.yaml", text)
    with pytest.raises(InputError, match=message):
        read_entries("literature.yaml", kind)


def test_a_published_table_gives_its_numbers(catalogue_holding):
    catalogue_holding("literature.yaml", f"- {TABLE}")
    (table,) = read_entries("literature.yaml", list[Source])
    assert [(n.key, n.text) for n in table.numbers()] == [
        ("k/method/a", "0.500"),
        ("k/method/b", "0.250 ± 0.10"),
    ]
    assert table.numbered
