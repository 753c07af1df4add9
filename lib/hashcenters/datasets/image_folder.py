"""image-folder: the user's own images, one folder a class.

Split rule: the pictures of each class, in the order of their names, are shuffled by `seed`; the first `query` share
(at least one) are queries; of the rest the first `validation` share (at least one) are held out for validation and
the others are trained on. The database is everything but the queries. A class needs three pictures. A file that
comes twice in a class counts once, so that no query lies in the database under another name.
"""

import dataclasses
from pathlib import Path

import msgspec
import numpy as np

from basics.errors import InputError
from basics.files import sha256
from hashcenters.datasets.assemble import Found, assemble, check_class_names
from hashcenters.datasets.images import IMAGE_SUFFIXES, ImageReading
from hashcenters.datasets.inputs import unreadable_message
from hashcenters.datasets.protocol import Listing, find_protocol
from hashcenters.datasets.splits import HashingData

LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
SMALLEST_CLASS = 3
OWN_IMAGES = ImageReading(size=64, cache=0.25)


def class_folders(root: Path) -> list[Path]:
    """The folders directly below the root, hidden ones apart, in the order of their names.

    Raises:
        InputError: the root is no folder, holds fewer than two, or two whose names differ only by case.
    """
    if not root.is_dir():
        raise InputError(f"root must be a folder with one folder of images a class, got {root}")
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    check_class_names([folder.name for folder in folders], origin=str(root))
    return folders


def files_in(folder: Path) -> list[Path]:
    """The files directly in a class folder, hidden ones and those of file browsers apart."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.name.lower() not in LEFT_BY_SYSTEMS
    )


def drop_copies(listing: Listing, root: Path) -> tuple[Listing, int]:
    """The files without those whose content came before, and how many those were.

    Raises:
        InputError: the same content lies in two classes.
    """
    first: dict[str, int] = {}
    kept = []
    for row, path in enumerate(listing.paths):
        other = first.setdefault(sha256(root / path), row)
        if other == row:
            kept.append(row)
        elif listing.labels[other] != listing.labels[row]:
            raise InputError(f"{root}: {listing.paths[other]!r} and {path!r} are the same file in two classes")
    return listing.take(np.array(kept, np.int64)), len(listing) - len(kept)


def read_folders(root: Path, reading: ImageReading) -> tuple[Listing, list[str], list[str]]:
    """Every readable picture, the class names, and what was left out.

    Raises:
        InputError: a class is empty, or files cannot be read as pictures and `reading` does not skip them.
    """
    folders = class_folders(root)
    found = [(path, label) for label, folder in enumerate(folders) for path in files_in(folder)]
    failures = {path: "no picture by its name" for path, _ in found if path.suffix.lower() not in IMAGE_SUFFIXES}
    pictures = [path for path, _ in found if path not in failures]
    failures |= {pictures[index]: reason for index, reason in reading.open(pictures).unreadable().items()}
    if failures and reading.corrupt == "error":
        raise InputError(unreadable_message(failures))
    listing, copies = drop_copies(
        Listing.of((path.relative_to(root).as_posix(), label) for path, label in found if path not in failures), root
    )
    left_out = [f"{len(failures)} unreadable files left out"] if failures else []
    left_out += [f"{copies} copies left out"] if copies else []
    return listing, [folder.name for folder in folders], left_out


def split_classes(
    listing: Listing, names: list[str], *, query: float, validation: float, seed: int
) -> dict[str, Listing]:
    """The parts by the split rule of this module.

    Raises:
        InputError: a share is out of range, or a class is too small.
    """
    if not (0 < query < 1 and 0 < validation < 1):
        raise InputError(f"query and validation must be shares between 0 and 1, got {query} and {validation}")
    rows: dict[str, list[int]] = {"query": [], "validation": [], "train": []}
    for label, name in enumerate(names):
        members = np.flatnonzero(listing.labels == label)
        if len(members) < SMALLEST_CLASS:
            raise InputError(f"class {name!r} must have at least {SMALLEST_CLASS} pictures, got {len(members)}")
        order = np.random.default_rng([seed, label]).permutation(members)
        first = min(max(1, round(query * len(members))), len(members) - 2)
        second = first + min(max(1, round(validation * (len(members) - first))), len(members) - first - 1)
        for part, chosen in zip(rows, np.split(order, [first, second]), strict=True):
            rows[part].extend(chosen.tolist())
    rows["database"] = rows["validation"] + rows["train"]
    return {part: listing.take(np.sort(np.array(chosen, np.int64))) for part, chosen in rows.items()}


def load_image_folder(
    *,
    root: Path,
    query: float = 0.2,
    validation: float = 0.1,
    top_k: int | None = None,
    seed: int = 0,
    reading: ImageReading = OWN_IMAGES,
) -> HashingData:
    """The user's own images; nothing is ever written below `root`.

    Every picture is decoded once when the set is opened, so that damaged ones are all named before anything is
    computed. Grey, palette, 16-bit and transparent pictures become 8-bit RGB.

    Args:
        root: folder with one folder a class; pictures lie directly in those.
        query, validation: shares of the split rule above, between 0 and 1.
        top_k: depth of the scored ranking, None for the whole database.
        seed: of the split.
        reading: how the images are read.

    Raises:
        InputError: there are fewer than two classes, a class has too few pictures, or files cannot be read.
    """
    if top_k is not None and top_k < 1:
        raise InputError(f"top_k must be at least 1, got {top_k}")
    listing, names, left_out = read_folders(root, reading)
    parts = split_classes(listing, names, query=query, validation=validation, seed=seed)
    own = f"own images in {root.name}, not the papers' data"
    return assemble(
        Found(parts, names, root, note="; ".join(left_out), substitute=own),
        protocol=msgspec.structs.replace(find_protocol(None, data="image-folder"), top_k=top_k),
        reading=dataclasses.replace(reading, corrupt="error"),
        content=True,
    )
