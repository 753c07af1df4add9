"""List files: one sample a row, its path and its labels, in the layouts that this field shares.

`path 0 1 0 ...` (a label vector, CSQ), `path<blank or tab>7` (a class index, SHC) and `id<tab>7<tab>path` (videos).
Paths may hold blanks; the layout of a file is that of most of its rows, of the first where two are as many.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from jaxtyping import UInt8

from basics.errors import InputError
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import class_index, inside_root, rows_of

VIDEO = re.compile(r"\d+\t(\d+)\t([^\t]+)")  # `id<tab>7<tab>path`

Row, Parsed = TypeVar("Row"), TypeVar("Parsed")


def parse_rows(file: Path, rows: Iterable[tuple[int, Row]], parse: Callable[[Row], Parsed]) -> list[Parsed]:
    """What `parse` makes of each row of a file.

    Raises:
        InputError: it raised a `ValueError`; names file and row.
    """
    found = []
    for number, row in rows:
        try:
            found.append(parse(row))
        except ValueError as error:
            raise InputError(f"{file} row {number}: {error}") from error
    return found


def label_width(row: str) -> int:
    """How many integers end a row, its first field apart.

    >>> label_width("photo 12 0 1 0"), label_width("0 1 0"), label_width("a.jpg")
    (4, 2, 0)
    """
    return len(re.search(r"(\s+-*\d+)*$", row)[0].split())


def is_vector_row(row: str, num_classes: int | None) -> bool:
    """Whether a row ends in a label vector and not in one class index."""
    width = 0 if VIDEO.fullmatch(row) else label_width(row)
    return width > 1 and (width == num_classes or set(row.split()[-width:]) <= {"0", "1"})


def typical_row(rows: Sequence[str]) -> str:
    """The first row that ends in as many integers as most rows do; "" without rows.

    >>> typical_row(["my photo 1 1", "a.jpg 0", "b.jpg 1"])
    'a.jpg 0'
    """
    widths = [label_width(row) for row in rows]
    return rows[widths.index(Counter(widths).most_common(1)[0][0])] if rows else ""


def parse_vector(row: str, width: int) -> tuple[str, UInt8[np.ndarray, "classes"]]:
    """Path and multi-hot labels of a `path 0 1 0 ...` row.

    Raises:
        ValueError: the row has more or fewer labels than `width`, or others than 0 and 1.
    """
    found = label_width(row)
    if found != width:
        raise ValueError(f"expected {width} labels, got {found}")
    path, *labels = row.rsplit(None, width)
    wrong = set(labels) - {"0", "1"}
    if wrong:
        raise ValueError(f"labels must be 0 or 1, got {min(wrong)}")
    return path, np.frombuffer("".join(labels).encode(), np.uint8) - ord("0")


def parse_index(row: str, num_classes: int | None) -> tuple[str, int]:
    """Path and class of a `path 7` or `id<tab>7<tab>path` row.

    Raises:
        ValueError: a field is missing or the class does not exist.
    """
    if video := VIDEO.fullmatch(row):
        return video[2], class_index(video[1], num_classes=num_classes)
    path, *labels = row.rsplit("\t" if "\t" in row else None, 1)
    if not labels:
        raise ValueError("expected a path and a label, got one field")
    return path.rstrip(), class_index(labels[0], num_classes=num_classes)


def scan_list(path: Path, *, num_classes: int | None = None, strip: str = "") -> tuple[Listing, list[str]]:
    """Read a list file and collect what is wrong in it instead of stopping at it.

    Args:
        path: the list file.
        num_classes: of the data set; None takes it from the label vector of most rows.
        strip: prefix to remove from every path.

    Returns:
        the rows that are right, and one line for every row that is not.
    """
    paths, labels, problems = [], [], []
    rows = list(rows_of(path))
    typical = typical_row([row for _, row in rows])
    vector = is_vector_row(typical, num_classes)
    width = (num_classes or label_width(typical)) if vector else None
    for number, row in rows:
        try:
            name, label = parse_index(row, num_classes) if width is None else parse_vector(row, width)
            paths.append(inside_root(name, strip=strip))
            labels.append(label)
        except ValueError as error:
            hint = "; option strip removes what stands before it" if row.startswith("/") else ""
            problems.append(f"{path} row {number}: {error}{hint}")
    return Listing(tuple(paths), np.array(labels, np.uint8 if vector else np.int64)), problems


def read_list(path: Path, *, num_classes: int | None = None, strip: str = "") -> Listing:
    """Read a list file.

    Args:
        path: the list file.
        num_classes: of the data set; None takes it from the label vector of most rows.
        strip: prefix to remove from every path.

    Raises:
        InputError: the file is missing, empty or has a bad row; the message names file and row.
    """
    listing, problems = scan_list(path, num_classes=num_classes, strip=strip)
    if problems:
        more = f" (and {len(problems) - 1} more bad rows)" if len(problems) > 1 else ""
        raise InputError(problems[0] + more)
    if not listing.paths:
        raise InputError(f"{path} must list at least one sample, got an empty file")
    return listing


def single_label(listing: Listing, *, origin: str) -> Listing:
    """The same samples with class indices; label vectors must have exactly one 1 a row.

    Raises:
        InputError: a row has no label or several.
    """
    if listing.labels.ndim == 1:
        return listing
    counts = listing.labels.sum(axis=1)
    wrong = np.flatnonzero(counts != 1)
    if len(wrong):
        row = int(wrong[0])
        raise InputError(f"{origin} row {row + 1}: expected one label for {listing.paths[row]}, got {counts[row]}")
    return Listing(listing.paths, listing.labels.argmax(axis=1).astype(np.int64))


def read_protocol_lists(protocol: Protocol, *, num_classes: int, multi_label: bool) -> dict[str, Listing]:
    """The list files of a protocol below the data root; a database without a file is left out.

    Raises:
        InputError: the training or the query list is missing, or a row is bad.
    """
    files = {part: protocol.lists.path(part) for part in ("train", "query", "database")}
    if not files["database"].exists():
        del files["database"]
    strip = protocol.lists.strip
    parts = {part: read_list(file, num_classes=num_classes, strip=strip) for part, file in files.items()}
    return parts if multi_label else {part: single_label(parts[part], origin=str(files[part])) for part in parts}


def list_classes(root: Path, patterns: Sequence[str]) -> Listing:
    """The files of each class, found by one pattern a class, in the order of their names.

    Raises:
        InputError: a class has none.
    """
    samples = []
    for label, pattern in enumerate(patterns):
        found = sorted(path.relative_to(root).as_posix() for path in root.glob(pattern))
        if not found:
            raise InputError(f"every class must have images below {root}, got no {pattern}")
        samples += [(path, label) for path in found]
    return Listing.of(samples)


def official_split(every: Listing, trained: Sequence[bool]) -> dict[str, Listing]:
    """The parts of a set with an official split in two; the training side is the database too.

    Args:
        every: all samples.
        trained: whether each is for training.
    """
    train, query = (every.take(np.flatnonzero(np.array(trained, bool) == side)) for side in (True, False))
    return {"train": train, "query": query, "database": train}
