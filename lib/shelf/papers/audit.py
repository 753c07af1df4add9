"""Audit of list files and loaded sets: sizes, checksums, duplicates, overlaps, labels, files, class balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from shelf.papers.compare import describe_part, overlap_table, part_table
from shelf.papers.lists import scan_list

LISTED = ("train", "query", "database")


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
    found: dict[str, Path] = {}
    for part in (*LISTED, *protocol.lists.also) if protocol.lists else ():
        path = protocol.lists.path(part)
        if path.exists() and path not in found.values():
            found[part] = path
    return found


def nominal_sizes(protocol: Protocol | None) -> dict[str, int | None]:
    """The sizes that a protocol names; {} without one."""
    return {part: getattr(protocol, part) for part in LISTED} if protocol else {}


def audit_protocol(protocol: Protocol, *, root: Path | None = None, decode: bool = False) -> Audit:
    """Audit the authors' list files of a protocol below the data root.

    Raises:
        InputError: none of them is there.
    """
    lists = protocol_files(protocol)
    if not lists:
        steps = dict.fromkeys(missing_lists(find_entry(protocol.data), protocol.name))
        raise InputError(f"{protocol.name} has no list files below {data_root()}: {'; '.join(steps)}")
    nominal = nominal_sizes(protocol)
    entry = find_entry(protocol.data)
    return audit_lists(
        lists,
        num_classes=entry.num_classes,
        nominal=nominal,
        strip=protocol.lists.strip,
        root=root,
        decode=decode,
    )


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
    parts = {
        part: Listing(tuple(str(sample) for sample in getattr(data, part).ids), getattr(data, part).labels)
        for part in PARTS
    }
    unreadable = unreadable_rows(data) if decode else {}
    rows = [
        {"list": part}
        | describe_part(listing, num_classes=data.num_classes, nominal=nominal_sizes(protocol).get(part))
        | {"unreadable_files": unreadable.get(part)}
        for part, listing in parts.items()
    ]
    return Audit(part_table(rows), overlap_table(parts), [], parts)
