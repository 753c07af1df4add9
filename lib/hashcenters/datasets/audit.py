"""Audit of list files and loaded sets: sizes, checksums, duplicates, overlaps, labels, files, class balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.lists import Listing, scan_list
from hashcenters.datasets.protocol import PARTS, Protocol
from hashcenters.datasets.registry import find_entry
from hashcenters.datasets.splits import HashingData
from hashcenters.errors import InputError
from hashcenters.files import sha256
from hashcenters.paths import data_root


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


def as_vectors(labels: np.ndarray, num_classes: int) -> np.ndarray:
    """Labels as multi-hot rows."""
    return labels if labels.ndim == 2 else np.eye(num_classes, dtype=np.uint8)[labels]


def compare_parts(first: Listing, second: Listing, *, key: str = "path") -> dict[str, object]:
    """Samples that two parts share, how many of them are labelled differently, and what one lacks of the other.

    Args:
        first, second: the parts.
        key: `path`, or `name` to compare by the file's name alone (lists of different authors).
    """
    rows = [
        {path if key == "path" else PurePosixPath(path).name: row for row, path in enumerate(part.paths)}
        for part in (first, second)
    ]
    shared = [name for name in rows[0] if name in rows[1]]
    width = max((part.labels.shape[1] if part.labels.ndim == 2 else int(part.labels.max(initial=0)) + 1)
                for part in (first, second))  # fmt: skip
    labels = [as_vectors(part.labels[[found[name] for name in shared]], width)
              for part, found in zip((first, second), rows, strict=True)]  # fmt: skip
    conflicts = (
        int((labels[0] != labels[1]).any(axis=1).sum()) if labels[0].shape == labels[1].shape else len(shared)
    )
    return {
        "shared": len(shared),
        "only_first": len(rows[0]) - len(shared),
        "only_second": len(rows[1]) - len(shared),
        "label_conflicts": conflicts,
    }


def overlap_table(parts: Mapping[str, Listing]) -> pd.DataFrame:
    """`compare_parts` for each two parts."""
    found = [
        {"first": first, "second": second} | compare_parts(parts[first], parts[second])
        for first, second in combinations(parts, 2)
    ]
    columns = ["first", "second", "shared", "only_first", "only_second", "label_conflicts"]
    return pd.DataFrame(found, columns=columns)


def part_table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """One row a part; whole numbers stay whole where some are missing."""
    table = pd.DataFrame(rows)
    whole = [name for name in ("nominal", "difference", "missing_files", "unreadable_files") if name in table]
    return table.astype(dict.fromkeys(whole, "Int64"))


def check_files(listing: Listing, root: Path | None, *, decode: bool) -> dict[str, object]:
    """How many listed files are missing below `root` and, with `decode`, how many cannot be read as pictures."""
    if root is None or not root.is_dir():
        return {"missing_files": None, "unreadable_files": None}
    files = [root / path for path in listing.paths]
    present = [file for file in files if file.is_file()]
    return {
        "missing_files": len(files) - len(present),
        "unreadable_files": len(ImageReading(size=32).open(present).unreadable()) if decode else None,
    }


def audit_lists(
    lists: Mapping[str, Path],
    *,
    num_classes: int | None = None,
    nominal: Mapping[str, int | None] | None = None,
    strip: str = "",
    root: Path | None = None,
    decode: bool = False,
) -> Audit:
    """Audit the list files of one protocol.

    Args:
        lists: name of a part → its file.
        num_classes: that every label must fit; None takes it from each file.
        nominal: sizes that the protocol names.
        strip: prefix to remove from every path.
        root: folder of the listed files; None does not look for them.
        decode: also read every listed file as a picture.

    Raises:
        InputError: a file cannot be read.
    """
    listings, rows, problems = {}, [], []
    for name, file in lists.items():
        listing, bad, _ = scan_list(file, num_classes=num_classes, strip=strip)
        described = describe_part(listing, num_classes=num_classes, nominal=(nominal or {}).get(name))
        files = check_files(listing, root, decode=decode)
        rows.append({"list": name, **described, "bad_rows": len(bad), **files, "sha256": sha256(file)})
        listings[name] = listing
        problems += bad
    return Audit(part_table(rows), overlap_table(listings), problems, listings)


def protocol_files(protocol: Protocol) -> dict[str, Path]:
    """The list files of a protocol that are there; a file that serves as two parts is named once."""
    lists = protocol.lists or {}
    named = {part: lists[part] for part in PARTS if part in lists} | lists.get("also", {})
    found: dict[str, Path] = {}
    for part, name in named.items():
        path = data_root() / lists["folder"] / name
        if path.exists() and path not in found.values():
            found[part] = path
    return found


def audit_protocol(protocol: Protocol, *, root: Path | None = None, decode: bool = False) -> Audit:
    """Audit the authors' list files of a protocol below the data root.

    Raises:
        InputError: none of them is there.
    """
    lists = protocol_files(protocol)
    if not lists:
        raise InputError(f"{protocol.name} has no list files below {data_root()}")
    nominal = {part: getattr(protocol, part, None) for part in ("train", "query", "database")}
    entry = find_entry(protocol.data)
    strip = (protocol.lists or {}).get("strip", "")
    return audit_lists(
        lists, num_classes=entry.num_classes, nominal=nominal, strip=strip, root=root, decode=decode
    )


def audit_data(data: HashingData) -> Audit:
    """Audit a loaded set, whose files are known to be there."""
    parts = {
        part: Listing(tuple(str(sample) for sample in getattr(data, part).ids), getattr(data, part).labels)
        for part in PARTS
    }
    rows = [
        {"list": part} | describe_part(listing, num_classes=data.num_classes, nominal=None)
        for part, listing in parts.items()
    ]
    return Audit(part_table(rows), overlap_table(parts), [], parts)
