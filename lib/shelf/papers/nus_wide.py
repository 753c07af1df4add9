"""NUS-WIDE-21: the 21 most frequent concepts, from the official label files or the authors' lists."""

from pathlib import Path, PurePosixPath

import numpy as np
from jaxtyping import UInt8

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import rows_of
from shelf.papers.lists import read_protocol_lists

IMAGE_LIST = Path("ImageList/Imagelist.txt")
LABEL_FOLDER = Path("Groundtruth/AllLabels")


def flickr_id(path: str) -> str:
    """The Flickr id in a file name: `0001_2124494179.jpg` and `7_2124494179_d4f0e1_m.jpg` name the same picture.

    Raises:
        InputError: the name has no id.
    """
    fields = PurePosixPath(path.replace("\\", "/")).stem.split("_")
    if len(fields) < 2:
        raise InputError(f"a picture of NUS-WIDE is named NUMBER_FLICKRID..., got {path!r}")
    return fields[1]


def read_concept(file: Path, *, rows: int) -> UInt8[np.ndarray, "rows"]:
    """One official label file: a 0 or 1 a picture, in the order of the image list.

    Raises:
        InputError: it has another number of rows or other values.
    """
    content = np.frombuffer(file.read_bytes(), np.uint8)
    values = content[content > ord(" ")] - ord("0")
    if len(values) != rows or (values > 1).any():
        raise InputError(f"{file} must hold one 0 or 1 for each of {rows:,} pictures, got {len(values):,} values")
    return values


def read_official(root: Path, num_classes: int) -> tuple[Listing, list[str]]:
    """Every picture of the image list with its labels, and the concepts from the most frequent down.

    Raises:
        InputError: files are missing or do not fit together.
    """
    names = [PurePosixPath(row.replace("\\", "/")) for _, row in rows_of(root / IMAGE_LIST)]
    files = sorted((root / LABEL_FOLDER).glob("Labels_*.txt"))
    if len(files) < num_classes:
        raise InputError(f"{root / LABEL_FOLDER} must hold {num_classes} label files or more, got {len(files)}")
    columns = {file.stem.removeprefix("Labels_"): read_concept(file, rows=len(names)) for file in files}
    frequent = sorted(columns, key=lambda name: (-int(columns[name].sum()), name))[:num_classes]
    labels = np.stack([columns[name] for name in frequent], axis=1)
    return Listing(tuple(f"Flickr/{name}" for name in names), labels), frequent


@reader("nus-wide-21", folder="nus-wide")
def load_nus_wide(root: Path, protocol: Protocol, *, num_classes: int = 21) -> Found:
    """NUS-WIDE with its most frequent concepts, most frequent first (the order of the authors' columns).

    The protocols are `nus-wide-21` (CSQ's lists) and `nus-wide-21-drawn`. With the authors' lists the database is
    their `database.txt` where there is one, else every picture with one of the concepts that is no query. Listed
    pictures are found by their Flickr id.

    Args:
        root: folder with `ImageList/`, `Groundtruth/` and the pictures in `Flickr/` (official) or `images/` (flat).
        protocol: says whether there are lists.
        num_classes: how many concepts to take.
    """
    official, names = read_official(root, num_classes)
    flat = [f"images/{file.name}" for file in sorted((root / "images").glob("*_*.jpg"))]
    places = {flickr_id(path): path for path in flat or official.paths}

    def found(listing: Listing) -> Listing:
        return listing.renamed(lambda path: places.get(flickr_id(path), path))

    every = found(official.take(np.flatnonzero(official.labels.any(axis=1))))
    if not protocol.lists:
        return Found(every, names, root)
    lists = read_protocol_lists(protocol, num_classes=num_classes, multi_label=True)
    parts = {part: found(listing) for part, listing in lists.items()}
    parts.setdefault("database", every.without(parts["query"].paths))
    return Found(parts, names, root)
