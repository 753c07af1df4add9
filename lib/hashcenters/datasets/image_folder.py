"""image-folder: the user's own images, one folder a class.

Split rule: the pictures of each class, in the order of their names, are shuffled by `seed`; the first `query` share
(at least one) are queries; of the rest the first `validation` share (at least one) are held out for validation and
the others are trained on. The database is everything but the queries. A class needs three pictures. A picture that
comes twice in a class counts once, whatever its names and formats, so that no query lies in the database under another
name: two are one when their pixels are equal as they are read. Which files count is the rule of `folders`.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, assemble, check_class_names, find_twins
from hashcenters.datasets.folders import entries, files_below, is_picture, others_note
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.protocol import Listing, find_protocol
from hashcenters.datasets.splits import HashingData

SMALLEST_CLASS = 3
OWN_IMAGES = ImageReading(size=64, cache=0.25)


def class_folders(root: Path) -> list[Path]:
    """The folders directly below the root, hidden ones apart, in the order of their names.

    Raises:
        InputError: the root is no folder, holds fewer than two, or two whose names differ only by case.
    """
    if not root.is_dir():
        raise InputError(f"root must be a folder with one folder of images a class, got {root}")
    folders = [path for path in entries(root) if path.is_dir()]
    check_class_names([folder.name for folder in folders], origin=str(root))
    return folders


def drop_copies(listing: Listing, twins: Mapping[str, str], root: Path) -> Listing:
    """The pictures without those that another shows too, which comes before them.

    Raises:
        InputError: two classes hold the same picture.
    """
    label_of = dict(zip(listing.paths, listing.labels.tolist(), strict=True))
    for path, twin in twins.items():
        if label_of[path] != label_of[twin]:
            raise InputError(f"{root}: {twin!r} and {path!r} are the same picture in two classes")
    return listing.without(path for path, twin in twins.items() if path != twin)


def read_folders(root: Path, reading: ImageReading) -> tuple[Listing, list[str], list[str]]:
    """Every readable picture, the class names, and what was left out.

    Raises:
        InputError: files cannot be read as pictures and `reading` does not skip them, or lie in two classes.
    """
    folders = class_folders(root)
    found = [(path, label) for label, folder in enumerate(folders) for path in files_below(folder)]
    beside = sum(is_picture(path) and not path.is_dir() for path in entries(root))
    every = Listing.of((path.relative_to(root).as_posix(), label) for path, label in found if is_picture(path))
    twins, failures = find_twins(every.paths, [root / path for path in every.paths], reading)
    listing = drop_copies(every.without(failures), twins, root)
    copies = len(every) - len(failures) - len(listing)
    left_out = [
        others_note([path for path, _ in found if not is_picture(path)]),
        f"{beside} pictures beside the class folders left out" if beside else "",
        f"{len(failures)} unreadable files left out" if failures else "",
        f"{copies} copies left out" if copies else "",
    ]
    return listing, [folder.name for folder in folders], list(filter(None, left_out))


def split_classes(
    listing: Listing, names: list[str], *, query: float, validation: float, seed: int, note: str = ""
) -> dict[str, Listing]:
    """The parts by the split rule of this module; what was left out before (`note`) ends a message.

    Raises:
        InputError: a share is out of range, or a class is too small.
    """
    if not (0 < query < 1 and 0 < validation < 1):
        raise InputError(f"query and validation must be shares between 0 and 1, got {query} and {validation}")
    rows: dict[str, list[int]] = {"query": [], "validation": [], "train": []}
    for label, name in enumerate(names):
        members = np.flatnonzero(listing.labels == label)
        if len(members) < SMALLEST_CLASS:
            least = f"class {name!r} must have at least {SMALLEST_CLASS} pictures, got {len(members)}"
            raise InputError(least + (f" ({note})" if note else ""))
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
    computed. Grey, palette, 16-bit and transparent pictures become 8-bit RGB; float and 32-bit ones are unreadable.

    Args:
        root: folder with one folder a class; pictures lie in those or below them.
        query, validation: shares of the split rule above, between 0 and 1.
        top_k: depth of the scored ranking, None for the whole database.
        seed: of the split.
        reading: how the images are read.

    Raises:
        InputError: there are fewer than two classes, a class has too few pictures, or files cannot be read.
    """
    listing, names, left_out = read_folders(root, reading)
    note = "; ".join(left_out)
    parts = split_classes(listing, names, query=query, validation=validation, seed=seed, note=note)
    own = f"own images in {root.name}, not the papers' data"
    return assemble(
        Found(parts, names, root, note=note, substitute=own),
        protocol=msgspec.structs.replace(find_protocol(None, data="image-folder"), top_k=top_k),
        reading=dataclasses.replace(reading, corrupt="error"),
        content=True,
    )
