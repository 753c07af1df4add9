"""The definitions that notebooks write down, for tests: taken out of their cells, as they are or changed."""

import ast
import json
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from basics.paths import project_root

HOLDS = "same_as_library("


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
