"""list-file: any images with list files of `path label-vector` or `path label-index`."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from basics.errors import InputError
from hashcenters.datasets.assemble import (
    Found,
    assemble,
    check_class_names,
    check_trained_classes,
    find_twins,
    joined,
    names_of,
)
from hashcenters.datasets.images import AS_PUBLISHED, ImageReading
from hashcenters.datasets.protocol import Listing, find_protocol
from hashcenters.datasets.rows import rows_of
from hashcenters.datasets.splits import HashingData
from shelf.papers.lists import read_list, single_label

APART = (("query", "train"), ("query", "database"), ("query", "validation"), ("train", "validation"))


def read_parts(files: dict[str, Path], *, num_classes: int | None, strip: str) -> tuple[dict[str, Listing], int]:
    """The parts of all lists with labels of one kind, and the number of classes.

    Label vectors become class indices when every row of every list has exactly one 1.

    Raises:
        InputError: a row is bad, one list has vectors and another indices, or there are more classes than samples.
    """
    parts = {part: read_list(file, num_classes=num_classes, strip=strip) for part, file in files.items()}
    shapes = {listing.labels.shape[1:] for listing in parts.values()}
    if len(shapes) > 1:
        found = ", ".join(f"{files[part]}: {listing.labels.shape[1:] or 'index'}" for part, listing in parts.items())
        raise InputError(f"all lists must have labels of the same kind and width, got {found}")
    train = parts["train"]
    indices = shapes == {()}
    labelled = 1 + max(int(part.labels.max()) for part in parts.values()) if indices else train.labels.shape[1]
    width = num_classes or labelled
    if width > train.labels.size:  # every class needs a training sample; said before all are given names
        raise InputError(f"{files['train']}: every class needs a training sample, got {width:,} for {len(train):,}")
    if indices:
        return parts, width
    if all((listing.labels.sum(axis=1) == 1).all() for listing in parts.values()):
        parts = {part: single_label(listing, origin=str(files[part])) for part, listing in parts.items()}
    return parts, width


def check_listed(files: dict[str, Path], parts: dict[str, Listing], root: Path) -> None:
    """Check that every listed picture is there.

    Raises:
        InputError: names the list, the first row whose picture is missing, and how many are.
    """
    for part, file in files.items():
        missing = [row for row, path in enumerate(parts[part].paths) if not (root / path).is_file()]
        if missing:
            path = root / parts[part].paths[missing[0]]
            place = f"{file} row {row_numbers(file)[missing[0]]}"
            raise InputError(f"{place}: there is no {path} ({len(missing):,} missing in this list)")


def row_numbers(file: Path) -> list[int]:
    """The numbers of the rows of a list that are not blank."""
    return [number for number, _ in rows_of(file)]


def count_once(files: dict[str, Path], parts: dict[str, Listing], twins: dict[str, str]) -> dict[str, Listing]:
    """The lists with every picture once and under one name, and without those that `twins` lacks.

    Raises:
        InputError: two rows give one picture different labels.
    """
    labelled: dict[str, tuple[str, str, bytes]] = {}
    once = {}
    for part, file in files.items():
        kept: dict[str, int] = {}
        for row, (number, path) in enumerate(zip(row_numbers(file), parts[part].paths, strict=True)):
            if path not in twins:
                continue
            own = (f"{file} row {number}", path, parts[part].labels[row].tobytes())
            other = labelled.setdefault(twins[path], own)
            if own[2] != other[2]:
                what = repr(path) if path == other[1] else f"{other[1]!r} and {path!r}, the same picture,"
                raise InputError(f"{other[0]} and {own[0]} give {what} different labels")
            kept.setdefault(twins[path], row)
        once[part] = replace(parts[part].take(np.array(list(kept.values()), np.int64)), paths=tuple(kept))
    return once


def check_apart(given: dict[str, Listing], once: dict[str, Listing], twins: dict[str, str]) -> None:
    """Check that no picture is listed in two parts that must not overlap.

    Args:
        given: the lists as they are.
        once: the same with every picture under one name.
        twins: that name for every listed one.

    Raises:
        InputError: names the parts and a picture, with both of its names where it has two.
    """
    for first, second in APART:
        parts = [once[part].paths if part in once else () for part in (first, second)]
        shared = set(parts[0]).intersection(parts[1])
        if shared:
            one = min(shared)
            names = sorted({path for part in (first, second) for path in given[part].paths if twins.get(path) == one})
            raise InputError(
                f"{first} and {second} must not overlap, got {len(shared)} shared, such as "
                + " and ".join(map(repr, names))
            )


def load_list_file(
    *,
    root: Path,
    train: Path,
    query: Path,
    database: Path | None = None,
    validation_list: Path | None = None,
    classes: Path | None = None,
    num_classes: int | None = None,
    strip: str = "",
    top_k: int | None = None,
    validation: float = 0.1,
    seed: int = 0,
    reading: ImageReading = AS_PUBLISHED,
) -> HashingData:
    """Images named by list files.

    Every picture is decoded once when the set is opened. A picture counts once in a list, whatever its names: two are
    one when their pixels are equal as they are read.

    Args:
        root: folder that the listed paths are relative to.
        train, query, database, validation_list: list files, relative to the root. Without a database list
            the training split is the database; without a validation list one is drawn, from the database outside
            the training split when there is a database list, else out of the training split.
        classes: text file below the root with one class name a row; None numbers the classes.
        num_classes: checked against every row; None takes it from the class names or the labels.
        strip: prefix to remove from every listed path.
        top_k: depth of the scored ranking, None for the whole database.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of that draw.
        reading: how the images are read.

    Raises:
        InputError: a list is missing or has a bad row, a listed file is missing or unreadable, a picture has two
            labels, or is a query and in another list, or in the training and the validation list.
    """
    if not root.is_dir():
        raise InputError(f"root must be a folder, got {root}")
    names = [row for _, row in rows_of(root / classes)] if classes else None
    if names and num_classes not in (None, len(names)):
        raise InputError(f"{classes} must name {num_classes} classes, got {len(names)}")
    given = {"train": train, "query": query, "database": database or train, "validation": validation_list}
    files = {part: root / file for part, file in given.items() if file}
    parts, width = read_parts(files, num_classes=len(names) if names else num_classes, strip=strip)
    names = names or [f"class {number}" for number in range(width)]
    check_class_names(names, origin=str(root / classes) if classes else str(files["train"]))
    check_trained_classes(parts["train"], names, origin=str(files["train"]))
    if reading.corrupt == "error":
        check_listed(files, parts, root)
    listed = names_of(parts)
    twins, failures = find_twins(listed, [root / path for path in listed], reading)
    once = count_once(files, parts, twins)
    check_apart(parts, once, twins)
    listed_in = {file: part for part, file in files.items()}.values()  # a list may serve as two parts
    repeated = sum(sum(path in twins for path in parts[part].paths) - len(once[part]) for part in listed_in)
    note = joined(
        f"{len(failures)} unreadable files left out" if failures else "",
        f"{repeated} repeated rows left out" if repeated else "",
    )
    chosen = find_protocol(None, data="list-file")
    chosen = msgspec.structs.replace(chosen, top_k=top_k, validation="rest" if database else "train")
    own = f"own images listed in {train.name}, not the papers' data"
    found = Found(once, names, root, note=note, substitute=own)
    reading = replace(reading, corrupt="error")
    return assemble(found, protocol=chosen, reading=reading, validation=validation, seed=seed, content=True)
