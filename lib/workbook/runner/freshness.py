"""What a notebook's results depend on, and whether they are still what it made of that.

A record in `fresh/` of the run's folder holds, for the last run of a notebook here, what went in (its code, its
parameters, the definitions of the library that it uses, its data and files, the results of the notebooks it reads)
and what came out.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from basics.files import sha256, write_json
from basics.paths import data_root, profile_results, project_root
from basics.schema import Struct
from basics.source import digests
from workbook import run_table
from workbook.project import texts_folder
from workbook.records import ENTRIES, read_or_empty
from workbook.runner.graph import Notebook, Source
from workbook.runner.hooks import find_hooks
from workbook.runner.prose import without_prose

VOLATILE_PARAMETERS = ("jobs",)
PROSE = ("markdown", "raw")  # kinds of cells that compute nothing


class Record(Struct):
    """A record in `fresh/`."""

    state: Literal["running", "failed", "done"]
    inputs: dict[str, dict[str, Any]]
    outputs: dict[str, str]


CHANGED = {
    "cells": "its source changed",
    "parameters": "its parameter {} changed",
    "library": "{} changed",
    "files": "{} changed",
    "data": "the data of {} changed",
    "upstream": "the results of {} changed",
}


def digest(value: Any) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def notebook_output(profile: str, name: str) -> Path:
    """Where the executed notebook lies."""
    return profile_results(profile) / "notebooks" / f"{name}.ipynb"


def record_path(profile: str, name: str) -> Path:
    """Where the record of one notebook lies."""
    return profile_results(profile) / "fresh" / f"{name}.json"


def read_record(profile: str, name: str) -> dict[str, Any]:
    """The record of a notebook's last run here, empty where there is none or it cannot be read."""
    return read_or_empty(record_path(profile, name), Record)


def write_record(profile: str, name: str, *, state: str, inputs: dict[str, Any]) -> None:
    """Record a run.

    Args:
        profile: whose results.
        name: of the notebook.
        state: `running`, `failed` or `done`; what came out is recorded for `done` only.
        inputs: from `inputs_of`.
    """
    outputs = outputs_of(profile, name) if state == "done" else {}
    write_json(record_path(profile, name), {"state": state, "inputs": inputs, "outputs": outputs})


def inputs_of(profile: str, notebook: Notebook, parameters: dict[str, Any]) -> dict[str, Any]:
    """Everything that a notebook's results depend on.

    Args:
        profile: whose results.
        notebook: the source.
        parameters: the value of every parameter.
    """
    places = folders(notebook, parameters)
    listings = {place: listing(place) for place in set(places.values())}  # sets often share a folder
    texts = texts_folder() / f"{notebook.name}.yaml"
    return {
        "cells": {"": digest([[cell for cell in notebook.cells if cell[0] not in PROSE], contents(texts)])},
        "parameters": {key: value for key, value in parameters.items() if key not in VOLATILE_PARAMETERS},
        "library": digests([*notebook.code, repr(sorted(names_in(parameters)))]),
        "files": {name: contents(project_root() / name) for name in notebook.files},
        "data": {name: listings[place] for name, place in places.items()},
        "upstream": {name: results_key(profile, name) for name in notebook.after},
    }


def names_in(parameters: Mapping[str, Any]) -> set[str]:
    """Every text among the values of parameters, those behind a `key=` too: names of data sets, methods, networks.

    >>> sorted(names_in({"dataset": "mine", "dataset_options": ["protocol=cars"], "all_bits": [16]}))
    ['cars', 'mine', 'protocol=cars']
    """
    values = [value for given in parameters.values() for value in (given if isinstance(given, list) else [given])]
    texts = {value for value in values if isinstance(value, str)}
    return texts | {text.partition("=")[2] for text in texts if "=" in text}


def folders(notebook: Notebook, parameters: Mapping[str, Any]) -> dict[str, Path]:
    """The folders that a notebook reads data from, and the files that its parameters name, by a name for messages.

    Raises:
        InputError: a parameter names an unknown data set or protocol.
    """
    found = {name: data_root() / name for name in (*notebook.data, *notebook.optional_data)}
    found |= find_hooks().folders(parameters)
    for text in names_in(parameters):
        path = Path(project_root(), os.path.expanduser(text))
        if text and os.path.exists(path) and path not in found.values():
            found[text] = path
    return found


def absent_data(notebook: Notebook) -> list[str]:
    """The folders of data that a notebook reads where they are there, and that are not."""
    return [name for name in notebook.optional_data if not (data_root() / name).is_dir()]


def listing(place: Path) -> str:
    """Digest of the names, sizes and times of a file, or of all files under a folder; empty where there is none.

    Links are followed; a folder that is reached a second time counts by where it was reached first.
    """
    found: list[tuple[Any, ...]] = [_state(place)] if place.is_file() else []
    found += [(name, first) if first else (name, *_state(place / name)) for name, first in _below(place)]
    return digest(found) if found else ""


def _below(place: Path) -> Iterator[tuple[str, str]]:
    """What lies below a folder, behind links too: files with "", folders reached again with where they were first."""
    seen: dict[tuple[int, int], str] = {}
    for parent, inner, names in os.walk(place, followlinks=True):
        status, below = os.stat(parent), os.path.relpath(parent, place)
        first = seen.setdefault((status.st_dev, status.st_ino), below)
        if first != below:
            inner.clear()
            yield below, first
            continue
        inner.sort()
        yield from ((os.path.join(below, name), "") for name in sorted(names))


def _state(path: Path) -> tuple[int, ...]:
    """Size and time of a file, nothing for a link that leads nowhere."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_size, status.st_mtime_ns


def size_of(place: Path) -> int:
    """Bytes of all files under a folder; nothing of one that is gone by the time it is looked at."""
    return sum(sum(_state(place / name)[:1]) for name, first in _below(place) if not first)


def contents(place: Path) -> str:
    """Digest of the content of a file, or of all files under a folder; empty where there is none."""
    names = ["."] if place.is_file() else sorted(os.path.normpath(name) for name, first in _below(place) if not first)
    found = [(name, sha256(place / name)) for name in names if (place / name).is_file()]
    return digest(found) if found else ""


def outputs_of(profile: str, name: str) -> dict[str, str]:
    """Digests of what a notebook made: itself executed without prose, figures, tables, its entries in shared files."""
    folder = profile_results(profile)
    executed, files, entries = notebook_output(profile, name), [], {}
    for shared, kind in ENTRIES.items():
        content = read_or_empty(folder / shared, dict[str, kind])
        own = {key: entry for key, entry in content.items() if entry["notebook"] == name}
        files += [folder / file for entry in own.values() for file in entry.get("files", {}).values()]
        entries[shared] = digest(own)
    entries[run_table.FILE] = digest(run_table.own_runs(folder, name[:2]))
    made = {path.relative_to(folder).as_posix(): sha256(path) for path in files if path.is_file()}
    if executed.is_file():
        made[executed.relative_to(folder).as_posix()] = digest(without_prose(read_or_empty(executed, Source)))
    return entries | made


def results_key(profile: str, name: str) -> str | None:
    """What identifies the results of a notebook for those that read them: of its run here, or as committed where it has
    not been run here; None where its run is not done."""
    record = read_record(profile, name)
    if not record:
        return digest(outputs_of(profile, name))
    return digest([record["inputs"], record["outputs"]]) if record["state"] == "done" else None


def why_stale(profile: str, name: str, inputs: Callable[[], dict[str, Any]]) -> str | None:
    """Why a notebook has to run, in a few words; None when its results are fresh.

    Args:
        profile: whose results.
        name: of the notebook.
        inputs: gives what its results depend on now, from `inputs_of`; asked only where something is to be compared.
    """
    record = read_record(profile, name)
    state = record.get("state")
    if state != "done":
        stopped = {"running": "its last run was stopped", "failed": "its last run failed"}
        return stopped.get(state or "", "it has not been run here")
    now = inputs()
    for kind, phrase in CHANGED.items():
        changed = _changed(record["inputs"].get(kind, {}), now[kind])
        if changed:
            return phrase.format(changed[0])
    made = outputs_of(profile, name)
    changed = _changed(record["outputs"], made)
    return f"its {changed[0]} {'was changed' if changed[0] in made else 'is missing'}" if changed else None


def _changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The keys with another value, or without one, sorted."""
    return sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
