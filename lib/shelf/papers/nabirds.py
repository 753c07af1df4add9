"""NABirds: 555 classes with a hierarchy, from the official text files or the authors' list files."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np

from basics.errors import InputError, whole
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import class_index, fields_of, inside_root
from shelf.papers.lists import official_split, parse_rows, read_protocol_lists


def read_table(path: Path) -> dict[str, str]:
    """A two-column official file: key → the rest of the row.

    Raises:
        InputError: a row has one field, or a key comes twice.
    """
    table: dict[str, str] = {}
    for number, (key, value) in fields_of(path, 2):
        if key in table:
            raise InputError(f"{path} row {number}: {key} comes twice")
        table[key] = value
    return table


def ancestors(class_id: int, parents: Mapping[int, int]) -> list[int]:
    """A class and everything above it, itself first and the root last.

    Raises:
        InputError: the hierarchy runs in a circle.

    >>> ancestors(5, {5: 2, 2: 0})
    [5, 2, 0]
    """
    chain = [class_id]
    while chain[-1] in parents:
        parent = parents[chain[-1]]
        if parent in chain:
            raise InputError(f"the hierarchy must not run in a circle, got {chain} → {parent}")
        chain.append(parent)
    return chain


def at_depth(class_id: int, parents: Mapping[int, int], depth: int | None) -> int:
    """The ancestor `depth` steps below the root, or the class itself when it lies higher or `depth` is None."""
    if depth is None:
        return class_id
    chain = ancestors(class_id, parents)
    return chain[max(len(chain) - 1 - depth, 0)]


def read_official(root: Path, *, depth: int | None = None) -> tuple[dict[str, Listing], list[str]]:
    """The official split and the class names.

    Images are labelled with 555 of the 1,011 ids of `classes.txt`, the others stand above them in the hierarchy.
    Classes are the ids in use in increasing order, the order of the authors' lists too.

    Args:
        root: folder of the official files.
        depth: steps below the root of `hierarchy.txt` to which the classes are lifted; None keeps the labelled ones.

    Raises:
        InputError: an image has no path, class or side, or a class is unknown.
    """
    images, labels = read_table(root / "images.txt"), read_table(root / "image_class_labels.txt")
    sides, names = read_table(root / "train_test_split.txt"), read_table(root / "classes.txt")
    numbers = partial(class_index, num_classes=None)
    tree = root / "hierarchy.txt"
    rows = enumerate(read_table(tree).items(), start=1)
    parents = dict(parse_rows(tree, rows, lambda pair: (numbers(pair[0]), numbers(pair[1]))))
    for image, path in images.items():
        if image not in labels or image not in sides:
            raise InputError(f"{root}: image {image} ({path}) must have a class and a side of the split")
        if sides[image] not in ("0", "1"):
            raise InputError(f"{root / 'train_test_split.txt'}: image {image} must have 0 or 1, got {sides[image]!r}")
        if labels[image] not in names:
            raise InputError(f"{root / 'image_class_labels.txt'}: image {image} has unknown class {labels[image]}")
    found = parse_rows(root / "image_class_labels.txt", enumerate(map(labels.get, images), start=1), numbers)
    ids = [at_depth(number, parents, depth) for number in found]
    used, indices = np.unique(ids, return_inverse=True)
    paths = parse_rows(root / "images.txt", enumerate(images.values(), start=1), inside_root)
    every = Listing(tuple(f"images/{path}" for path in paths), indices.astype(np.int64))
    return official_split(every, [sides[image] == "1" for image in images]), [names[str(used_id)] for used_id in used]


@reader("nabirds", folder="nabirds")
def load_nabirds(root: Path, protocol: Protocol, *, depth: int | None = None, num_classes: int = 555) -> Found:
    """NABirds; the training split is the database.

    Args:
        root: the unpacked folder with `images/` and the official text files.
        protocol: `nabirds-555` (the official split) or `nabirds-555-lists` (SHC's list files).
        depth: of the classes in the hierarchy, see `read_official`; only with the official split.
        num_classes: of the list files.
    """
    if depth is not None:
        whole(depth, "depth", low=0)
    if not protocol.lists:
        return Found(*read_official(root, depth=depth), root)
    if depth is not None:
        raise InputError(f"depth needs the official split, got protocol {protocol.name!r}")
    parts = read_protocol_lists(protocol, num_classes=num_classes, multi_label=False)
    parts = {part: listing.renamed("images/{}".format) for part, listing in parts.items()}
    return Found(parts, [f"bird {number}" for number in range(1, num_classes + 1)], root)
