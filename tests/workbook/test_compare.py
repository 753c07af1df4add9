"""What two results folders differ in: verdicts first, then tables by their largest difference."""

import math
from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from basics.files import write_json, write_text
from workbook.committed import KEPT
from workbook.compare import compare, table_change
from workbook.report.exhibits import _csv
from workbook.report.site import write_comparison


def claim(name: str, verdict: str, observed: str, **more: str) -> dict[str, Any]:
    texts = dict.fromkeys(("expected", "evidence", "data"), "x") | {"tolerance": None, "anchor": f"claim-{name}"}
    rest = {"notebook": "01_a", "order": 1, "substitute": False, "compare": {}}
    return {"id": name, "verdict": verdict, "observed": observed, **texts, **rest, **more}


def results(folder: Path, claims: dict[str, Any], tables: dict[str, str], **marks: str) -> Path:
    """A results folder with tables as csv, some of them marked as kept."""
    entries = {}
    for name, text in tables.items():
        write_text(folder / "tables" / f"01-{name}.csv", text)
        kept = {KEPT: marks[name]} if name in marks else {}
        files = {suffix: f"tables/01-{name}.{suffix}" for suffix in ("csv", "md", "tex")}
        about = {"kind": "table", "notebook": "01_a", "caption": name, "order": 1, "protocol": {}}
        entries[f"table-{name}"] = {"files": files, **about, **kept}
    write_json(folder / "claims.json", claims)
    write_json(folder / "exhibits.json", entries)
    return folder


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    same = claim("csq-b", "proved", "1")
    before = {"a": claim("csq-a", "trend", "0.5"), "b": same, "c": claim("csq-c", "trend", "2")}
    after = {"a": claim("csq-a", "not-shown", "0.4"), "b": same, "c": claim("csq-c", "trend", "3")}
    one, small = "x\n1\n", "m,x\na,{} ± 0.1\nb,2\n"
    tables = {"same": one, "small": small.format("1.00"), "large": one, "gone": one, "kept": one}
    others = {"same": one, "small": small.format("1.02"), "large": "x\n2\n", "new": one, "kept": "x\n7\n"}
    return results(tmp_path / "1", before, tables), results(tmp_path / "2", after, others, kept="no data")


def test_what_differs(pair: tuple[Path, Path]) -> None:
    found = compare(*pair)
    assert [(change.claim, change.before, change.after) for change in found.claims] == [
        ("csq-a", "trend", "not-shown"),
        ("csq-c", "trend", "trend"),
    ]
    assert [(change.table, round(change.share, 3)) for change in found.tables] == [
        ("table-large", 0.5),
        ("table-small", 0.01),
    ]
    assert found.alike == (1, 1)
    assert (found.only_before, found.only_after) == (["table-gone"], ["table-new"])
    assert found.kept == {"table-kept": "no data"}
    assert not compare(pair[0], pair[0]).tables + compare(pair[0], pair[0]).claims


def test_the_summary_and_the_page_name_what_differs(pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = compare(*pair)
    lines = found.summary().splitlines()
    assert lines[0].endswith("1 verdicts changed, 2 of 3 tables differ")
    assert lines[1].split() == ["csq-a", "trend", "→", "not-shown"]
    assert lines[2].split()[0] == "table-large"
    assert "and 1 more tables" in found.summary(most=1)
    write_comparison(found, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.index("csq-a") < page.index("table-large") < page.index("table-small") < page.index("no data")
    assert "50 %" in page and "<script" not in page and "http" not in page


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ([["a"], ["1"]], [["a"], ["1.0"]], 0.0),
        ([["a"], ["-1"]], [["a"], ["−2"]], 0.5),
        ([["a"], ["1,000"]], [["a"], ["900"]], 0.1),
        ([["a"], ["yes 1"]], [["a"], ["no 1"]], math.inf),
        ([["a"], ["1"]], [["b"], ["1"]], math.inf),
    ],
)
def test_differences_of_cells(before: list[list[str]], after: list[list[str]], share: float) -> None:
    assert table_change("t", before, after).share == pytest.approx(share)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must be a results folder"):
        compare(tmp_path, tmp_path)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b'a,b\n"1,2\n'])
def test_a_damaged_table_ends_a_report_in_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "01-x.csv"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"01-x\.csv must be a table in UTF-8, got: .+"):
        _csv(file)


def test_a_table_that_is_no_text_is_not_compared(tmp_path: Path) -> None:
    folders = [results(tmp_path / name, {}, {"x": "m\n1\n"}) for name in "ab"]
    (folders[1] / "tables" / "01-x.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match=r"01-x\.csv must be a table in UTF-8"):
        compare(*folders)
