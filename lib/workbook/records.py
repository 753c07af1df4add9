"""The files behind results: claims.json and exhibits.json, changed whole and by one writer at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from basics.errors import InputError
from basics.files import read_json, write_json

EXHIBITS = "exhibits.json"
CLAIMS = "claims.json"


def put(entries: dict[str, Any], key: str, entry: dict[str, Any]) -> None:
    """Set an entry; it keeps its place in the notebook when it is recorded again, else it comes last."""
    orders = [other["order"] for other in entries.values() if other["notebook"] == entry["notebook"]]
    entries[key] = entry | {"order": entries[key]["order"] if key in entries else max(orders, default=0) + 1}


def read(path: Path) -> dict[str, Any]:
    """The entries of a file, none where it does not exist."""
    return read_json(path) if path.is_file() else {}


def in_order(path: Path) -> dict[str, dict[str, Any]]:
    """The entries of a file in the order of notebooks and of recording."""
    return dict(sorted(read(path).items(), key=lambda item: (item[1]["notebook"], item[1]["order"])))


def read_or_empty(path: Path) -> dict[str, Any]:
    """The mapping in a JSON file, empty where there is none that can be read."""
    try:
        content = read_json(path)
    except InputError:
        return {}
    return content if isinstance(content, dict) else {}


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
    """Forget what a notebook recorded, and remove the files of its figures and tables."""
    for file in (CLAIMS, EXHIBITS):
        with changing(folder / file) as entries:
            for key in [key for key, entry in entries.items() if entry["notebook"] == notebook]:
                for name in entries.pop(key).get("files", {}).values():
                    (folder / name).unlink(missing_ok=True)
