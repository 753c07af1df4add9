"""Every data set by name: what it is, what is missing for it, and how it is loaded."""

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from basics.errors import InputError, one_of, whole
from basics.paths import data_root
from basics.schema import Struct, convert, entries
from basics.source import by_name
from basics.yaml import read_yaml
from hashcenters.datasets.protocol import Protocol, find_protocol, protocols_of
from hashcenters.datasets.splits import PARTS, HashingData
from hashcenters.datasets.unseen import OPTION, QUARTERS, unseen_classes, without_quarter
from hashcenters.limits import MAX_ITEMS, MAX_SEED

CATALOGUE = Path(__file__).with_name("registry.yaml")
RANGES = {
    "seed": (0, MAX_SEED),
    "num_classes": (2, MAX_ITEMS),
    "top_k": (1, MAX_ITEMS),
    "shift": (0, 64),
    "side": (8, 256),
    OPTION: (0, QUARTERS - 1),
}
RANGES |= {f"{part}_per_class": (int(part in ("train", "query")), 10_000) for part in PARTS}
RANGES |= {f"{part}_size": (int(part in ("train", "query")), 1_000_000) for part in PARTS}
"""Of the options of data sets that are whole numbers; a million small pictures fit into memory."""
MOST_NOISE = 10


class Need(Struct):
    """Paths below a data set's folder of which one must be there, and the step that brings it."""

    any: tuple[str, ...]
    get: str


class Download(Struct):
    """One file to fetch: its address, its place below the data root, `sha256:HEX` or `md5:HEX`, what to unpack."""

    url: str
    file: str
    sum: str
    unpack: str | None = None


class Clone(Struct):
    """A repository of which one commit is the data set: its address, the commit, and the folder that is wanted."""

    url: str
    commit: str
    folder: str


class Entry(Struct):
    """One entry of `registry.yaml`, which explains the fields."""

    name: str
    title: str
    reader: str | None
    num_classes: int | None
    multi_label: bool | None
    folder: str | None
    substitute: bool
    licence: str
    home: str
    size: str
    printable: bool = False
    needs: tuple[Need, ...] = ()
    downloads: tuple[Download, ...] = ()
    clone: Clone | None = None

    @property
    def protocols(self) -> list[Protocol]:
        """The protocols of this set, its default one first."""
        return protocols_of(self.name)

    @property
    def steps(self) -> str:
        """How to get it, in one line."""
        return "; ".join(dict.fromkeys(need.get for need in self.needs)) or "nothing is needed"


@cache
def registry() -> dict[str, Entry]:
    """Every entry, by name."""
    return entries(read_yaml(CATALOGUE), Entry, where=CATALOGUE.name)


@by_name("registry.yaml")
def find_entry(name: str) -> Entry:
    """The entry of a data set.

    Raises:
        InputError: there is none of this name.
    """
    return registry()[one_of(name, registry(), "data set")]


def find_reader(entry: Entry) -> Callable[..., HashingData]:
    """The function that loads a data set; only now is its module imported.

    Raises:
        InputError: the entry holds files that other sets use.
    """
    if entry.reader is None:
        raise InputError(f"{entry.name} holds files for other data sets and cannot be loaded by itself")
    return resolve_name(entry.reader)


def reader_options(reader: Callable[..., HashingData]) -> dict[str, inspect.Parameter]:
    """Every option of a reader by name, those of its `reading` (size, cache, ...) among them."""
    options = dict(inspect.signature(reader).parameters)
    reading = options.pop("reading", None)
    every = {OPTION: inspect.Parameter(OPTION, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=int | None)}
    return options | (dict(inspect.signature(type(reading.default)).parameters) if reading else {}) | every


def checked_options(name: str, reader: Callable[..., HashingData], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given options without those that are None or "", as the reader's types.

    Raises:
        InputError: says which option is unknown, missing, of the wrong type or out of range.
    """
    known = reader_options(reader)
    options = {}
    for option, value in given.items():
        if option not in known:
            raise InputError(f"{name} has no option {option!r}; its options are {', '.join(known)}")
        if value is None or value == "":
            continue
        options[option] = convert(value, known[option].annotation, where=f"option {option} of {name}")
    for option, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and option not in options:
            raise InputError(f"{name} needs the option {option}")
    for option, (low, high) in RANGES.items():
        if option in options:
            whole(options[option], f"option {option} of {name}", low=low, high=high)
    if not 0 <= options.get("noise", 0) <= MOST_NOISE:
        raise InputError(f"option noise of {name} must be 0 to {MOST_NOISE}, got {options['noise']}")
    return options


def load(name: str, **options: Any) -> HashingData:
    """Load a data set.

    Args:
        name: as in the registry; `hashcenters data list` shows all.
        options: of its reader, such as `protocol`, `root`, `seed`, `size`; those that are None or "" are left
            to their defaults. Every set has `unseen`, see `datasets.unseen`.

    Raises:
        InputError: unknown data set or option, or something is missing; the message says what.
    """
    entry = find_entry(name)
    reader = find_reader(entry)
    options, quarter = without_quarter(checked_options(name, reader, options))
    own = inspect.signature(reader).parameters
    of_reading = {option: options.pop(option) for option in options.keys() - own.keys()}
    if of_reading:
        options["reading"] = dataclasses.replace(own["reading"].default, **of_reading)
    return unseen_classes(reader(**options), quarter)


def check(name: str, **options: Any) -> list[str]:
    """What is missing for a data set, one line a piece with the step that brings it; [] when all is there.

    Args:
        name: as in the registry.
        options: `root` moves the folder, `protocol` says which list files are needed; others do not matter.
    """
    entry = find_entry(name)
    root = Path(options["root"]).expanduser() if options.get("root") else None
    if entry.folder is None and root is None:
        return [f"{name}: {need.get}" for need in entry.needs]
    folder = root or data_root() / str(entry.folder)
    missing = [
        f"{name}: {' or '.join(str(folder / path) for path in need.any)} is missing: {need.get}"
        for need in entry.needs
        if not any((folder / path).exists() for path in need.any)
    ]
    return missing + missing_lists(entry, options.get("protocol") or None)


def missing_lists(entry: Entry, protocol: str | None) -> list[str]:
    """The list files that a protocol of a data set needs and that are not there."""
    lists = find_protocol(protocol, data=entry.name).lists if entry.protocols else None
    if lists is None:
        return []
    step = find_entry(lists.folder.split("/")[0]).needs[0].get
    needed = [lists.path(part) for part in ("train", "query")]
    return [f"{entry.name}: {path} is missing: {step}" for path in needed if not path.exists()]
