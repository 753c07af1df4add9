"""The graph of notebooks: discovery, order and selection."""

import json
import os
from typing import Any

import pytest

from basics.errors import InputError
from workbook.runner.graph import discover, select, select_from


def write_all(workbook: Any, **after: list[str]) -> Any:
    for name, upstream in after.items():
        workbook.write(name[1:], after=upstream)
    return workbook.folder / "notebooks"


def test_runs_dependencies_first_and_then_by_number(workbook: Any) -> None:
    folder = write_all(workbook, _01_a=["03_c"], _02_b=[], _03_c=[], _04_d=["*"], _05_e=[])
    notebooks = discover(folder)
    assert list(notebooks) == ["02_b", "03_c", "01_a", "05_e", "04_d"]
    assert notebooks["04_d"].after == ("01_a", "02_b", "03_c", "05_e")


def test_ignores_other_files(workbook: Any) -> None:
    folder = write_all(workbook, _01_a=[])
    (folder / "Untitled.ipynb").write_text("{}")
    (folder / ".ipynb_checkpoints").mkdir()
    assert list(discover(folder)) == ["01_a"]


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ({"_01_a": ["02_b"], "_02_b": ["01_a"]}, "in a circle, among 01_a, 02_b"),
        ({"_01_a": ["07_x"]}, "01_a runs after '07_x', which is no notebook"),
        ({"_01_a": [], "_01_b": []}, "got 01 more than once"),
        ({}, "there is no notebook NN_topic.ipynb in"),
    ],
)
def test_refuses_a_broken_graph(workbook: Any, after: dict[str, list[str]], message: str) -> None:
    folder = write_all(workbook, **after)
    with pytest.raises(InputError, match=message):
        discover(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nbformat": 3}, "is not a notebook of format 4"),
        ({"cells": []}, "must have one cell tagged `parameters`, got 0"),
        (
            {"metadata": {"workbook": {"befor": []}}},
            "has no .befor.; there are after, data, optional_data, files",
        ),
        ({"metadata": {"workbook": {"after": 3}}}, "after must be list, got 3"),
    ],
)
def test_refuses_a_malformed_notebook(workbook: Any, change: dict[str, Any], message: str) -> None:
    path = workbook.write("01_a")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match=message):
        discover(path.parent)


def test_refuses_what_is_no_json(workbook: Any) -> None:
    path = workbook.write("01_a")
    os.truncate(path, 30)
    with pytest.raises(InputError, match="is not a JSON file"):
        discover(path.parent)


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (None, ["01_a", "02_b", "03_c", "09_z"]),
        ("03", ["03_c"]),
        ("3", ["03_c"]),
        ("09_z,01_a", ["01_a", "09_z"]),
        ("02-09", ["02_b", "03_c", "09_z"]),
        ("01, 03-04", ["01_a", "03_c"]),
    ],
)
def test_selects(workbook: Any, only: str | None, expected: list[str]) -> None:
    notebooks = discover(write_all(workbook, _01_a=[], _02_b=[], _03_c=[], _09_z=["*"]))
    assert select(notebooks, only) == expected


@pytest.mark.parametrize("only", ["05", "", "01_b", "04-08", "a", "01,,02", "01-"])
def test_refuses_unknown_selections(workbook: Any, only: str) -> None:
    notebooks = discover(write_all(workbook, _01_a=[], _02_b=[]))
    with pytest.raises(InputError, match=r"there is no notebook .*; there are 01_a, 02_b"):
        select(notebooks, only)


def test_selects_from_a_notebook_on(workbook: Any) -> None:
    notebooks = discover(write_all(workbook, _01_a=["02_b"], _02_b=[], _03_c=[]))
    assert select_from(notebooks, "01") == ["01_a", "03_c"]
    with pytest.raises(InputError, match="--from takes one notebook, got '01-02'"):
        select_from(notebooks, "01-02")
