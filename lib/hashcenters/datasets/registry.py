"""Every data set by name: what it is, what is missing for it, and how it is loaded."""

import dataclasses
import importlib
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import yaml
from basics.errors import InputError
from basics.paths import data_root

from hashcenters.datasets.protocol import Protocol, find_protocol, protocols_of
from hashcenters.datasets.splits import HashingData


@dataclass(frozen=True)
class Entry:
    """One entry of `registry.yaml`, which explains the fields."""

    name: str
    title: str
    reader: str | None
    media: str
    num_classes: int | None
    multi_label: bool | None
    folder: str | None
    substitute: bool
    licence: str
    home: str
    size: str
    needs: tuple[Mapping[str, Any], ...] = ()
    downloads: tuple[Mapping[str, str], ...] = ()

    @property
    def protocols(self) -> list[Protocol]:
        """The protocols of this set, its default one first."""
        return protocols_of(self.name)


@cache
def registry() -> dict[str, Entry]:
    """Every entry, by name."""
    text = (files(__package__) / "registry.yaml").read_text(encoding="utf-8")
    entries = {}
    for name, fields in yaml.safe_load(text).items():
        lists = {key: tuple(fields.get(key, ())) for key in ("needs", "downloads")}
        entries[name] = Entry(name=name, **(fields | lists))
    return entries


def find_entry(name: str) -> Entry:
    """The entry of a data set.

    Raises:
        InputError: there is none of this name.
    """
    entries = registry()
    if name not in entries:
        raise InputError(f"data set must be one of {', '.join(entries)}; got {name!r}")
    return entries[name]


def find_reader(entry: Entry) -> Callable[..., HashingData]:
    """The function that loads a data set; only now is its module imported.

    Raises:
        InputError: the entry holds files that other sets use.
    """
    if entry.reader is None:
        raise InputError(f"{entry.name} holds files for other data sets and cannot be loaded by itself")
    module, function = entry.reader.split(":")
    return getattr(importlib.import_module(module), function)


def fits(value: object, annotation: object) -> bool:
    """Whether a value is of an annotated type; an int is a float too, a bool is no number."""
    if isinstance(annotation, types.UnionType):
        return any(fits(value, choice) for choice in get_args(annotation))
    kinds = (int, float) if annotation is float else (annotation,)
    return isinstance(value, kinds) and (annotation is bool or not isinstance(value, bool))


def reader_options(reader: Callable[..., HashingData]) -> dict[str, inspect.Parameter]:
    """Every option of a reader by name, those of its `reading` (size, cache, ...) among them."""
    options = {}
    for name, parameter in inspect.signature(reader).parameters.items():
        if name == "reading":
            for field in dataclasses.fields(parameter.default):
                value = getattr(parameter.default, field.name)
                options[field.name] = inspect.Parameter(
                    field.name, parameter.kind, default=value, annotation=field.type
                )
        else:
            options[name] = parameter
    return options


def checked_options(
    name: str, reader: Callable[..., HashingData], given: Mapping[str, Any]
) -> dict[str, Any]:
    """The given options without those that are None or "", whole numbers as floats where those are meant.

    Raises:
        InputError: says which option is unknown, missing or of the wrong type.
    """
    known = reader_options(reader)
    options = {}
    for option, value in given.items():
        if option not in known:
            raise InputError(f"{name} has no option {option!r}; its options are {', '.join(known)}")
        if value is None or value == "":
            continue
        kind = known[option].annotation
        if not fits(value, kind):
            expected = kind.__name__ if isinstance(kind, type) else str(kind)
            raise InputError(f"option {option} of {name} must be {expected}, got {value!r}")
        options[option] = float(value) if kind is float else value
    for option, parameter in known.items():
        if parameter.default is inspect.Parameter.empty and option not in options:
            raise InputError(f"{name} needs the option {option}")
    return options


def load(name: str, **options: Any) -> HashingData:
    """Load a data set.

    Args:
        name: as in the registry; `python -m hashcenters.datasets list` shows all.
        options: of its reader, such as `protocol`, `root`, `seed`, `size`; those that are None or "" are left
            to their defaults.

    Raises:
        InputError: unknown data set or option, or something is missing; the message says what.
    """
    entry = find_entry(name)
    reader = find_reader(entry)
    options = checked_options(name, reader, options)
    parameter = inspect.signature(reader).parameters.get("reading")
    if parameter is not None:
        fields = {field.name for field in dataclasses.fields(parameter.default)} & options.keys()
        reading = dataclasses.replace(parameter.default, **{field: options.pop(field) for field in fields})
        options["reading"] = reading
    return reader(**options)


def check(name: str, **options: Any) -> list[str]:
    """What is missing for a data set, one line a piece with the step that brings it; [] when all is there.

    Args:
        name: as in the registry.
        options: `root` moves the folder, `protocol` says which list files are needed; others do not matter.
    """
    entry = find_entry(name)
    root = Path(options["root"]).expanduser() if options.get("root") else None
    if entry.folder is None and root is None:
        return [f"{name}: {need['get']}" for need in entry.needs]
    folder = root or data_root() / str(entry.folder)
    missing = [
        f"{name}: {' or '.join(str(folder / path) for path in need['any'])} is missing: {need['get']}"
        for need in entry.needs
        if not any((folder / path).exists() for path in need["any"])
    ]
    return missing + missing_lists(entry, options.get("protocol") or None)


def missing_lists(entry: Entry, protocol: str | None) -> list[str]:
    """The list files that a protocol of a data set needs and that are not there."""
    if not entry.protocols:
        return []
    lists = find_protocol(protocol, data=entry.name).lists or {}
    needed = [data_root() / lists["folder"] / lists[part] for part in ("train", "query") if part in lists]
    source = "" if not lists else find_entry(lists["folder"].split("/")[0])
    return [
        f"{entry.name}: {path} is missing: {source.needs[0]['get']}" for path in needed if not path.exists()
    ]
