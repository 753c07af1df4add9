"""Which database items are relevant to a query: same class, or a label in common."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int64, Shaped, UInt8, UInt64

from basics.errors import InputError
from hashcenters.codes import as_array
from hashcenters.kernels.ranking import Relevance

Labels = Any
"""Arrays, lists or tensors: class indices (n,), or multi-hot rows (n, num_classes)."""
_BYTES_AT_ONCE = 1 << 20


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
    checked = check_labels(values, name=name)
    return checked.astype(np.int64 if checked.ndim == 1 else np.uint8, copy=False)


def check_labels(values: Labels, *, name: str) -> np.ndarray:
    """Labels as `as_labels` reads them, in the type that they came in: a copy may be larger than the packed codes."""
    values = as_array(values, name=name)
    if values.ndim not in (1, 2) or values.dtype.kind not in "biuf":
        shape = f"{values.dtype} {values.shape}"
        hint = "; number names with np.unique(..., return_inverse=True)" if values.dtype.kind in "OSUT" else ""
        raise InputError(f"{name} must be class indices (n,) or multi-hot rows (n, num_classes), got {shape}{hint}")
    for rows in _blocks(values) if values.dtype.kind == "f" else ():
        if np.isnan(values[rows]).any():
            raise InputError(f"{name} must be numbers, got NaN in row {rows.start + _first_nan(values[rows])}")
    if values.ndim == 2:
        binary = all(((values[rows] == 0) | (values[rows] == 1)).all() for rows in _blocks(values))
        if values.shape[1] != 1:
            if not binary:
                raise InputError(f"{name} of shape {values.shape} must be 0 or 1; class indices have shape (n,)")
            return values
        if binary and not values.all():
            readings = "class indices, labels[:, 0], or one label that some have"
            raise InputError(f"{name} of shape {values.shape} with 0 and 1 only are either {readings}; give the first")
        values = values[:, 0]
    for rows in _blocks(values):
        block = values[rows]
        wrong = (block < 0) | (block != np.floor(block)) | ~np.isfinite(block)
        if wrong.any():
            raise InputError(f"{name} must be class indices 0, 1, 2, ..., got {block[wrong][0]}")
    largest = 2 ** (np.finfo(values.dtype).nmant + 1) if values.dtype.kind == "f" else np.iinfo(np.int64).max
    if len(values) and values.max() > largest:
        raise InputError(f"{name} of type {values.dtype} must be at most {largest}, got {values.max()}; try int64")
    return values


def _blocks(values: Labels) -> Iterator[slice]:
    """Slices of rows that are small enough for work on them to need little memory."""
    step = max(1, _BYTES_AT_ONCE // max(1, values[:1].nbytes))
    return (slice(start, start + step) for start in range(0, len(values), step))


def _first_nan(block: Labels) -> int:
    """The first row that holds NaN."""
    return int(np.argwhere(np.isnan(block))[0][0])


def word_columns(packed: UInt8[np.ndarray, "n bytes"]) -> UInt64[np.ndarray, "words n"]:
    """Packed bytes as columns of 64-bit words, the last word padded with zeros."""
    padded = np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8)))
    return np.ascontiguousarray(np.ascontiguousarray(padded).view(np.uint64).T)


def by_class(query: Shaped[np.ndarray, "n_query"], database: Shaped[np.ndarray, "n_database"]) -> Relevance:
    """Relevance of items of the same class, by indices of any number type; classes that no query has are left out."""
    classes, of_query = np.unique(query.astype(np.int64), return_inverse=True)
    index, of_database = pd.Index(classes), np.empty(len(database), dtype=np.int32)
    for rows in _blocks(database):
        of_database[rows] = index.get_indexer(database[rows].astype(np.int64))
    none = np.empty((len(query), 0), dtype=np.uint64), np.empty((0, len(database)), dtype=np.uint64)
    return Relevance(of_query.astype(np.int64), of_database, *none)


def pack_labels(
    labels: Shaped[np.ndarray, "n num_classes"],
) -> tuple[UInt64[np.ndarray, "words n"], Int64[np.ndarray, "n"]]:
    """Multi-hot rows of any number type as columns of 64-bit words, and how many labels each row has."""
    words = np.empty((-(-labels.shape[1] // 64), len(labels)), dtype=np.uint64)
    counts = np.empty(len(labels), dtype=np.int64)
    for rows in _blocks(labels):
        words[:, rows] = word_columns(np.packbits(labels[rows] != 0, axis=1))
        counts[rows] = np.count_nonzero(labels[rows], axis=1)
    return words, counts


def _only_label(labels: Shaped[np.ndarray, "n num_classes"]) -> Int64[np.ndarray, "n"]:
    """The class of one-hot rows."""
    return np.concatenate([labels[rows].argmax(axis=1) for rows in _blocks(labels)])


def by_label(query: UInt64[np.ndarray, "words n_query"], database: UInt64[np.ndarray, "words n_database"]) -> Relevance:
    """Relevance of items with a label in common, from packed label sets."""
    no_classes = np.zeros(query.shape[1], dtype=np.int64), np.empty(0, dtype=np.int32)
    return Relevance(*no_classes, np.ascontiguousarray(query.T), database)


def relate(query_labels: Labels, database_labels: Labels) -> tuple[Relevance, Bool[np.ndarray, "n_query"]]:
    """Check both label arrays and make them ready for ranking.

    Args:
        query_labels, database_labels: both class indices (n,), or both multi-hot rows (n, num_classes).

    Returns:
        The relevance, and which queries have a label at all.

    Raises:
        InputError: labels of two kinds or widths, bad values, no query or no database item with a label.
    """
    query = check_labels(query_labels, name="query labels")
    database = check_labels(database_labels, name="database labels")
    if query.ndim != database.ndim:
        shapes = f"{query.shape} and {database.shape}"
        raise InputError(f"query and database labels must be of one kind, got {shapes}")
    if query.ndim == 1:
        return by_class(query, database), np.ones(len(query), dtype=bool)
    if query.shape[1] != database.shape[1]:
        widths = f"{query.shape[1]} and {database.shape[1]}"
        raise InputError(f"query and database labels must have the same number of classes, got {widths}")
    (query_words, of_query), (database_words, of_database) = pack_labels(query), pack_labels(database)
    for name, counts in (("query", of_query), ("database item", of_database)):
        if not counts.any():
            raise InputError(f"at least one {name} must have a label, got none")
    if (of_query == 1).all() and (of_database == 1).all():
        return by_class(_only_label(query), _only_label(database)), of_query > 0
    return by_label(query_words, database_words), of_query > 0
