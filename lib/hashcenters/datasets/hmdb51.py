"""HMDB51: clips of human actions in 51 classes, in the official splits or the authors' list files."""

from pathlib import Path

import numpy as np
from basics.errors import InputError

from hashcenters.datasets.assemble import assemble
from hashcenters.datasets.lists import Listing
from hashcenters.datasets.protocol import find_protocol, read_protocol_lists, resolve_root
from hashcenters.datasets.rows import rows_of
from hashcenters.datasets.splits import HashingData
from hashcenters.datasets.video import AS_PUBLISHED, ClipReading

UNUSED, TRAIN, TEST = "0", "1", "2"


def read_official(lists: Path, split: int) -> tuple[dict[str, Listing], list[str]]:
    """One official split of HMDB51: a file a class, each row a video and its flag (1 train, 2 test, 0 unused).

    Raises:
        InputError: there is no such file, or a row is wrong.
    """
    ending = f"_test_split{split}.txt"
    files = sorted(lists.glob(f"*{ending}"))
    if not files:
        raise InputError(f"{lists} must hold the split files CLASS{ending}, got none")
    rows: dict[str, list[tuple[str, int]]] = {TRAIN: [], TEST: [], UNUSED: []}
    for label, file in enumerate(files):
        for number, row in rows_of(file):
            name, *flag = row.rsplit(None, 1)
            if not flag or flag[0] not in rows:
                raise InputError(f"{file} row {number}: expected a video and a flag 0, 1 or 2, got {row!r}")
            rows[flag[0]].append((f"{file.name.removesuffix(ending)}/{name}", label))
    listings = {
        flag: Listing(tuple(path for path, _ in found), np.array([label for _, label in found], np.int64))
        for flag, found in rows.items()
    }
    parts = {"train": listings[TRAIN], "query": listings[TEST], "database": listings[TRAIN]}
    return parts, [file.name.removesuffix(ending) for file in files]


def load_hmdb51(
    *,
    root: str | Path | None = None,
    protocol: str | None = None,
    split: int = 1,
    num_classes: int = 51,
    validation: float = 0.1,
    seed: int = 0,
    reading: ClipReading = AS_PUBLISHED,
) -> HashingData:
    """HMDB51; the training split is the database. Classes are in alphabetical order.

    Args:
        root: folder with `videos/CLASS/*.avi` and `testTrainMulti_7030_splits/`; default `hmdb51/` below the data
            root.
        protocol: `hmdb51-1` (official split files) or `hmdb51-1-lists` (CSQ's list files of split 1).
        split: 1–3, the official split (the papers use 1).
        num_classes: of the list files.
        validation: share of the training split to hold out for validation, 0–0.5.
        seed: of that draw.
        reading: how clips are read.
    """
    chosen = find_protocol(protocol, data="hmdb51")
    root = resolve_root(root, "hmdb51")
    if not chosen.lists:
        parts, names = read_official(root / "testTrainMulti_7030_splits", split)
    elif split != 1:
        raise InputError(f"{chosen.name} holds split 1 only, got split {split}")
    else:
        parts = read_protocol_lists(chosen, num_classes=num_classes, multi_label=False)
        names = sorted({path.split("/")[0] for path in parts["train"].paths})
    return assemble(
        parts,
        protocol=chosen,
        class_names=names,
        root=root / "videos",
        reading=reading,
        validation=validation,
        seed=seed,
        note="" if split == 1 else f"split {split}",
    )
