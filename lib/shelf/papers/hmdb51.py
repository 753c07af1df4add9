"""HMDB51: clips of human actions in 51 classes, in the official splits or the authors' list files."""

from pathlib import Path

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import rows_of
from shelf.papers.lists import read_protocol_lists
from shelf.papers.video import ClipReading

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
    train, query = Listing.of(rows[TRAIN]), Listing.of(rows[TEST])
    return {"train": train, "query": query, "database": train}, [file.name.removesuffix(ending) for file in files]


@reader("hmdb51", folder="hmdb51", reading=ClipReading())
def load_hmdb51(root: Path, protocol: Protocol, *, split: int = 1, num_classes: int = 51) -> Found:
    """HMDB51; the training split is the database. Classes are in alphabetical order.

    Args:
        root: folder with `videos/CLASS/*.avi` and `testTrainMulti_7030_splits/`.
        protocol: `hmdb51-1` (official split files) or `hmdb51-1-lists` (CSQ's list files of split 1).
        split: 1–3, the official split (the papers use 1).
        num_classes: of the list files.
    """
    if not protocol.lists:
        parts, names = read_official(root / "testTrainMulti_7030_splits", split)
    elif split != 1:
        raise InputError(f"{protocol.name} holds split 1 only, got split {split}")
    else:
        parts = read_protocol_lists(protocol, num_classes=num_classes, multi_label=False)
        names = sorted({path.split("/")[0] for path in parts["train"].paths})
    return Found(parts, names, root / "videos", note="" if split == 1 else f"split {split}")
