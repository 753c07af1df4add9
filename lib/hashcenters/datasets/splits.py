"""The four parts of a retrieval data set, and the checks that keep them apart."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from basics.errors import InputError

PARTS = ("train", "validation", "query", "database")


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


def join(first: Split, second: Split) -> Split:
    """One split in memory of two, the first's samples before the second's."""
    array = np.concatenate([split.inputs.batch(np.arange(len(split))) for split in (first, second)])
    labels = np.concatenate([first.labels, second.labels])
    return Split(ArrayInputs(array), labels, np.concatenate([first.ids, second.ids]))


def fingerprint(splits: Mapping[str, Split], *extra: object) -> str:
    """SHA-256 over the inputs, labels and ids of splits in memory."""
    digest = hashlib.sha256(repr(extra).encode())
    for name in sorted(splits):
        split = splits[name]
        digest.update(name.encode())
        for array in (split.inputs.batch(np.arange(len(split))), split.labels):
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update("\0".join(map(str, split.ids)).encode())
    return digest.hexdigest()


def protocol_line(splits: Mapping[str, Split], top_k: int | None, *, name: str = "", note: str = "") -> str:
    """Name, sizes and depth in one line, for captions."""
    sizes = ", ".join(f"{len(splits[part]):,} {part}" for part in PARTS)
    line = f"{sizes}; mAP@{'All' if top_k is None else top_k}"
    return (f"{name}: " if name else "") + line + (f"; {note}" if note else "")


def composed_data(
    name: str,
    splits: Mapping[str, Split],
    *,
    class_names: Sequence[str],
    top_k: int | None,
    substitute: str,
    protocol: str = "",
) -> HashingData:
    """A data set from composed splits in memory; the training split is put in front of the database."""
    splits = {**splits, "database": join(splits["train"], splits["database"])}
    data = HashingData(
        name=name,
        class_names=class_names,
        top_k=top_k,
        protocol=protocol_line(splits, top_k, name=protocol),
        substitute=substitute,
        fingerprint=fingerprint(splits, *((protocol, top_k) if protocol else (top_k,))),
        **splits,
    )
    data.check_disjoint()
    return data
