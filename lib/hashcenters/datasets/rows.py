"""Rows of text files: read as UTF-8, counted from 1 for messages, their fields checked."""

import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from basics.errors import InputError, shown
from basics.files import read_text
from hashcenters.limits import MAX_ITEMS

LONGEST_NAME = 255  # bytes of a file's name, on every usual file system


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
    if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        raise ValueError(f"expected a class index, got {shown(text)}")
    index = int(text) - first
    if not 0 <= index < (num_classes or MAX_ITEMS):
        last = f" to {num_classes - 1 + first}" if num_classes else " or more" if index < 0 else f" to {MAX_ITEMS}"
        raise ValueError(f"class index must be {first}{last}, got {text}")
    return index


def inside_root(path: str, *, strip: str = "") -> str:
    """A listed path without the prefix `strip`, checked to stay inside the root.

    Raises:
        ValueError: the path is absolute, climbs out of the root, or has a name that no file can have.
    """
    relative = PurePosixPath(path.replace("\\", "/").removeprefix(strip))
    if relative.is_absolute() or ".." in relative.parts or not relative.name or relative.parts[0].endswith(":"):
        raise ValueError(f"path must stay inside the root, got {shown(path)}")
    if "\0" in path or max(len(os.fsencode(part)) for part in relative.parts) > LONGEST_NAME:
        raise ValueError(f"path must be names of at most {LONGEST_NAME} bytes, got {shown(path)}")
    return str(relative)
