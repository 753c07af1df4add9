"""Parameters cells: what they declare and which values they accept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from basics.errors import InputError
from workbook.runner.parameters import Parameter, parse_parameters

CELL = """# all parameters
profile: str = "embedded"  # size of the work
bits: list = [16, 32, 64]  # code lengths
rate: float = 1e-3  # learning rate
rates: list = [0.1, 0.2]
options: list = []
epochs: int = 10
live: bool = False
"""


def declared() -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in parse_parameters(CELL, where="01_x")}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("bits", [8], [8]),
        ("options", [], []),
        ("rate", 0.5, 0.5),
        ("rate", 1, 1.0),
        ("rates", [1, 0.5], [1.0, 0.5]),
        ("options", ["noise=0.2", 3], ["noise=0.2", 3]),
        ("epochs", -1, -1),
        ("live", True, True),
        ("profile", "paper", "paper"),
    ],
)
def test_accepts_values_of_its_type(name: str, value: Any, expected: Any) -> None:
    accepted = declared()[name].accept(value, where="profile x")
    assert accepted == expected
    assert str(accepted) == str(expected)  # 1.0 and not 1


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("bits", "many", r"profile x: bits must be list of int, such as \[16, 32, 64\], got 'many'"),
        ("bits", 16, "bits must be list of int"),
        ("bits", [], r"bits must hold at least one value, such as \[16, 32, 64\], got \[\]"),
        ("bits", [16, 32, 16], r"bits must hold every number once, got \[16, 32, 16\]"),
        ("rates", [1, 1.0], "rates must hold every number once"),
        ("rate", 10**400, "rate must be float, such as 0.001, got 1000"),
        ("bits", [16.5], "bits must be list of int"),
        ("bits", ["many"], "bits must be list of int"),
        ("bits", [True], "bits must be list of int"),
        ("rates", ["a"], "rates must be list of float"),
        ("rate", "fast", "rate must be float"),
        ("rate", True, "rate must be float"),
        ("epochs", 1.0, "epochs must be int"),
        ("epochs", True, "epochs must be int"),
        ("epochs", None, "epochs must be int"),
        ("live", 1, "live must be bool"),
        ("profile", 3, "profile must be str"),
    ],
)
def test_refuses_values_of_another_type(name: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        declared()[name].accept(value, where="profile x")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("x = 1", "01_x: the parameters cell must hold lines `name: type = value`, got 'x = 1'"),
        ("x: int", "must hold lines"),
        ("import os", "must hold lines"),
        ("x: dict = {}", "type must be one of int, float, str, bool, list, got 'x: dict = {}'"),
        ("x: int = 2 ** 3", "default must be a plain value"),
        ("x: int = 'a'", "x must be int"),
        ("x: int = 'a", "the parameters cell is not Python"),
    ],
)
def test_refuses_other_cells(cell: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_parameters(cell, where="01_x")


def test_reads_cells_like_papermill(tmp_path: Path, make_notebook: Callable[..., dict[str, Any]]) -> None:
    papermill = pytest.importorskip("papermill")
    path = tmp_path / "01_x.ipynb"
    path.write_text(json.dumps(make_notebook(parameters=CELL)))
    found = papermill.inspect_notebook(path)
    assert {name: entry["inferred_type_name"] for name, entry in found.items()} == {
        name: parameter.type for name, parameter in declared().items()
    }
