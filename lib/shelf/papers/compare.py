"""Parts of a data set held against each other and against their protocol, as rows of tables."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from hashcenters.datasets.protocol import Listing


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
    conflicts = int((labels[0] != labels[1]).any(axis=1).sum()) if labels[0].shape == labels[1].shape else len(shared)
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
