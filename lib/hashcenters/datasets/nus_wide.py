"""NUS-WIDE-21: the 21 most frequent concepts, from the official label files or the authors' lists."""

from pathlib import Path, PurePosixPath

import numpy as np
from basics.errors import InputError
from jaxtyping import UInt8

from hashcenters.datasets.assemble import assemble
from hashcenters.datasets.coco import labelled
from hashcenters.datasets.images import AS_PUBLISHED, ImageReading
from hashcenters.datasets.lists import Listing
from hashcenters.datasets.protocol import (
    Protocol,
    draw_per_class,
    find_protocol,
    read_protocol_lists,
    resolve_root,
)
from hashcenters.datasets.rows import rows_of
from hashcenters.datasets.splits import HashingData

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
        raise InputError(
            f"{file} must hold one 0 or 1 for each of {rows:,} pictures, got {len(values):,} values"
        )
    return values


def read_official(root: Path, num_classes: int) -> tuple[Listing, list[str]]:
    """Every picture of the image list with its labels, and the concepts from the most frequent down.

    Raises:
        InputError: files are missing or do not fit together.
    """
    names = [PurePosixPath(row.replace("\\", "/")) for _, row in rows_of(root / IMAGE_LIST)]
    files = sorted((root / LABEL_FOLDER).glob("Labels_*.txt"))
    if len(files) < num_classes:
        raise InputError(
            f"{root / LABEL_FOLDER} must hold {num_classes} label files or more, got {len(files)}"
        )
    columns = {file.stem.removeprefix("Labels_"): read_concept(file, rows=len(names)) for file in files}
    frequent = sorted(columns, key=lambda name: (-int(columns[name].sum()), name))[:num_classes]
    labels = np.stack([columns[name] for name in frequent], axis=1)
    return Listing(tuple(f"Flickr/{name}" for name in names), labels), frequent


def on_disk(root: Path, official: Listing | None) -> dict[str, str]:
    """Flickr id → path of a picture: in `images/` when there is such a folder, else as the image list has it."""
    if (root / "images").is_dir():
        return {
            flickr_id(file.name): f"images/{file.name}" for file in sorted((root / "images").glob("*_*.jpg"))
        }
    return {flickr_id(path): path for path in official.paths} if official else {}


def draw_parts(listing: Listing, names: list[str], protocol: Protocol, *, seed: int) -> dict[str, Listing]:
    """Queries and training samples drawn class by class; the database is everything but the queries."""
    rng = np.random.default_rng(seed)
    pool = np.arange(len(listing))
    chosen = {}
    for part in ("query", "train"):
        counts = [(protocol.draw or {})[part]] * len(names)
        chosen[part] = draw_per_class(
            listing.labels, counts, pool=pool, rng=rng, class_names=names, part=part
        )
        pool = np.setdiff1d(pool, chosen[part])
    database = np.setdiff1d(np.arange(len(listing)), chosen["query"])
    return {part: listing.take(rows) for part, rows in (chosen | {"database": database}).items()}


def load_nus_wide(
    *,
    root: str | Path | None = None,
    protocol: str | None = None,
    num_classes: int = 21,
    validation: float = 0.1,
    seed: int = 0,
    reading: ImageReading = AS_PUBLISHED,
) -> HashingData:
    """NUS-WIDE with its most frequent concepts, most frequent first (the order of the authors' columns).

    With the authors' lists the database is their `database.txt` where there is one, else every picture with one
    of the concepts that is no query. Listed pictures are found by their Flickr id.

    Args:
        root: folder with `ImageList/`, `Groundtruth/` and the pictures in `Flickr/` (official) or `images/`
            (flat); default `nus-wide/` below the data root.
        protocol: `nus-wide-21` (CSQ's lists) or `nus-wide-21-drawn`.
        num_classes: how many concepts to take.
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of the draws.
        reading: how the images are read.
    """
    chosen = find_protocol(protocol, data="nus-wide-21")
    root = resolve_root(root, "nus-wide")
    official, names = read_official(root, num_classes)
    places = on_disk(root, official)
    every = labelled(Listing(tuple(places.get(flickr_id(p), p) for p in official.paths), official.labels))
    if chosen.lists:
        parts = read_protocol_lists(chosen, num_classes=num_classes, multi_label=True)
        parts = {
            part: Listing(tuple(places.get(flickr_id(path), path) for path in listing.paths), listing.labels)
            for part, listing in parts.items()
        }
        queries = set(parts["query"].paths)
        rest = np.array([i for i, path in enumerate(every.paths) if path not in queries], np.int64)
        parts.setdefault("database", every.take(rest))
    else:
        parts = draw_parts(every, names, chosen, seed=seed)
    return assemble(
        parts,
        protocol=chosen,
        class_names=names,
        root=root,
        reading=reading,
        validation=validation,
        seed=seed,
    )
