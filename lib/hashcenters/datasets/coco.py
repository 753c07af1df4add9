"""MS COCO 2014: 80 labels from the official annotations, in the authors' split or drawn."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from basics.errors import InputError
from basics.files import read_json

from hashcenters.datasets.assemble import assemble
from hashcenters.datasets.images import AS_PUBLISHED, ImageReading
from hashcenters.datasets.lists import Listing
from hashcenters.datasets.protocol import Protocol, find_protocol, read_protocol_lists, resolve_root
from hashcenters.datasets.splits import HashingData

PARTS_2014 = ("train2014", "val2014")


def read_annotations(files: Iterable[Path]) -> tuple[Listing, list[str]]:
    """Every image with its labels, and the class names in the order of the category ids.

    The ids of the 80 categories are not contiguous (1–90): a class is the rank of its id. Images lie in the folder
    that the file is named after (`instances_train2014.json` → `train2014/`).

    Raises:
        InputError: a file lacks a table, or an annotation names an unknown image or category.
    """
    paths, rows, categories = [], [], {}
    for file in files:
        content = read_json(file)
        try:
            own = {entry["id"]: entry["name"] for entry in content["categories"]}
            images = {entry["id"]: entry["file_name"] for entry in content["images"]}
            pairs = [(note["image_id"], note["category_id"]) for note in content["annotations"]]
        except (KeyError, TypeError) as error:
            raise InputError(
                f"{file} must hold images, annotations and categories, got no {error}"
            ) from error
        if categories and own != categories:
            raise InputError(f"{file} must name the same categories as the file before it")
        categories = own
        folder = file.stem.removeprefix("instances_")
        row_of = {image: len(paths) + row for row, image in enumerate(images)}
        column_of = {category: column for column, category in enumerate(sorted(own))}
        paths += [f"{folder}/{name}" for name in images.values()]
        for number, (image, category) in enumerate(pairs):
            if image not in row_of or category not in column_of:
                raise InputError(f"{file} annotation {number}: unknown image {image} or category {category}")
            rows.append((row_of[image], column_of[category]))
    labels = np.zeros((len(paths), len(categories)), np.uint8)
    labels[tuple(np.array(rows, np.int64).reshape(-1, 2).T)] = 1
    return Listing(tuple(paths), labels), [categories[key] for key in sorted(categories)]


def labelled(listing: Listing) -> Listing:
    """The samples that have a label at all."""
    return listing.take(np.flatnonzero(listing.labels.any(axis=1)))


def without(listing: Listing, paths: Iterable[str]) -> Listing:
    """The samples whose path is not among the given ones."""
    left_out = set(paths)
    return listing.take(
        np.array([i for i, path in enumerate(listing.paths) if path not in left_out], np.int64)
    )


def draw_parts(listing: Listing, protocol: Protocol, *, seed: int) -> dict[str, Listing]:
    """Queries and training samples drawn from all samples; the database is everything but the queries.

    Raises:
        InputError: there are too few samples.
    """
    sizes = protocol.draw or {}
    count = sizes["query"] + sizes["train"]
    if count > len(listing):
        raise InputError(f"{protocol.name} draws {count:,} samples, got {len(listing):,}")
    order = np.random.default_rng(seed).permutation(len(listing))
    query, train = np.sort(order[: sizes["query"]]), np.sort(order[sizes["query"] : count])
    database = np.sort(order[sizes["query"] :])
    return {"query": listing.take(query), "train": listing.take(train), "database": listing.take(database)}


def load_coco(
    *,
    root: str | Path | None = None,
    protocol: str | None = None,
    validation: float = 0.1,
    seed: int = 0,
    reading: ImageReading = AS_PUBLISHED,
) -> HashingData:
    """MS COCO 2014, train and val together.

    With the authors' lists the database is their `database.txt` where there is one, else every labelled image
    that is no query. Their label columns are in alphabetical order of the class names, not in that of the ids.

    Args:
        root: folder with `train2014/`, `val2014/` and `annotations/`; default `coco/` below the data root.
        protocol: `coco-80` (CSQ's lists) or `coco-80-drawn` (drawn by `seed`, columns in id order).
        validation: share of the training split to draw for validation, 0–0.5.
        seed: of the draws.
        reading: how the images are read.
    """
    chosen = find_protocol(protocol, data="coco")
    root = resolve_root(root, "coco")
    every, names = read_annotations(root / "annotations" / f"instances_{part}.json" for part in PARTS_2014)
    every = labelled(every)
    if chosen.lists:
        order = np.argsort(names)
        names = [names[column] for column in order]
        parts = read_protocol_lists(chosen, num_classes=len(names), multi_label=True)
        parts.setdefault(
            "database", without(Listing(every.paths, every.labels[:, order]), parts["query"].paths)
        )
    else:
        parts = draw_parts(every, chosen, seed=seed)
    return assemble(
        parts,
        protocol=chosen,
        class_names=names,
        root=root,
        reading=reading,
        validation=validation,
        seed=seed,
    )
