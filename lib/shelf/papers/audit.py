"""Audit of list files and loaded sets: sizes, checksums, duplicates, overlaps, labels, files, class balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from basics.errors import InputError
from basics.files import sha256
from basics.paths import data_root
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.inputs import Selected
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.registry import find_entry, missing_lists
from hashcenters.datasets.splits import PARTS, HashingData
from shelf.papers.lists import scan_list

LISTED = ("train", "query", "database")
FOUND = ("shared", "only_first", "only_second", "label_conflicts")
WHOLE = ("nominal", "difference", "missing_files", "unreadable_files")  # whole numbers, some missing


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    Args:
        parts: one row a list or split.
        overlaps: one row for each two of them.
        problems: bad rows, one line each.
        listings: the good rows of each.
    """

    parts: pd.DataFrame
    overlaps: pd.DataFrame
    problems: Sequence[str]
    listings: Mapping[str, Listing]


def class_sizes(listing: Listing, num_classes: int | None) -> np.ndarray:
    """Samples of every class."""
    if listing.labels.ndim == 2:
        return listing.labels.sum(axis=0, dtype=np.int64)
    return np.bincount(listing.labels, minlength=num_classes or 0)


def describe_part(listing: Listing, *, num_classes: int | None, nominal: int | None) -> dict[str, object]:
    """Size, duplicates, labels and class balance of one part."""
    sizes = class_sizes(listing, num_classes)
    per_row = listing.labels.sum(axis=1) if listing.labels.ndim == 2 else np.ones(len(listing))
    return {
        "rows": len(listing),
        "nominal": nominal,
        "difference": None if nominal is None else len(listing) - nominal,
        "duplicates": len(listing) - len(set(listing.paths)),
        "labels": "index" if listing.labels.ndim == 1 else f"vector of {listing.labels.shape[1]}",
        "unlabelled": int((per_row == 0).sum()),
        "labels_per_row": float(per_row.mean()) if len(listing) else 0.0,
        "classes": int((sizes > 0).sum()),
        "empty_classes": int((sizes == 0).sum()),
        "smallest_class": int(sizes.min(initial=len(listing))),
        "largest_class": int(sizes.max(initial=0)),
    }


def compare_parts(first: Listing, second: Listing, *, key: str = "path") -> dict[str, int]:
    """Samples that two parts share, how many of them are labelled differently, and what one lacks of the other.

    Args:
        first, second: the parts.
        key: `path`, or `name` to compare by the file's name alone (lists of different authors).
    """
    parts = (first, second)
    names = [[PurePosixPath(path).name if key == "name" else path for path in part.paths] for part in parts]
    rows = [{name: row for row, name in enumerate(own)} for own in names]
    shared = [name for name in rows[0] if name in rows[1]]
    labels = [part.labels[[found[name] for name in shared]] for part, found in zip(parts, rows, strict=True)]
    width = max(part.labels.shape[1] if part.labels.ndim == 2 else part.labels.max(initial=0) + 1 for part in parts)
    labels = [own if own.ndim == 2 else np.eye(width, dtype=np.uint8)[own] for own in labels]
    same_width = labels[0].shape == labels[1].shape
    conflicts = int((labels[0] != labels[1]).any(axis=1).sum()) if same_width else len(shared)
    counts = (len(shared), len(rows[0]) - len(shared), len(rows[1]) - len(shared), conflicts)
    return dict(zip(FOUND, counts, strict=True))


def audit_parts(
    parts: Mapping[str, Listing],
    protocol: Protocol | None,
    *,
    num_classes: int | None,
    further: Mapping[str, Mapping[str, object]],
    problems: Sequence[str] = (),
) -> Audit:
    """Describe parts and hold each two of them against each other.

    Args:
        parts: by name.
        protocol: names the nominal sizes.
        num_classes: None takes it from the labels of each part.
        further: columns of each part to put behind its description.
        problems: bad rows, one line each.
    """
    nominal = {part: getattr(protocol, part) for part in LISTED} if protocol else {}
    rows = [
        {"list": name, **describe_part(part, num_classes=num_classes, nominal=nominal.get(name)), **further[name]}
        for name, part in parts.items()
    ]
    pairs = [
        (first, second, *compare_parts(parts[first], parts[second]).values())
        for first, second in combinations(parts, 2)
    ]
    table = pd.DataFrame(rows)
    table = table.astype({name: "Int64" for name in WHOLE if name in table})
    return Audit(table, pd.DataFrame(pairs, columns=["first", "second", *FOUND]), problems, parts)


def check_files(listing: Listing, root: Path | None, *, decode: bool) -> dict[str, int | None]:
    """How many listed files are missing below `root` and, with `decode`, how many cannot be read as pictures."""
    if root is None or not root.is_dir():
        return {"missing_files": None, "unreadable_files": None}
    present = [file for path in listing.paths if (file := root / path).is_file()]
    unreadable = len(ImageReading(size=32).open(present).unreadable()) if decode else None
    return {"missing_files": len(listing) - len(present), "unreadable_files": unreadable}


def protocol_files(protocol: Protocol) -> dict[str, Path]:
    """The list files of a protocol that are there; a file that serves as two parts is named once."""
    found: dict[str, Path] = {}
    for part in (*LISTED, *protocol.lists.also) if protocol.lists else ():
        path = protocol.lists.path(part)
        if path.exists() and path not in found.values():
            found[part] = path
    return found


def audit_protocol(protocol: Protocol, *, root: Path | None = None, decode: bool = False) -> Audit:
    """Audit the authors' list files of a protocol below the data root.

    Args:
        protocol: names the files and the nominal sizes.
        root: folder of the listed files; None does not look for them.
        decode: also read every listed file as a picture.

    Raises:
        InputError: none of the lists is there, or one cannot be read.
    """
    files, entry = protocol_files(protocol), find_entry(protocol.data)
    if not files:
        steps = dict.fromkeys(missing_lists(entry, protocol.name))
        raise InputError(f"{protocol.name} has no list files below {data_root()}: {'; '.join(steps)}")
    parts, further, problems = {}, {}, []
    for name, file in files.items():
        parts[name], bad = scan_list(file, num_classes=entry.num_classes, strip=protocol.lists.strip)
        pictures = check_files(parts[name], root, decode=decode)
        further[name] = {"bad_rows": len(bad), **pictures, "sha256": sha256(file)}
        problems += bad
    return audit_parts(parts, protocol, num_classes=entry.num_classes, further=further, problems=problems)


def unreadable_rows(data: HashingData) -> dict[str, int]:
    """How many files of each part cannot be decoded; {} for sets that lie in memory."""
    views = {part: getattr(data, part).inputs for part in PARTS}
    if not all(isinstance(view, Selected) for view in views.values()):
        return {}
    bad = list(views["train"].inputs.unreadable())  # all parts are views on the same files
    return {part: int(np.isin(view.indices, bad).sum()) for part, view in views.items()}


def audit_data(data: HashingData, *, protocol: Protocol | None = None, decode: bool = False) -> Audit:
    """Audit a loaded set, whose files are known to be there.

    Args:
        data: the set.
        protocol: names the nominal sizes.
        decode: also decode every file.
    """
    splits = {part: getattr(data, part) for part in PARTS}
    parts = {part: Listing(tuple(map(str, split.ids)), split.labels) for part, split in splits.items()}
    unreadable = unreadable_rows(data) if decode else {}
    further = {part: {"unreadable_files": unreadable.get(part)} for part in PARTS}
    return audit_parts(parts, protocol, num_classes=data.num_classes, further=further)
