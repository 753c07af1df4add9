"""The notebooks of the workbook: what each declares, and the order in which they run."""

import re
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec.structs import asdict, replace

from basics.errors import InputError, shown
from basics.files import read_json
from basics.schema import Struct, convert
from workbook.runner.parameters import Parameter, parse_parameters

ALL_OTHERS = "*"
PARAMETERS, GRID = "parameters", "grid"


class Tagged(msgspec.Struct, frozen=True):
    """What is read of a cell's metadata."""

    tags: tuple[str, ...] = ()


class Cell(msgspec.Struct, frozen=True):
    """What is read of a cell; its source is a text, or a list of its lines."""

    cell_type: Literal["code", "markdown", "raw"]
    source: str | list[str]
    metadata: Tagged
    id: str = ""

    @property
    def kind(self) -> str:
        """What a cell is: its type, or what its tag says."""
        return next((tag for tag in (PARAMETERS, GRID) if tag in self.metadata.tags), self.cell_type)


class Source(msgspec.Struct, frozen=True):
    """What is read of a notebook file."""

    cells: tuple[Cell, ...]
    metadata: dict[str, Any]


class Declared(Struct):
    """What a notebook's metadata may declare.

    Args:
        after: names of the notebooks whose results it reads; `"*"` stands for all others.
        data: folders under the data root that it reads.
        optional_data: folders under the data root that it reads where they are there.
        files: files of the project, or folders of them, that it reads.
    """

    after: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    optional_data: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


class Notebook(Declared, kw_only=True):
    """One source notebook and what its metadata declares; in `after` every notebook is written out.

    Args:
        name: file name without suffix, `NN_topic`.
        path: of the source notebook.
        cells: (kind, source) of every cell, in order; its kind is `parameters` or `grid` where a tag says so, else
            its type.
        parameters: what its `parameters` cell declares.
    """

    name: str
    path: Path
    cells: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]

    @property
    def number(self) -> int:
        return int(self.name[:2])

    @property
    def code(self) -> list[str]:
        """The sources of its code cells but the one with the parameters."""
        return [source for kind, source in self.cells if kind in ("code", GRID)]

    @property
    def grid_cells(self) -> list[str]:
        """The sources of its cells with the tag `grid`, which say what it trains; none where it trains nothing."""
        return [source for kind, source in self.cells if kind == GRID]

    @property
    def declared(self) -> dict[str, Parameter]:
        """Its parameters by name."""
        return {parameter.name: parameter for parameter in self.parameters}


def load_notebook(path: Path) -> Notebook:
    """Read one source notebook.

    Raises:
        InputError: not a notebook of format 4, malformed cells, no or several `parameters` cells, unknown metadata.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise InputError(f"{path.name} is not a notebook of format 4")
    read = convert(content, Source, where=path.name)
    cells = tuple((cell.kind, "".join(cell.source)) for cell in read.cells)
    parameters = [source for kind, source in cells if kind == PARAMETERS]
    if len(parameters) != 1:
        raise InputError(f"{path.name} must have one cell tagged `parameters`, got {len(parameters)}")
    declared = convert(read.metadata.get("workbook", {}), Declared, where=f"{path.name}, metadata")
    own = {"name": path.stem, "path": path, "parameters": parse_parameters(parameters[0], where=path.stem)}
    return Notebook(cells=cells, **own, **asdict(declared))


def discover(folder: Path) -> dict[str, Notebook]:
    """Every notebook `NN_topic.ipynb` of a folder, in the order in which they run.

    Raises:
        InputError: none there, two with one number, an unknown name in `after`, or a circle.
    """
    notebooks = [load_notebook(path) for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))]
    if not notebooks:
        raise InputError(f"there is no notebook NN_topic.ipynb in {folder}")
    numbers = [notebook.number for notebook in notebooks]
    doubled = {number for number in numbers if numbers.count(number) > 1}
    if doubled:
        raise InputError(f"notebook numbers must differ, got {min(doubled):02d} more than once")
    named = {notebook.name: notebook for notebook in notebooks}
    return _ordered({name: _resolved(notebook, named) for name, notebook in named.items()})


def _resolved(notebook: Notebook, named: dict[str, Notebook]) -> Notebook:
    """The same notebook with `"*"` written out and every name in `after` checked."""
    after = notebook.after
    if ALL_OTHERS in after:
        after = tuple(name for name, other in named.items() if ALL_OTHERS not in other.after)
    for name in after:
        if name not in named:
            raise InputError(f"{notebook.name} runs after {shown(name)}, which is no notebook")
    return replace(notebook, after=after)


def _ordered(named: dict[str, Notebook]) -> dict[str, Notebook]:
    """Dependencies first, then by number."""
    order: dict[str, Notebook] = {}
    while waiting := [name for name in named if name not in order]:
        ready = [name for name in waiting if order.keys() >= set(named[name].after)]
        if not ready:
            raise InputError(f"notebooks wait for each other in a circle, among {', '.join(waiting)}")
        order[ready[0]] = named[ready[0]]
    return order


def select(notebooks: dict[str, Notebook], only: str | None = None) -> list[str]:
    """The notebooks that `only` names, in run order: numbers, names and ranges such as `03,05-07,09_scoreboard`.

    Raises:
        InputError: a part names no notebook.
    """
    if only is None:
        return list(notebooks)
    chosen: set[str] = set()
    for part in only.split(","):
        chosen |= _named(notebooks, part.strip())
    return [name for name in notebooks if name in chosen]


def _named(notebooks: dict[str, Notebook], part: str) -> set[str]:
    """The notebooks that one number, name or range stands for."""
    if part in notebooks:
        return {part}
    bounds = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", part)
    if bounds:
        first, last = int(bounds[1]), int(bounds[2] or bounds[1])
        found = {name for name, notebook in notebooks.items() if first <= notebook.number <= last}
        if found:
            return found
    raise InputError(f"there is no notebook {shown(part)}; there are {', '.join(sorted(notebooks))}")


def select_from(notebooks: dict[str, Notebook], start: str) -> list[str]:
    """The notebook that `start` names and all that come after it in run order.

    Raises:
        InputError: `start` does not name exactly one notebook.
    """
    names = list(notebooks)
    found = _named(notebooks, start.strip())
    if len(found) != 1:
        raise InputError(f"--from takes one notebook, got {shown(start)}")
    return names[names.index(found.pop()) :]
