"""The notebooks of the workbook: what each declares, and the order in which they run."""

import heapq
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.files import read_json
from workbook.runner.parameters import Parameter, parse_parameters

ALL_OTHERS = "*"
PARAMETERS, GRID = "parameters", "grid"
DECLARED = ("after", "data", "optional_data", "files")


@dataclass(frozen=True)
class Notebook:
    """One source notebook and what its metadata declares.

    Args:
        name: file name without suffix, `NN_topic`.
        path: of the source notebook.
        cells: (kind, source) of every cell, in order; its kind is `parameters` or `grid` where a tag says so, else
            its type.
        parameters: what its `parameters` cell declares.
        after: names of the notebooks whose results it reads.
        data: folders under the data root that it reads.
        optional_data: folders under the data root that it reads where they are there.
        files: files of the project, or folders of them, that it reads.
    """

    name: str
    path: Path
    cells: tuple[tuple[str, str], ...]
    parameters: tuple[Parameter, ...]
    after: tuple[str, ...]
    data: tuple[str, ...]
    optional_data: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def number(self) -> int:
        return int(self.name[:2])

    @property
    def code(self) -> list[str]:
        """The sources of its code cells but the one with the parameters."""
        return [source for kind, source in self.cells if kind in ("code", GRID)]

    @property
    def grid_cells(self) -> list[str]:
        """The sources of its cells with the tag `grid`, which say what it trains."""
        return [source for kind, source in self.cells if kind == GRID]

    @property
    def trains(self) -> bool:
        """Whether it says what it trains."""
        return bool(self.grid_cells)

    @property
    def declared(self) -> dict[str, Parameter]:
        """Its parameters by name."""
        return {parameter.name: parameter for parameter in self.parameters}


def load_notebook(path: Path) -> Notebook:
    """Read one source notebook.

    Raises:
        InputError: not a notebook of format 4, no or several `parameters` cells, unknown metadata.
    """
    content = read_json(path)
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise InputError(f"{path.name} is not a notebook of format 4")
    cells = tuple((_kind(cell), _text(cell["source"])) for cell in content["cells"])
    parameters = [source for kind, source in cells if kind == PARAMETERS]
    if len(parameters) != 1:
        raise InputError(f"{path.name} must have one cell tagged `parameters`, got {len(parameters)}")
    declared = content["metadata"].get("workbook", {})
    unknown = set(declared) - set(DECLARED)
    if unknown:
        raise InputError(f"{path.name}: metadata may hold {', '.join(DECLARED)}, got {', '.join(sorted(unknown))}")
    return Notebook(
        name=path.stem,
        path=path,
        cells=cells,
        parameters=parse_parameters(parameters[0], where=path.stem),
        **{name: _names(declared.get(name, []), where=path.stem) for name in DECLARED},
    )


def _kind(cell: dict[str, Any]) -> str:
    """What a cell is: its type, or what its tag says."""
    tags = cell["metadata"].get("tags", [])
    return next((tag for tag in (PARAMETERS, GRID) if tag in tags), cell["cell_type"])


def _text(source: str | list[str]) -> str:
    """A cell's source, which the format allows as lines or as one text."""
    return source if isinstance(source, str) else "".join(source)


def _names(value: Any, *, where: str) -> tuple[str, ...]:
    """A metadata entry as names; `"*"` alone stands for a list of itself."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(f"{where}: metadata {', '.join(DECLARED)} must be lists of names, got {value!r}")
    return tuple(names)


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
            raise InputError(f"{notebook.name} runs after {name!r}, which is no notebook")
    return Notebook(**{**vars(notebook), "after": after})


def _ordered(named: dict[str, Notebook]) -> dict[str, Notebook]:
    """Dependencies first, then by number."""
    sorter = TopologicalSorter({name: notebook.after for name, notebook in named.items()})
    try:
        sorter.prepare()
    except CycleError as error:
        raise InputError(f"notebooks wait for each other in a circle: {' → '.join(error.args[1])}") from error
    ready: list[str] = []
    order: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, name)
        order.append(heapq.heappop(ready))
        sorter.done(order[-1])
    return {name: named[name] for name in order}


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
    raise InputError(f"there is no notebook {part!r}; there are {', '.join(sorted(notebooks))}")


def select_from(notebooks: dict[str, Notebook], start: str) -> list[str]:
    """The notebook that `start` names and all that come after it in run order.

    Raises:
        InputError: `start` does not name exactly one notebook.
    """
    names = list(notebooks)
    found = _named(notebooks, start.strip())
    if len(found) != 1:
        raise InputError(f"--from takes one notebook, got {start!r}")
    return names[names.index(found.pop()) :]
