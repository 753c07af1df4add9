"""The files behind results: claims.json and exhibits.json, changed whole and by one writer at a time.

They are shared with others, so each entry is held against its structure when it is read: an edited one is refused, and
no name of a file leads out of `figures/` and `tables/`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal

from filelock import FileLock
from msgspec import Meta, field

from basics.errors import InputError, one_of
from basics.files import read_json, write_json
from basics.schema import Struct, convert
from workbook.claims import VERDICTS
from workbook.run_table import drop_runs, own_runs

EXHIBITS = "exhibits.json"
CLAIMS = "claims.json"
MANIFEST = "manifest.json"
COSTS = frozenset({"count", "mean_seconds", "mean_bytes", "other_seconds"})  # of the trainings of a notebook

NotebookName = Annotated[str, Meta(pattern=r"\A\d\d_\w+\Z")]
Line = Annotated[str, Meta(pattern=r"\A[^\n]*\S[^\n]*\Z")]
Number = Annotated[float, Meta(ge=-1e308, le=1e308)]  # nan is none
Amount = Annotated[float, Meta(ge=0, le=1e308)]
Count = Annotated[int, Meta(ge=1, le=2**31)]
Suffix = Literal["csv", "md", "tex", "svg", "png", "pdf"]
ResultFile = Annotated[str, Meta(pattern=r"\A(figures|tables)/\d\d-[a-z0-9-]+\.(csv|md|tex|svg|png|pdf)\Z")]


class Exhibit(Struct, kw_only=True, tag_field="kind"):
    """What figures and tables have in common in exhibits.json; see `committed` for `kept`."""

    notebook: NotebookName
    files: dict[Suffix, ResultFile]
    caption: Line
    order: Count
    source: str | None = None
    substitute: str | None = None
    kept: str = ""

    def check_files(self, *suffixes: str) -> None:
        """Make sure that there is a file of each kind, named like it."""
        if self.files.keys() != set(suffixes) or not all(map(str.endswith, self.files.values(), self.files)):
            raise InputError(f"files must be {', '.join(suffixes)}, got {', '.join(self.files) or 'none'}")


class Figure(Exhibit, kw_only=True, tag="figure"):
    """A figure; width and height are pixels of a screen."""

    alt: str
    protocol: dict[str, Any] = field(default_factory=dict)
    width: Count
    height: Count

    def __post_init__(self) -> None:
        self.check_files("svg", "png", "pdf", "csv")


class Derived(Struct):
    """How a table follows from the table of runs, see `workbook.run_table`."""

    kind: str
    options: dict[str, Any]
    copied: str = ""


class Table(Exhibit, kw_only=True, tag="table"):
    """A table."""

    protocol: dict[str, Any]
    derived: Derived | None = None

    def __post_init__(self) -> None:
        self.check_files("csv", "md", "tex")


class Verdict(Struct):
    """A claim in claims.json; see `claims.Claim`, and `committed` for `kept`."""

    id: str
    verdict: str
    observed: Line
    expected: Line
    evidence: Line
    tolerance: str | None
    data: Line
    substitute: bool
    compare: dict[str, Number]
    anchor: Annotated[str, Meta(pattern=r"\A[\w.-]+\Z")]
    notebook: NotebookName
    order: Count
    kept: str = ""
    follows: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        one_of(self.verdict, VERDICTS, "verdict")


class Commit(Struct, kw_only=True):
    """What made something: the commit of the project, and whether its code differed from it."""

    commit: str | None
    changed_since_commit: bool | None


class Finished(Commit, kw_only=True):
    """A notebook's entry in the manifest; see `runner.manifest.entry`."""

    seconds: Amount
    finished: str
    cells: Annotated[int, Meta(ge=0)]
    parameters: dict[str, Any]
    seeds: dict[str, Any]
    error: str | None
    trainings: dict[str, Amount]
    machine: str = ""

    def __post_init__(self) -> None:
        if self.trainings and self.trainings.keys() != COSTS:
            raise InputError(f"trainings must have {', '.join(sorted(COSTS))}")


class Manifest(Commit, kw_only=True):
    """A profile's manifest; see `runner.manifest.write_manifest`."""

    profile: str
    python: str
    platform: str
    device: str
    packages: dict[str, str]
    notebooks: dict[NotebookName, Finished]
    artefacts: dict[str, str]
    title: str = ""


ENTRIES = {CLAIMS: Verdict, EXHIBITS: Figure | Table}


def put(entries: dict[str, Any], key: str, entry: dict[str, Any]) -> None:
    """Set an entry; it keeps its place in the notebook when it is recorded again, else it comes last."""
    orders = [other["order"] for other in entries.values() if other["notebook"] == entry["notebook"]]
    entries[key] = entry | {"order": entries[key]["order"] if key in entries else max(orders, default=0) + 1}


def read(path: Path) -> dict[str, Any]:
    """The entries of claims.json or exhibits.json, none where it does not exist.

    Raises:
        InputError: an entry is not what this workbook writes; names it.
    """
    if not path.is_file():
        return {}
    entries = convert(_read_signs(path), dict[str, dict[str, Any]], where=str(path))
    for key, entry in entries.items():
        convert(entry, ENTRIES[path.name], where=f"{path}, {key}")
    return entries


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a results folder, empty where there is none.

    Raises:
        InputError: it is not what this workbook writes.
    """
    path = folder / MANIFEST
    if not path.exists():
        return {}
    content = _read_signs(path)
    convert(content, Manifest, where=str(path))
    return content


def _read_signs(path: Path) -> Any:
    """A JSON file whose texts have whole signs: an escape can stand for half of one, which no page can hold."""
    content = read_json(path)
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{path} must hold text, got {error}") from error
    return content


def in_order(path: Path) -> dict[str, dict[str, Any]]:
    """The entries of a file in the order of notebooks and of recording."""
    return dict(sorted(read(path).items(), key=lambda item: (item[1]["notebook"], item[1]["order"])))


def read_or_empty(path: Path, kind: Any = dict[str, Any]) -> dict[str, Any]:
    """The mapping in a JSON file, empty where there is none that can be read and is of a kind."""
    try:
        content = convert(read_json(path), dict[str, Any], where=str(path))
        convert(content, kind, where=str(path))
    except InputError:
        return {}
    return content


@contextmanager
def changing(path: Path) -> Iterator[dict[str, Any]]:
    """Hold the lock of a results folder, yield a file's entries, and write them back whole."""
    lock = path.parent / "runs" / "record.lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            entries = read(path)
            yield entries
            write_json(path, entries)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def drop(folder: Path, notebook: str) -> None:
    """Forget what a notebook recorded, its runs too, and remove the files of its figures and tables.

    Raises:
        InputError: a file was damaged or edited; then none is changed.
    """
    read(folder / EXHIBITS)
    own_runs(folder, notebook[:2])
    for file in (CLAIMS, EXHIBITS):
        with changing(folder / file) as entries:
            for key in [key for key, entry in entries.items() if entry["notebook"] == notebook]:
                for name in entries.pop(key).get("files", {}).values():
                    (folder / name).unlink(missing_ok=True)
            drop_runs(folder, notebook[:2])
