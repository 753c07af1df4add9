"""Code sets as files: the workbook's `.npz`, and the four `.npy` files that CSQ's authors publish.

The `.npz` holds four arrays, no pickled objects:

- `query_codes`, `database_codes`: (n, bits), in a form that `read_codes` knows;
- `query_labels`, `database_labels`: class indices (n,), or multi-hot rows (n, num_classes).

A folder of the authors' form holds `test_hash.npy`, `test_label.npy`, `database_hash.npy` and
`database_label.npy`; what they call hash codes are the network's outputs, whose signs are the codes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

import numpy as np
from jaxtyping import Int8, Shaped

from basics.errors import InputError
from basics.files import whole_file
from basics.memory import check_fits
from hashcenters.codes import read_codes
from hashcenters.metrics.inputs import check_sizes
from hashcenters.metrics.relevance import as_labels

QUERY_EVERY = 5
AUTHORS_FILES = {
    "query_codes": "test_hash.npy",
    "query_labels": "test_label.npy",
    "database_codes": "database_hash.npy",
    "database_labels": "database_label.npy",
}


@dataclass(frozen=True)
class CodeSet:
    """Everything that an evaluation needs; the fields are the arrays of the `.npz` file."""

    query_codes: Int8[np.ndarray, "n_query bits"]
    query_labels: Shaped[np.ndarray, "n_query ..."]
    database_codes: Int8[np.ndarray, "n_database bits"]
    database_labels: Shaped[np.ndarray, "n_database ..."]


@dataclass(frozen=True)
class Encoded:
    """Codes of the pictures of a folder, as `hashcenters encode` writes them.

    Args:
        codes: ±1, a row a picture.
        paths: of the pictures, relative to the folder.
        training: the key of the training that made them.
        folder: where the pictures lay.
    """

    codes: Int8[np.ndarray, "n bits"]
    paths: Shaped[np.ndarray, "n"]
    training: str = ""
    folder: str = ""

    def classes(self) -> list[str]:
        """The class of each picture: the first folder of its path, "" for one that lies in none."""
        return [path.rpartition("/")[0].partition("/")[0] for path in self.paths.tolist()]

    def split(self) -> CodeSet:
        """A code set of these: every fifth picture of a class is a query, the others are the database.

        Raises:
            InputError: pictures of fewer than two classes.
        """
        names, labels = np.unique(self.classes(), return_inverse=True)
        if len(names) < 2:
            raise InputError("codes of a folder are scored by its folders, one a class; got pictures of one only")
        place = np.array([np.count_nonzero(labels[:row] == label) for row, label in enumerate(labels)])
        query = place % QUERY_EVERY == 0
        return CodeSet(self.codes[query], labels[query], self.codes[~query], labels[~query])


def save_encoded(path: Path, encoded: Encoded) -> None:
    """Write the codes of a folder as `.npz`, whole or not at all."""
    with whole_file(path) as temporary:
        np.savez_compressed(temporary, **asdict(encoded))


def load_encoded(path: Path) -> Encoded:
    """Read what `save_encoded` wrote.

    Raises:
        InputError: the file is missing, or is another.
    """
    if not path.is_file():
        raise InputError(f"{path} does not exist; hashcenters encode writes such a file")
    with _readable(path) as found:
        missing = [name for name in ("codes", "paths") if isinstance(found, np.ndarray) or name not in found.files]
        if missing:
            raise InputError(
                f"{path} must hold the codes of a folder, from hashcenters encode; {missing[0]} is missing"
            )
        texts = {name: str(found[name]) for name in ("training", "folder") if name in found.files}
        codes, paths = read_codes(found["codes"], name="codes"), found["paths"]
    if paths.shape != (len(codes),) or paths.dtype.kind != "U":
        raise InputError(f"{path} must hold a path for each of its {len(codes)} codes, got shape {paths.shape}")
    return Encoded(codes, paths, **texts)


def load_codes(path: Path) -> CodeSet:
    """Read a code set from an `.npz` file, one of `encode` too, or a folder with the authors' four `.npy` files.

    Raises:
        InputError: the path is missing, is no such file, lacks an array, or holds pickled objects, NaN, codes or
            labels in a form that is not known, or sizes that do not fit.
    """
    path = Path(path)
    if is_encoded(path):
        return load_encoded(path).split()
    arrays = _read_folder(path) if path.is_dir() else _read_npz(path)
    found = (
        read_codes(arrays["query_codes"], name="query codes"),
        as_labels(arrays["query_labels"], name="query labels"),
        read_codes(arrays["database_codes"], name="database codes"),
        as_labels(arrays["database_labels"], name="database labels"),
    )
    check_sizes(*found)
    return CodeSet(*found)


def is_encoded(path: Path) -> bool:
    """Whether a file holds the codes of a folder, as `save_encoded` writes them."""
    if not (path.is_file() and is_zipfile(path)):
        return False
    with _readable(path) as found:
        return {"codes", "paths"} <= set(found.files)


def _read_folder(folder: Path) -> dict[str, np.ndarray]:
    """The arrays of a folder of the authors' form."""
    missing = [file for file in AUTHORS_FILES.values() if not (folder / file).is_file()]
    if missing:
        raise InputError(f"{folder} must hold {', '.join(AUTHORS_FILES.values())}; {', '.join(missing)} is missing")
    arrays = {}
    for name, file in AUTHORS_FILES.items():
        with _readable(folder / file) as found:
            arrays[name] = found
            if not isinstance(found, np.ndarray):
                raise InputError(f"{folder / file} must hold one array")
    return arrays


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an `.npz` file."""
    names = ", ".join(AUTHORS_FILES)
    if not path.is_file():
        raise InputError(f"{path} {'is no file' if path.exists() else 'does not exist'}")
    with _readable(path) as found:
        if isinstance(found, np.ndarray):
            raise InputError(f"{path} holds one array; a code set is an .npz file with {names}")
        missing = [name for name in AUTHORS_FILES if name not in found.files]
        if missing:
            raise InputError(f"{path} must hold {names}; {', '.join(missing)} is missing")
        check_fits(sum(member.file_size for member in found.zip.infolist()), path)
        return {name: found[name] for name in AUTHORS_FILES}


@contextmanager
def _readable(path: Path) -> Iterator[Any]:
    """What numpy makes of a file; whatever it and zipfile raise for one that they cannot read becomes one line."""
    try:
        with path.open("rb") as opened:
            yield np.load(opened, allow_pickle=False)
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path} is not a readable {path.suffix} file without pickled objects") from error
