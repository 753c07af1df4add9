"""Rows of text files: read as UTF-8, counted from 1 for messages, their fields checked."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from basics.errors import InputError
from basics.files import read_text


def rows_of(path: Path) -> Iterator[tuple[int, str]]:
    """Row number (from 1) and text of every row that is not blank."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def fields_of(path: Path, count: int) -> Iterator[tuple[int, list[str]]]:
    """Row number and fields of a table with `count` fields a row; the last one may hold blanks.

    Raises:
        InputError: a row has fewer fields.
    """
    for number, line in rows_of(path):
        fields = line.split(maxsplit=count - 1)
        if len(fields) != count:
            raise InputError(f"{path} row {number}: expected {count} fields, got {len(fields)}")
        yield number, fields


def class_index(text: str, *, num_classes: int | None, first: int = 0) -> int:
    """A class index counted from 0, from one that the file counts from `first`.

    Raises:
        ValueError: the text is no integer, or the class does not exist.
    """
    try:
        index = int(text) - first
    except ValueError:
        raise ValueError(f"expected a class index, got {text!r}") from None
    if index < 0 or (num_classes is not None and index >= num_classes):
        last = "" if num_classes is None else f" to {num_classes - 1 + first}"
        raise ValueError(f"class index must be {first}{last}, got {text}")
    return index


def inside_root(path: str, *, strip: str = "") -> str:
    """A listed path without the prefix `strip`, checked to stay inside the root.

    Raises:
        ValueError: the path is absolute or climbs out of the root.
    """
    relative = PurePosixPath(path.replace("\\", "/").removeprefix(strip))
    if relative.is_absolute() or ".." in relative.parts or not relative.name or relative.parts[0].endswith(":"):
        raise ValueError(f"path must stay inside the root, got {path!r}")
    return str(relative)
