"""One row a claim, the statement's own notebook first, unjudged ones shown as such."""

import pytest

from basics.errors import InputError
from workbook import literature, scoreboard
from workbook.claims import catalogue
from workbook.results import open_results

CLAIM = {"observed": "o", "expected": "e", "evidence": "why", "data": "digits100", "substitute": True}


def test_without_results_nothing_is_judged():
    board = scoreboard.rows("smoke")
    assert [row.statement.id for row in board] == list(catalogue())
    assert scoreboard.counts(board) == {"not-judged": len(board)}
    assert set(scoreboard.frame(board)["verdict"]) == {"not-judged"}


def test_the_own_notebook_speaks_first():
    open_results("04_training", profile="smoke").claim("csq-table1", "inconclusive", limit=1.0, **CLAIM)
    open_results("05_center_learning", profile="smoke").claim("csq-table1", "trend", limit=1.0, **CLAIM)
    row = next(row for row in scoreboard.rows("smoke") if row.statement.id == "csq-table1")
    assert [record["verdict"] for record in row.records] == ["trend", "inconclusive"]
    assert (row.verdict, row.lines[0]["evidence"], row.lines[0]["substitute"]) == ("trend", "why", True)
    counts = scoreboard.counts(scoreboard.rows("smoke"))
    assert counts == {"trend": 1, "not-judged": len(catalogue()) - 1}
    frame = scoreboard.frame(scoreboard.rows("smoke"))
    assert frame.loc[frame.claim == "csq-table1", "notebook"].tolist() == ["05", "04"]


def test_each_place_shows_columns_of_the_one_table():
    board = scoreboard.rows("smoke")
    assert {*scoreboard.README, *scoreboard.NOTEBOOK, *scoreboard.PAGE} <= set(scoreboard.frame(board))
    assert list(scoreboard.frame(board, scoreboard.README)) == list(scoreboard.README)


def test_what_needs_data_is_named():
    needed = scoreboard.still_needed(scoreboard.rows("smoke")).set_index("claim")["needs"]
    assert "NABirds" in needed["shc-table1"]
    assert "csq-s1-half" not in needed


def test_published_tables_are_as_printed():
    table = literature.published_table("CSQ Table 1")
    assert table["MS COCO"].tolist() == ["0.860 ± 0.27"]
    table = literature.published_table("SHC Table 1").set_index("method")
    assert table.loc["With VGG16", "NABirds 32"] == "0.7250"
    assert (table["ImageNet 64"] == "0.8982").all()
    assert len(table.columns) == 9


def test_numbers_that_were_not_published_are_left_out():
    table = literature.published_table("CSQ main text").set_index("method")
    assert table["MS COCO 16"].isna().tolist() == [False, True]
    assert "csq-main/AlexNet/MS COCO 16" not in literature.published()


def test_an_unknown_source_is_refused():
    with pytest.raises(InputError, match="source must be one of"):
        literature.published_table("CSQ Table 9")
