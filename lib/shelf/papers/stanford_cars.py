"""Stanford Cars: 196 classes, from the official .mat annotations or the authors' list files."""

from functools import partial
from pathlib import Path

import numpy as np
from scipy.io import loadmat

from basics.errors import InputError
from hashcenters.datasets.assemble import Found, reader
from hashcenters.datasets.protocol import Listing, Protocol
from hashcenters.datasets.rows import class_index
from shelf.papers.lists import official_split, parse_rows, read_protocol_lists

FLAT = "cars_annos.mat"
TRAIN, TEST, META = "devkit/cars_train_annos.mat", "cars_test_annos_withlabels.mat", "devkit/cars_meta.mat"


def read_mat(path: Path, variable: str) -> np.ndarray:
    """One variable of a .mat file as a 1-D array.

    Raises:
        InputError: the file is missing, is no .mat file, or lacks the variable.
    """
    if not path.is_file():
        raise InputError(f"cannot read {path}: there is no such file")
    try:
        return np.atleast_1d(loadmat(path, squeeze_me=True)[variable])
    except Exception as error:  # scipy raises many kinds on a broken file
        raise InputError(f"{path} must be a .mat file with {variable!r}: {error}") from error


def read_names(path: Path) -> list[str]:
    """The class names in a .mat file, in label order."""
    return [str(name) for name in read_mat(path, "class_names")]


def read_annotations(path: Path, *, folder: str, num_classes: int) -> tuple[Listing, np.ndarray]:
    """The images of one annotation file, classes counted from 0, and the flag of test images.

    The official classes count from 1. The flat file names images by `relative_im_path` and flags the test ones;
    the two files of the development kit name them by `fname`.

    Raises:
        InputError: a field is missing or a class does not exist; names file and row.
    """
    table = read_mat(path, "annotations")
    fields = table.dtype.names or ()
    key = "relative_im_path" if "relative_im_path" in fields else "fname"
    if key not in fields or "class" not in fields:
        raise InputError(f"{path} must have fields {key!r} and 'class', got {', '.join(fields) or 'none'}")
    rows = enumerate(map(str, table["class"]), start=1)
    labels = parse_rows(path, rows, partial(class_index, num_classes=num_classes, first=1))
    paths = tuple(f"{folder}{name}" for name in table[key])
    test = table["test"].astype(bool) if "test" in fields else np.zeros(len(paths), bool)
    return Listing(paths, np.array(labels, np.int64)), test


def read_official(root: Path) -> tuple[dict[str, Listing], list[str]]:
    """The official split, from the flat annotations when they are there, else from the development kit.

    Raises:
        InputError: no annotations are found.
    """
    if (root / FLAT).exists():
        names = read_names(root / FLAT)
        listing, test = read_annotations(root / FLAT, folder="", num_classes=len(names))
        return official_split(listing, (~test).tolist()), names
    names = read_names(root / META)
    train, _ = read_annotations(root / TRAIN, folder="cars_train/", num_classes=len(names))
    labelled = root / TEST if (root / TEST).exists() else root / "devkit" / TEST
    query, _ = read_annotations(labelled, folder="cars_test/", num_classes=len(names))
    return {"train": train, "query": query, "database": train}, names


@reader("stanford-cars", folder="stanford-cars")
def load_stanford_cars(root: Path, protocol: Protocol, *, num_classes: int = 196) -> Found:
    """Stanford Cars; the training split is the database.

    Args:
        root: folder with `cars_annos.mat` and `car_ims/`, or with `devkit/`, `cars_train/`, `cars_test/` and
            `cars_test_annos_withlabels.mat`.
        protocol: `stanford-cars-196` (the official split) or `stanford-cars-196-lists` (SHC's list files over
            the flat `car_ims/`).
        num_classes: of the list files.
    """
    if not protocol.lists:
        return Found(*read_official(root), root)
    parts = read_protocol_lists(protocol, num_classes=num_classes, multi_label=False)
    if (root / FLAT).exists():
        return Found(parts, read_names(root / FLAT), root)
    return Found(parts, [f"car {number}" for number in range(1, num_classes + 1)], root)
