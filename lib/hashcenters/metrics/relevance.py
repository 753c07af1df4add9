"""Which database items are relevant to a query: same class, or a label in common."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64, Shaped, UInt64

from hashcenters.errors import InputError

Labels = Shaped[np.ndarray, "..."]


@dataclass(frozen=True)
class SameClass:
    """Relevance by one class an item.

    Args:
        query: class of each query, counted from 0.
        starts, members: the database rows of class c, rising, are `members[starts[c]:starts[c + 1]]`.
    """

    query: Int64[np.ndarray, "n_query"]
    starts: Int64[np.ndarray, "num_classes_and_one"]
    members: Int64[np.ndarray, "n_database"]

    @property
    def largest_class(self) -> int:
        """Number of database items in the largest class."""
        return int(np.diff(self.starts).max())


@dataclass(frozen=True)
class SharedLabel:
    """Relevance by a label in common, from label sets packed into 64-bit words."""

    query: UInt64[np.ndarray, "n_query label_words"]
    database: UInt64[np.ndarray, "n_database label_words"]


def as_labels(values: Labels, *, name: str = "labels") -> np.ndarray:
    """Labels in the library's form: `int64` class indices (n,) or `uint8` multi-hot rows (n, num_classes).

    Args:
        values: any number type that holds whole numbers.
        name: what to call them in an error.

    Raises:
        InputError: another shape, NaN, a fraction, a negative class, a multi-hot value that is not 0 or 1.

    >>> as_labels(np.array([2.0, 0.0], dtype=np.float32))
    array([2, 0])
    """
    values = np.asarray(values)
    if values.ndim not in (1, 2) or values.dtype.kind not in "biuf":
        shape = f"{values.dtype} {values.shape}"
        raise InputError(f"{name} must be class indices (n,) or multi-hot rows (n, num_classes), got {shape}")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise InputError(f"{name} must be numbers, got NaN in row {int(np.argwhere(np.isnan(values))[0][0])}")
    if values.ndim == 2:
        if not ((values == 0) | (values == 1)).all():
            raise InputError(f"{name} of shape {values.shape} must be 0 or 1; class indices have shape (n,)")
        return values.astype(np.uint8, copy=False)
    if len(values) and (values.min() < 0 or (values.dtype.kind == "f" and (values % 1 != 0).any())):
        raise InputError(
            f"{name} must be class indices 0, 1, 2, ..., got {values[(values < 0) | (values % 1 != 0)][0]}"
        )
    return values.astype(np.int64, copy=False)


def pack_labels(labels: Shaped[np.ndarray, "n num_classes"]) -> UInt64[np.ndarray, "n label_words"]:
    """Multi-hot rows as 64-bit words."""
    packed = np.packbits(labels, axis=1)
    missing = -packed.shape[1] % 8
    return np.ascontiguousarray(np.pad(packed, ((0, 0), (0, missing)))).view(np.uint64)


def same_class(query: Int64[np.ndarray, "n_query"], database: Int64[np.ndarray, "n_database"]) -> SameClass:
    """Number the classes that occur, and list the database rows of each."""
    classes, inverse = np.unique(np.concatenate([query, database]), return_inverse=True)
    of_query, of_database = inverse[: len(query)], inverse[len(query) :]
    counts = np.bincount(of_database, minlength=len(classes))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    members = np.argsort(of_database, kind="stable").astype(np.int64)
    return SameClass(of_query.astype(np.int64), starts, members)


def relate(query_labels: Labels, database_labels: Labels) -> tuple[SameClass | SharedLabel, np.ndarray]:
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
        raise InputError(
            f"query and database labels must be of one kind, got {query.shape} and {database.shape}"
        )
    if query.ndim == 1:
        return same_class(query, database), np.ones(len(query), dtype=bool)
    if query.shape[1] != database.shape[1]:
        widths = f"{query.shape[1]} and {database.shape[1]}"
        raise InputError(f"query and database labels must have the same number of classes, got {widths}")
    labelled, in_database = query.any(axis=1), database.any(axis=1)
    for name, some in (("query", labelled), ("database item", in_database)):
        if not some.any():
            raise InputError(f"at least one {name} must have a label, got none")
    if (query.sum(axis=1, dtype=np.int64) == 1).all() and (database.sum(axis=1, dtype=np.int64) == 1).all():
        return same_class(query.argmax(axis=1), database.argmax(axis=1)), labelled
    return SharedLabel(pack_labels(query), pack_labels(database)), labelled
