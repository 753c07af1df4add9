"""UCF101: clips of human actions in 101 classes, in the official splits."""

from pathlib import Path

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import class_index, fields_of, inside_root, rows_of
from shelf.papers.video import ClipReading


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
    samples = []
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
        samples.append((name, index_of[folder]))
    return Listing.of(samples)


def read_official(lists: Path, split: int) -> tuple[dict[str, Listing], list[str]]:
    """One official split of UCF101."""
    index_of = read_class_index(lists / "classInd.txt")
    train = read_list_of_videos(lists / f"trainlist{split:02}.txt", index_of)
    query = read_list_of_videos(lists / f"testlist{split:02}.txt", index_of)
    return {"train": train, "query": query, "database": train}, sorted(index_of, key=index_of.__getitem__)


@reader("ucf101", folder="ucf101", reading=ClipReading())
def load_ucf101(root: Path, protocol: Protocol, *, split: int = 1) -> Found:
    """UCF101; the training split is the database.

    Args:
        root: folder with `UCF-101/CLASS/*.avi` and `ucfTrainTestlist/`.
        protocol: `ucf101-1`.
        split: 1–3, the official split (the papers use 1).
    """
    parts, names = read_official(root / "ucfTrainTestlist", split)
    return Found(parts, names, root / "UCF-101", note="" if split == 1 else f"split {split}")
