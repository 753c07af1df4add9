"""ImageNet-100: the authors' list files over the official ILSVRC-2012 images."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from shelf.papers.lists import list_classes, read_protocol_lists


def wnid_of(path: str) -> str:
    """The WordNet id at the front of a training image's name."""
    return PurePosixPath(path).name.split("_")[0]


def wnids_in_order(train: Listing, num_classes: int) -> list[str]:
    """The WordNet id of every class, read off the names of its training images.

    Raises:
        InputError: a class holds several ids, or none.
    """
    pairs = set(zip(train.labels.tolist(), map(wnid_of, train.paths), strict=True))
    for label in range(num_classes):
        wnids = sorted(wnid for other, wnid in pairs if other == label)
        if len(wnids) != 1:
            raise InputError(f"class {label} must have one WordNet id in the training list, got {wnids}")
    return [wnid for _, wnid in sorted(pairs)]


def image_finder(root: Path) -> Callable[[str], Path]:
    """Maps a listed path to a file of the flat folders `image/`, `val_image/` or of the official `train/`, `val/`.

    The official validation images may lie flat or in one folder a class.
    """
    if (root / "image").is_dir():
        return lambda path: root / path
    validation = {file.name: file for file in (root / "val").rglob("*.JPEG")}

    def locate(path: str) -> Path:
        name = PurePosixPath(path).name
        return validation.get(name, root / "train" / wnid_of(path) / name)

    return locate


def every_image(root: Path, wnids: list[str]) -> Listing:
    """All training images of the classes, under the names that the lists use.

    Raises:
        InputError: a class has none.
    """
    pattern = "image/{}_*" if (root / "image").is_dir() else "train/{}/*"
    found = list_classes(root, [pattern.format(wnid) for wnid in wnids])
    return found.renamed(lambda path: f"image/{PurePosixPath(path).name}")


@reader("imagenet-100", folder="imagenet")
def load_imagenet100(root: Path, protocol: Protocol, *, num_classes: int = 100) -> Found:
    """ImageNet-100 after the authors' lists.

    The database is the authors' `database.txt` where it lies beside the other lists, else every training image
    of the 100 classes. Classes are in the order of the sorted WordNet ids.

    Args:
        root: folder with `image/` and `val_image/`, or the official `train/` and `val/`.
        protocol: `imagenet-100` (CSQ's lists) or `imagenet-100-shc`.
        num_classes: of the lists.
    """
    parts = read_protocol_lists(protocol, num_classes=num_classes, multi_label=False)
    wnids = wnids_in_order(parts["train"], num_classes)
    note = "" if "database" in parts else "database: every training image of the classes"
    if note:
        parts["database"] = every_image(root, wnids)
    return Found(parts, wnids, root, locate=image_finder(root), note=note)
