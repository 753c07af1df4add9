"""Which database items are relevant to a query: same class, or a label in common."""

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64, Shaped, UInt8, UInt64

from basics.errors import InputError
from hashcenters.kernels.ranking import Relevance

Labels = Shaped[np.ndarray, "..."]
_ROWS_AT_ONCE = 16_384


def as_labels(values: Labels, *, name: str = "labels") -> np.ndarray:
    """Labels in the library's form: `int64` class indices (n,) or `uint8` multi-hot rows (n, num_classes).

    Args:
        values: any number type that holds whole numbers; class indices may be a column (n, 1).
        name: what to call them in an error.

    Raises:
        InputError: another shape, NaN, a fraction, a negative class, one that its type cannot tell from the next, a
            multi-hot value that is not 0 or 1, or a column of 0 and 1, of which there are two readings.

    >>> as_labels(np.array([2.0, 0.0], dtype=np.float32))
    array([2, 0])
    """
    values = np.asarray(values)
    if values.ndim not in (1, 2) or values.dtype.kind not in "biuf":
        shape = f"{values.dtype} {values.shape}"
        hint = "; number names with np.unique(..., return_inverse=True)" if values.dtype.kind in "OSUT" else ""
        raise InputError(f"{name} must be class indices (n,) or multi-hot rows (n, num_classes), got {shape}{hint}")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise InputError(f"{name} must be numbers, got NaN in row {int(np.argwhere(np.isnan(values))[0][0])}")
    if values.ndim == 2:
        blocks = [values[start : start + _ROWS_AT_ONCE] for start in range(0, len(values), _ROWS_AT_ONCE)]
        binary = all(((block == 0) | (block == 1)).all() for block in blocks)
        if values.shape[1] != 1:
            if not binary:
                raise InputError(f"{name} of shape {values.shape} must be 0 or 1; class indices have shape (n,)")
            return values.astype(np.uint8, copy=False)
        if binary and not values.all():
            readings = "class indices, labels[:, 0], or one label that some have"
            raise InputError(f"{name} of shape {values.shape} with 0 and 1 only are either {readings}; give the first")
        values = values[:, 0]
    wrong = (values < 0) | (values != np.floor(values)) | ~np.isfinite(values)
    if wrong.any():
        raise InputError(f"{name} must be class indices 0, 1, 2, ..., got {values[wrong][0]}")
    largest = 2 ** (np.finfo(values.dtype).nmant + 1) if values.dtype.kind == "f" else np.iinfo(np.int64).max
    if len(values) and values.max() > largest:
        raise InputError(f"{name} of type {values.dtype} must be at most {largest}, got {values.max()}; try int64")
    return values.astype(np.int64, copy=False)


def word_columns(packed: UInt8[np.ndarray, "n bytes"]) -> UInt64[np.ndarray, "words n"]:
    """Packed bytes as columns of 64-bit words, the last word padded with zeros."""
    padded = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
    return np.ascontiguousarray(np.ascontiguousarray(padded).view(np.uint64).T)


def by_class(query: Int64[np.ndarray, "n_query"], database: Int64[np.ndarray, "n_database"]) -> Relevance:
    """Relevance of items of the same class; classes that no query has are left out."""
    classes, of_query = np.unique(query, return_inverse=True)
    of_database = pd.Index(classes).get_indexer(database).astype(np.int32)
    none = np.empty((len(query), 0), dtype=np.uint64), np.empty((0, len(database)), dtype=np.uint64)
    return Relevance(of_query.astype(np.int64), of_database, *none)


def by_label(
    query: UInt8[np.ndarray, "n_query num_classes"], database: UInt8[np.ndarray, "n_database num_classes"]
) -> Relevance:
    """Relevance of items with a label in common."""
    no_classes = np.zeros(len(query), dtype=np.int64), np.empty(0, dtype=np.int32)
    packed = [word_columns(np.packbits(labels, axis=1)) for labels in (query, database)]
    return Relevance(*no_classes, np.ascontiguousarray(packed[0].T), packed[1])


def relate(query_labels: Labels, database_labels: Labels) -> tuple[Relevance, Bool[np.ndarray, "n_query"]]:
    """Check both label arrays and make them ready for ranking.

    Args:
        query_labels, database_labels: both class indices (n,), or both multi-hot rows (n, num_classes).

    Returns:
        The relevance, and which queries have a label at all.

    Raises:
        InputError: labels of two kinds or widths, bad values, no query or no database item with a label.
    """
    query = as_labels(query_labels, name="query labels")
    database = as_labels(database_labels, name="database labels")
    if query.ndim != database.ndim:
        shapes = f"{query.shape} and {database.shape}"
        raise InputError(f"query and database labels must be of one kind, got {shapes}")
    if query.ndim == 1:
        return by_class(query, database), np.ones(len(query), dtype=bool)
    if query.shape[1] != database.shape[1]:
        widths = f"{query.shape[1]} and {database.shape[1]}"
        raise InputError(f"query and database labels must have the same number of classes, got {widths}")
    labelled, in_database = query.any(axis=1), database.any(axis=1)
    for name, some in (("query", labelled), ("database item", in_database)):
        if not some.any():
            raise InputError(f"at least one {name} must have a label, got none")
    if (query.sum(axis=1, dtype=np.int64) == 1).all() and (database.sum(axis=1, dtype=np.int64) == 1).all():
        return by_class(query.argmax(axis=1), database.argmax(axis=1)), labelled
    return by_label(query, database), labelled
