"""MS COCO 2014: 80 labels from the official annotations, in the authors' split or drawn."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import numpy as np

from basics.errors import InputError
from basics.files import read_json
from basics.schema import convert
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from shelf.papers.lists import read_protocol_lists

PARTS_2014 = ("train2014", "val2014")


class Image(msgspec.Struct):
    id: int
    file_name: str


class Category(msgspec.Struct):
    id: int
    name: str


class Annotation(msgspec.Struct):
    image_id: int
    category_id: int


class Instances(msgspec.Struct):
    """What is read of a file of annotations."""

    images: list[Image]
    categories: list[Category]
    annotations: list[Annotation]


def read_annotations(files: Iterable[Path]) -> tuple[Listing, list[str]]:
    """Every image with its labels, and the class names in the order of the category ids.

    The ids of the 80 categories are not contiguous (1–90): a class is the rank of its id. Images lie in the folder
    that the file is named after (`instances_train2014.json` → `train2014/`).

    Raises:
        InputError: a file lacks a table or holds another, or an annotation names an unknown image or category.
    """
    paths, rows, categories = [], [], {}
    for file in files:
        content = convert(read_json(file), Instances, where=str(file))
        folder = file.stem.removeprefix("instances_")
        own = {entry.id: entry.name for entry in content.categories}
        images = {entry.id: f"{folder}/{entry.file_name}" for entry in content.images}
        if categories and own != categories:
            raise InputError(f"{file} must name the same categories as the file before it")
        categories = own
        row_of, column_of = ({key: place for place, key in enumerate(keys)} for keys in (images, sorted(own)))
        labels = np.zeros((len(images), len(own)), np.uint8)
        for number, note in enumerate(content.annotations):
            image, category = note.image_id, note.category_id
            if image not in row_of or category not in column_of:
                raise InputError(f"{file} annotation {number}: unknown image {image} or category {category}")
            labels[row_of[image], column_of[category]] = 1
        paths += images.values()
        rows.append(labels)
    return Listing(tuple(paths), np.concatenate(rows)), [categories[key] for key in sorted(categories)]


@reader("coco", folder="coco")
def load_coco(root: Path, protocol: Protocol) -> Found:
    """MS COCO 2014, train and val together.

    The protocols are `coco-80` (CSQ's lists) and `coco-80-drawn` (columns in the order of the ids). With the authors'
    lists the database is their `database.txt` where there is one, else every labelled image that is no query. Their
    label columns are in alphabetical order of the class names, not in that of the ids.

    Args:
        root: folder with `train2014/`, `val2014/` and `annotations/`.
        protocol: says whether there are lists.
    """
    every, names = read_annotations(root / "annotations" / f"instances_{part}.json" for part in PARTS_2014)
    every = every.take(np.flatnonzero(every.labels.any(axis=1)))
    if not protocol.lists:
        return Found(every, names, root)
    order = np.argsort(names)
    parts = read_protocol_lists(protocol, num_classes=len(names), multi_label=True)
    parts.setdefault("database", Listing(every.paths, every.labels[:, order]).without(parts["query"].paths))
    return Found(parts, [names[column] for column in order], root)
