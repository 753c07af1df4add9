"""Code sets as files: the workbook's `.npz`, and the four `.npy` files that CSQ's authors publish.

The `.npz` holds four arrays, no pickled objects:

- `query_codes`, `database_codes`: ±1, (n, bits), any number type;
- `query_labels`, `database_labels`: class indices (n,), or multi-hot rows (n, num_classes).

A folder of the authors' form holds `test_hash.npy`, `test_label.npy`, `database_hash.npy` and
`database_label.npy`; what they call hash codes are the network's outputs, whose signs are the codes.
"""

import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from jaxtyping import Int8, Shaped

from basics.errors import InputError
from basics.files import whole_file
from hashcenters.codes import as_codes, binarise
from hashcenters.metrics.relevance import as_labels

AUTHORS_FILES = {
    "query_codes": "test_hash.npy",
    "query_labels": "test_label.npy",
    "database_codes": "database_hash.npy",
    "database_labels": "database_label.npy",
}
_UNREADABLE = (OSError, ValueError, EOFError, KeyError, SyntaxError)


@dataclass(frozen=True)
class CodeSet:
    """Everything that an evaluation needs; the fields are the arrays of the `.npz` file."""

    query_codes: Int8[np.ndarray, "n_query bits"]
    query_labels: Shaped[np.ndarray, "n_query ..."]
    database_codes: Int8[np.ndarray, "n_database bits"]
    database_labels: Shaped[np.ndarray, "n_database ..."]


def save_codes(path: Path, codes: CodeSet) -> None:
    """Write a code set as `.npz`, whole or not at all.

    Raises:
        InputError: the name does not end in .npz, or the folder cannot be written.
    """
    if path.suffix != ".npz":
        raise InputError(f"a code set is saved as .npz, got {path.name}")
    with whole_file(path) as temporary:
        np.savez(temporary, **asdict(codes))


def load_codes(path: Path) -> CodeSet:
    """Read a code set from an `.npz` file or from a folder with the authors' four `.npy` files.

    Raises:
        InputError: the path is missing, is no such file, lacks an array, or holds pickled objects, codes
            other than ±1, or NaN.
    """
    path = Path(path)
    if path.is_dir():
        arrays = {name: _read_npy(path / file) for name, file in AUTHORS_FILES.items()}
        for name in ("query_codes", "database_codes"):
            if arrays[name].ndim != 2:
                raise InputError(f"{AUTHORS_FILES[name]} must have shape (n, bits), got {arrays[name].shape}")
            arrays[name] = binarise(arrays[name])
    else:
        arrays = _read_npz(path)
    return CodeSet(
        as_codes(arrays["query_codes"], name="query codes"),
        as_labels(arrays["query_labels"], name="query labels"),
        as_codes(arrays["database_codes"], name="database codes"),
        as_labels(arrays["database_labels"], name="database labels"),
    )


def _read_npy(path: Path) -> np.ndarray:
    try:
        return np.load(path, allow_pickle=False)
    except FileNotFoundError as error:
        needed = ", ".join(AUTHORS_FILES.values())
        raise InputError(f"{path.parent} must hold {needed}; {path.name} is missing") from error
    except _UNREADABLE as error:
        raise InputError(f"{path} is not a readable .npy file without pickled objects") from error


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    names = ", ".join(AUTHORS_FILES)
    try:
        with path.open("rb") as opened:
            file = np.load(opened, allow_pickle=False)
            if not isinstance(file, np.lib.npyio.NpzFile):
                raise InputError(f"{path} holds one array; a code set is an .npz file with {names}")
            missing = [name for name in AUTHORS_FILES if name not in file.files]
            if missing:
                raise InputError(f"{path} must hold {names}; {', '.join(missing)} is missing")
            return {name: file[name] for name in AUTHORS_FILES}
    except FileNotFoundError as error:
        raise InputError(f"{path} does not exist") from error
    except InputError:
        raise
    except (*_UNREADABLE, BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is not a readable .npz file without pickled objects") from error
