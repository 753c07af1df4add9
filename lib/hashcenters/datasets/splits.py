"""The four parts of a retrieval data set, and the checks that keep them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from basics.errors import InputError


@runtime_checkable
class Inputs(Protocol):
    """Images or clips that are read in batches: an array in memory, or files on disk."""

    def __len__(self) -> int: ...

    def batch(self, indices: np.ndarray) -> np.ndarray:
        """The `uint8` inputs at `indices`, shape (n, channels, [frames,] height, width)."""
        ...


@dataclass(frozen=True)
class ArrayInputs:
    """Inputs that lie in memory as one `uint8` array (n, channels, [frames,] height, width)."""

    array: np.ndarray

    def __len__(self) -> int:
        return len(self.array)

    def batch(self, indices: np.ndarray) -> np.ndarray:
        return self.array[indices]


@dataclass(frozen=True)
class Split:
    """One part of a data set.

    Args:
        inputs: the images or clips.
        labels: `int64` class indices (n,), or `uint8` multi-hot rows (n, num_classes).
        ids: (n,) strings that name what an input is made of: a file path, or base digits on lines of their own.
            Two inputs overlap when they share any such source.
    """

    inputs: Inputs
    labels: np.ndarray
    ids: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.inputs) == len(self.labels) == len(self.ids):
            sizes = (len(self.inputs), len(self.labels), len(self.ids))
            raise InputError(f"a split needs as many inputs as labels and ids, got {sizes}")

    def __len__(self) -> int:
        return len(self.labels)

    def sources(self) -> set[str]:
        """Everything the inputs of this split are made of."""
        return {source for sample in self.ids for source in str(sample).split("\n")}


@dataclass(frozen=True)
class HashingData:
    """A data set with its retrieval protocol.

    Args:
        name: of the data set, as in the registry.
        class_names: one name a class, in label order.
        train: what networks learn from.
        validation: held out of the training split; every choice of a setting is made on it.
        query: what is searched for; nothing is learned or chosen from it.
        database: what is searched in; it may contain the training split, as in the papers.
        top_k: depth of the ranking that is scored (the papers' R), None for the whole database.
        protocol: one line that names split sizes and depth.
        substitute: what the data stands in for, None for the papers' own data.
        fingerprint: SHA-256 over everything above that changes numbers, hex.
    """

    name: str
    class_names: Sequence[str]
    train: Split
    validation: Split
    query: Split
    database: Split
    top_k: int | None
    protocol: str
    substitute: str | None
    fingerprint: str

    @property
    def num_classes(self) -> int:
        return len(self.class_names)

    @property
    def multi_label(self) -> bool:
        return self.train.labels.ndim == 2

    def check_disjoint(self) -> None:
        """Check that no query is trained on, validated on or found in the database.

        Raises:
            InputError: names the two splits and one source that they share.
        """
        query = self.query.sources()
        for name in ("train", "validation", "database"):
            check_no_overlap(query, getattr(self, name).sources(), names=("query", name))
        check_no_overlap(self.train.sources(), self.validation.sources(), names=("train", "validation"))


def check_no_overlap(first: set[str], second: set[str], *, names: tuple[str, str]) -> None:
    """Raise `InputError` when two sets of sources share an element."""
    shared = first & second
    if shared:
        raise InputError(
            f"{names[0]} and {names[1]} must not overlap, got {len(shared)} shared, such as {min(shared)!r}"
        )
