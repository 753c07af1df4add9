"""UCF101 and HMDB51: clips of human actions, in the official splits or the authors' list files."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import class_index, fields_of, inside_root, rows_of
from shelf.papers.lists import official_split, parse_rows, read_protocol_lists
from shelf.papers.video import ClipReading

UNUSED, TRAIN = "0", "1"  # flags of rows of HMDB51; 2 is for test


def read_class_index(path: Path) -> dict[str, int]:
    """UCF101's `classInd.txt`: class name → index from 0; the file counts from 1.

    Raises:
        InputError: a row is no `NUMBER NAME`, or the numbers have gaps.
    """

    def parse(fields: list[str]) -> tuple[str, int]:
        return fields[1], class_index(fields[0], num_classes=None, first=1)

    found = dict(parse_rows(path, fields_of(path, 2), parse))
    if sorted(found.values()) != list(range(len(found))):
        raise InputError(f"{path} must number its {len(found)} classes from 1 on without gaps")
    return found


def read_video(row: str, index_of: dict[str, int]) -> tuple[str, int]:
    """A row of a training list (`Class/video.avi 1`) or a test list (`Class/video.avi`) of UCF101.

    The class is that of the folder; where a row has a number it must say the same.

    Raises:
        ValueError: there is no such class, or the number is another.
    """
    *name, last = row.rsplit(None, 1)
    numbered = bool(name) and last.isdigit()
    path = inside_root(name[0] if numbered else row)
    folder = path.split("/")[0]
    if folder not in index_of:
        raise ValueError(f"unknown class {folder!r}")
    if numbered and class_index(last, num_classes=len(index_of), first=1) != index_of[folder]:
        raise ValueError(f"class {last} does not fit the folder {folder!r}")
    return path, index_of[folder]


def read_ucf101(lists: Path, split: int) -> tuple[dict[str, Listing], list[str]]:
    """One official split of UCF101: a training list and a test list.

    Raises:
        InputError: a file is missing or a row is wrong.
    """
    index_of = read_class_index(lists / "classInd.txt")
    files = [lists / f"{side}list{split:02}.txt" for side in ("train", "test")]
    parse = partial(read_video, index_of=index_of)
    train, query = (Listing.of(parse_rows(file, rows_of(file), parse)) for file in files)
    return {"train": train, "query": query, "database": train}, sorted(index_of, key=index_of.__getitem__)


def read_hmdb51(lists: Path, split: int) -> tuple[dict[str, Listing], list[str]]:
    """One official split of HMDB51: a file a class, each row a video and its flag (1 train, 2 test, 0 unused).

    Raises:
        InputError: there is no such file, or a row is wrong.
    """
    ending = f"_test_split{split}.txt"
    files = sorted(lists.glob(f"*{ending}"))
    if not files:
        raise InputError(f"{lists} must hold the split files CLASS{ending}, got none")
    names = [file.name.removesuffix(ending) for file in files]
    samples, trained = [], []
    for label, file in enumerate(files):
        for number, row in rows_of(file):
            found = re.fullmatch(r"(.*\S)\s+([012])", row)
            if not found:
                raise InputError(f"{file} row {number}: expected a video and a flag 0, 1 or 2, got {row!r}")
            if found[2] != UNUSED:
                samples.append((f"{names[label]}/{found[1]}", label))
                trained.append(found[2] == TRAIN)
    return official_split(Listing.of(samples), trained), names


def read_split(
    protocol: Protocol,
    official: Callable[[Path, int], tuple[dict[str, Listing], list[str]]],
    lists: Path,
    *,
    split: int,
    num_classes: int,
) -> tuple[dict[str, Listing], list[str]]:
    """A split from the official files, or from CSQ's list files of split 1 where the protocol names them.

    Raises:
        InputError: another split of list files; otherwise as `official` and `read_protocol_lists`.
    """
    if not protocol.lists:
        return official(lists, split)
    if split != 1:
        raise InputError(f"{protocol.name} holds split 1 only, got split {split}")
    parts = read_protocol_lists(protocol, num_classes=num_classes, multi_label=False)
    return parts, sorted({path.split("/")[0] for path in parts["train"].paths})


def note_of(split: int) -> str:
    """What the protocol line says of a split that the papers do not use."""
    return "" if split == 1 else f"split {split}"


@reader("ucf101", folder="ucf101", reading=ClipReading())
def load_ucf101(root: Path, protocol: Protocol, *, split: int = 1, num_classes: int = 101) -> Found:
    """UCF101; the training split is the database.

    Args:
        root: folder with `UCF-101/CLASS/*.avi` and `ucfTrainTestlist/`.
        protocol: `ucf101-1` (official split files) or `ucf101-1-lists` (CSQ's list files of split 1).
        split: 1–3, the official split (the papers use 1).
        num_classes: of the list files.
    """
    lists = root / "ucfTrainTestlist"
    found = read_split(protocol, read_ucf101, lists, split=split, num_classes=num_classes)
    return Found(*found, root / "UCF-101", note=note_of(split))


@reader("hmdb51", folder="hmdb51", reading=ClipReading())
def load_hmdb51(root: Path, protocol: Protocol, *, split: int = 1, num_classes: int = 51) -> Found:
    """HMDB51; the training split is the database. Classes are in alphabetical order.

    Args:
        root: folder with `videos/CLASS/*.avi` and `testTrainMulti_7030_splits/`.
        protocol: `hmdb51-1` (official split files) or `hmdb51-1-lists` (CSQ's list files of split 1).
        split: 1–3, the official split (the papers use 1).
        num_classes: of the list files.
    """
    lists = root / "testTrainMulti_7030_splits"
    found = read_split(protocol, read_hmdb51, lists, split=split, num_classes=num_classes)
    return Found(*found, root / "videos", note=note_of(split))
