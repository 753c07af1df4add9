"""The definitions that notebooks write down, for tests: taken out of their cells, as they are or changed."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from basics.paths import project_root

HOLDS = "same_as_library("
DRAWN = re.compile(r"\b(draw|rng|np\.random)\b")


@cache
def cells_of(notebook: str) -> tuple[str, ...]:
    """The sources of a notebook's code cells."""
    path: Path = project_root() / "notebooks" / f"{notebook}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return tuple("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def run_definitions(notebook: str, *, change: tuple[str, str] | None = None) -> dict[str, Any]:
    """Run what a notebook defines: parameters, imports, functions, and the cells that hold them against the library.

    Args:
        notebook: file name without suffix.
        change: a text that stands once in a definition, and what to write instead.

    Returns:
        All names.

    Raises:
        InputError: a definition differs from the library.
    """
    names: dict[str, Any] = {}
    changed = 0
    for number, source in enumerate(cells_of(notebook)):
        whole = number == 0 or HOLDS in source
        parts = []
        for part in ast.parse(source).body:
            text = ast.get_source_segment(source, part) or ""
            if isinstance(part, ast.FunctionDef):
                changed += text.count(change[0]) if change else 0
                parts.append(text.replace(*change) if change else text)
            elif whole or isinstance(part, ast.Import | ast.ImportFrom):
                parts.append(text)
        exec(compile("\n".join(parts), f"{notebook}, code cell {number}", "exec"), names)
    assert changed == (change is not None), f"{change} fits {changed} places"
    return names


@cache
def definitions(notebook: str) -> SimpleNamespace:
    """What a notebook defines, as it stands there."""
    return SimpleNamespace(**run_definitions(notebook))


@dataclass(frozen=True)
class Sign:
    """One plus or minus in a function that a notebook defines, or in what a cell holds against the library.

    Args:
        notebook: file name without suffix.
        cell: number of the code cell.
        part: number of the statement in the cell.
        function: its name, or "" of another statement.
        place: of the sign among the statement's nodes.
        text: what it stands in.
    """

    notebook: str
    cell: int
    part: int
    function: str
    place: int
    text: str


@cache
def signs(notebook: str) -> tuple[Sign, ...]:
    """Every plus and minus of the functions that a notebook defines, and of what it holds against the library.

    Inputs that a cell draws are not among them: both sides get the same.
    """
    return tuple(
        Sign(notebook, cell, number, getattr(part, "name", ""), place, ast.get_source_segment(source, node) or "")
        for cell, source in enumerate(cells_of(notebook))
        for number, part in enumerate(_kept(source, whole=cell == 0).body)
        if isinstance(part, ast.FunctionDef) or (HOLDS in source and not DRAWN.search(ast.unparse(part)))
        for place, node in enumerate(ast.walk(part))
        if isinstance(getattr(node, "op", None), ast.Add | ast.Sub | ast.USub)
    )


@cache
def names_before(notebook: str, cell: int) -> dict[str, Any]:
    """All names before a code cell."""
    if not cell:
        return {}
    names = dict(names_before(notebook, cell - 1))
    _run(_kept(cells_of(notebook)[cell - 1], whole=cell == 1), names)
    return names


def _kept(source: str, *, whole: bool) -> ast.Module:
    """What `run_definitions` runs of a cell."""
    tree = ast.parse(source)
    if not whole and HOLDS not in source:
        tree.body = [part for part in tree.body if isinstance(part, ast.FunctionDef | ast.Import | ast.ImportFrom)]
    return tree


def _run(tree: ast.Module, names: dict[str, Any]) -> None:
    exec(compile(ast.fix_missing_locations(tree), "cell of a notebook", "exec"), names)


def with_sign_changed(sign: Sign) -> Iterator[dict[str, Any]]:
    """All names after the cell that holds a sign and after each later one, with this sign turned round.

    Raises:
        InputError: a definition differs from the library.
    """
    names = dict(names_before(sign.notebook, sign.cell))
    for cell, source in enumerate(cells_of(sign.notebook)[sign.cell :], start=sign.cell):
        tree = _kept(source, whole=cell == 0)
        if cell == sign.cell:
            node = list(ast.walk(tree.body[sign.part]))[sign.place]
            turned = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.USub: ast.UAdd}
            node.op = turned[type(node.op)]()
        _run(tree, names)
        yield names
