"""UCF101: clips of human actions in 101 classes, in the official splits."""

from pathlib import Path

import numpy as np
from basics.errors import InputError

from hashcenters.datasets.assemble import assemble
from hashcenters.datasets.lists import Listing
from hashcenters.datasets.protocol import find_protocol, resolve_root
from hashcenters.datasets.rows import class_index, fields_of, inside_root, rows_of
from hashcenters.datasets.splits import HashingData
from hashcenters.datasets.video import AS_PUBLISHED, ClipReading


def read_class_index(path: Path) -> dict[str, int]:
    """UCF101's `classInd.txt`: class name → index from 0; the file counts from 1.

    Raises:
        InputError: a row is no `NUMBER NAME`, or the numbers have gaps.
    """
    found = {}
    for number, (index, name) in fields_of(path, 2):
        try:
            found[name] = class_index(index, num_classes=None, first=1)
        except ValueError as error:
            raise InputError(f"{path} row {number}: {error}") from error
    if sorted(found.values()) != list(range(len(found))):
        raise InputError(f"{path} must number its {len(found)} classes from 1 on without gaps")
    return found


def read_list_of_videos(path: Path, index_of: dict[str, int]) -> Listing:
    """A training list (`Class/video.avi 1`) or a test list (`Class/video.avi`) of UCF101.

    The class is that of the folder; where a row has a number it must say the same.

    Raises:
        InputError: names file and row.
    """
    paths, labels = [], []
    for number, row in rows_of(path):
        name, *given = row.rsplit(None, 1) if row.rsplit(None, 1)[-1].isdigit() else [row]
        try:
            name = inside_root(name)
            folder = name.split("/")[0]
            if folder not in index_of:
                raise ValueError(f"unknown class {folder!r}")
            if given and class_index(given[0], num_classes=len(index_of), first=1) != index_of[folder]:
                raise ValueError(f"class {given[0]} does not fit the folder {folder!r}")
        except ValueError as error:
            raise InputError(f"{path} row {number}: {error}") from error
        paths.append(name)
        labels.append(index_of[folder])
    return Listing(tuple(paths), np.array(labels, np.int64))


def read_official(lists: Path, split: int) -> tuple[dict[str, Listing], list[str]]:
    """One official split of UCF101."""
    index_of = read_class_index(lists / "classInd.txt")
    train = read_list_of_videos(lists / f"trainlist{split:02}.txt", index_of)
    query = read_list_of_videos(lists / f"testlist{split:02}.txt", index_of)
    return {"train": train, "query": query, "database": train}, sorted(index_of, key=index_of.__getitem__)


def load_ucf101(
    *,
    root: str | Path | None = None,
    protocol: str | None = None,
    split: int = 1,
    validation: float = 0.1,
    seed: int = 0,
    reading: ClipReading = AS_PUBLISHED,
) -> HashingData:
    """UCF101; the training split is the database.

    Args:
        root: folder with `UCF-101/CLASS/*.avi` and `ucfTrainTestlist/`; default `ucf101/` below the data root.
        protocol: `ucf101-1`.
        split: 1–3, the official split (the papers use 1).
        validation: share of the training split to hold out for validation, 0–0.5.
        seed: of that draw.
        reading: how clips are read.
    """
    chosen = find_protocol(protocol, data="ucf101")
    root = resolve_root(root, "ucf101")
    parts, names = read_official(root / "ucfTrainTestlist", split)
    return assemble(
        parts,
        protocol=chosen,
        class_names=names,
        root=root / "UCF-101",
        reading=reading,
        validation=validation,
        seed=seed,
        note="" if split == 1 else f"split {split}",
    )
