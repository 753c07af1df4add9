"""Retrieval protocols as data, the samples of their parts, and the draws that make the parts where no list does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Int

from basics.errors import InputError, one_of
from basics.paths import data_root
from basics.schema import Struct, entries
from basics.source import by_name
from basics.yaml import read_yaml
from hashcenters.datasets.splits import PARTS

CATALOGUE = Path(__file__).with_name("protocols.yaml")


class Lists(Struct):
    """The authors' list files of a protocol, see `protocols.yaml`; a part without a file is None."""

    folder: str
    train: str
    query: str
    database: str
    strip: str = ""
    also: Mapping[str, str] = {}

    def path(self, part: str) -> Path:
        """Where the list of a part lies."""
        return data_root() / self.folder / (getattr(self, part) if part in PARTS else self.also[part])


class Protocol(Struct):
    """One entry of `protocols.yaml`, which explains the fields.

    Sizes are nominal numbers of samples, None where the source gives none.
    """

    name: str
    data: str
    train: int | None
    query: int | None
    database: int | None
    top_k: int | None
    validation: Literal["rest", "train"]
    source: str
    lists: Lists | None = None
    draw: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Listing:
    """The samples of one part of a data set, or of all of it.

    Args:
        paths: relative to the image root, with `/`.
        labels: `int64` class indices (n,), or `uint8` multi-hot rows (n, num_classes).
    """

    paths: tuple[str, ...]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.paths)

    @classmethod
    def of(cls, samples: Iterable[tuple[str, int]]) -> "Listing":
        """The samples with one class each: paths and class indices."""
        samples = list(samples)
        return cls(tuple(path for path, _ in samples), np.array([label for _, label in samples], np.int64))

    def take(self, rows: np.ndarray) -> "Listing":
        """The samples at the given rows."""
        return Listing(tuple(self.paths[row] for row in rows), self.labels[rows])

    def without(self, paths: Iterable[str]) -> "Listing":
        """The samples whose path is not among the given ones."""
        left_out = set(paths)
        return self.take(np.flatnonzero([path not in left_out for path in self.paths]))

    def renamed(self, rename: Callable[[str], str]) -> "Listing":
        """The same samples with other paths."""
        return Listing(tuple(map(rename, self.paths)), self.labels)


@cache
def protocols() -> dict[str, Protocol]:
    """Every protocol, by name."""
    return entries(read_yaml(CATALOGUE), Protocol, where=CATALOGUE.name)


@by_name("protocols.yaml", "data")
def protocols_of(data: str) -> list[Protocol]:
    """The protocols of one data set; the first one is its default."""
    return [protocol for protocol in protocols().values() if protocol.data == data]


@by_name("protocols.yaml", "data")
def find_protocol(name: str | None, *, data: str) -> Protocol:
    """The named protocol of a data set, or its default for None.

    Raises:
        InputError: the data set has no such protocol.
    """
    choices = {protocol.name: protocol for protocol in protocols_of(data)}
    if name is None:
        return next(iter(choices.values()))
    return choices[one_of(name, choices, f"protocol of {data}")]


def resolve_root(root: Path | None, folder: str) -> Path:
    """The folder of a data set: the one given, or its usual place below the data root.

    Raises:
        InputError: there is no such folder.
    """
    path = Path(root).expanduser() if root else data_root() / folder
    if not path.is_dir():
        raise InputError(f"{path} must be the folder of the data set, but there is no such folder")
    return path


def draw_per_class(
    labels: np.ndarray,
    counts: Sequence[int],
    *,
    pool: Int[np.ndarray, "pool"],
    rng: np.random.Generator,
    class_names: Sequence[str],
    part: str,
) -> Int[np.ndarray, "drawn"]:
    """Draw so many samples of each class from a pool, none of them twice.

    Args:
        labels: class indices (n,) or multi-hot rows (n, num_classes) of all samples.
        counts: samples to draw, one number a class.
        pool: indices that may be drawn. With several labels a sample the rarest classes draw first, and a
            sample counts for the class that drew it.
        rng: draws.
        class_names, part: for the message.

    Returns:
        sorted indices.

    Raises:
        InputError: a class has fewer samples than asked for.
    """
    members = [
        pool[labels[pool] == label] if labels.ndim == 1 else pool[labels[pool, label] > 0]
        for label in range(len(counts))
    ]
    free = np.zeros(len(labels), bool)
    free[pool] = True
    drawn = []
    for label in np.argsort([len(indices) for indices in members], kind="stable"):
        candidates = members[label][free[members[label]]]
        if len(candidates) < counts[label]:
            raise InputError(
                f"{part} asks for {counts[label]} samples of class {class_names[label]!r}, got {len(candidates)}"
            )
        chosen = rng.choice(candidates, counts[label], replace=False)
        free[chosen] = False
        drawn.append(chosen)
    return np.sort(np.concatenate(drawn))


def draw_parts(every: Listing, protocol: Protocol, *, seed: int, class_names: Sequence[str]) -> dict[str, Listing]:
    """Queries and training samples as a protocol draws them, from all samples or from each class.

    The database is everything but the queries, or what is left of both where the protocol says so.

    Raises:
        InputError: there are too few samples.
    """
    draw, rng = protocol.draw, np.random.default_rng(seed)
    rows = {}
    if draw["per"] == "all":
        ends = np.cumsum([draw["query"], draw["train"]])
        if ends[-1] > len(every):
            raise InputError(f"{protocol.name} draws {ends[-1]:,} samples, got {len(every):,}")
        rows["query"], rows["train"], _ = np.split(rng.permutation(len(every)), ends)
    else:
        pool = np.arange(len(every))
        for part in ("query", "train"):
            counts = [draw[part]] * len(class_names)
            rows[part] = draw_per_class(every.labels, counts, pool=pool, rng=rng, class_names=class_names, part=part)
            pool = np.setdiff1d(pool, rows[part])
    left_out = ("query", "train") if draw.get("database") == "without train" else ("query",)
    rows["database"] = np.setdiff1d(np.arange(len(every)), np.concatenate([rows[part] for part in left_out]))
    return {part: every.take(np.sort(chosen)) for part, chosen in rows.items()}


def validation_counts(labels: np.ndarray, share: float, num_classes: int) -> list[int]:
    """Samples of each class to hold out: its share of the training split, at least one where it has two."""
    sizes = np.bincount(labels, minlength=num_classes)
    return [int(min(max(1, round(share * size)), max(size - 1, 0))) if share else 0 for size in sizes]


def hold_out(
    train: Listing, database: Listing, *, share: float, source: str, seed: int, class_names: Sequence[str]
) -> tuple[Listing, Listing]:
    """A validation split as large as a share of the training split.

    Args:
        train: training samples.
        database: samples to search in; they may contain the training samples.
        share: of the size of `train`, 0 (none) to 0.5. Single-label splits are drawn class by class.
        source: `rest` draws from the database outside `train`, which then stays whole; `train` takes them out.
        seed: of the draw.
        class_names: for messages.

    Returns:
        the training split and the validation split.

    Raises:
        InputError: the share is out of range or there are too few samples.
    """
    if not 0 <= share <= 0.5:
        raise InputError(f"validation must be a share of the training split from 0 to 0.5, got {share}")
    pool_of = database.without(train.paths) if source == "rest" else train
    pool = np.arange(len(pool_of))
    rng = np.random.default_rng([seed, len(train)])
    if train.labels.ndim == 1:
        counts = validation_counts(train.labels, share, len(class_names))
        chosen = draw_per_class(pool_of.labels, counts, pool=pool, rng=rng, class_names=class_names, part="validation")
    else:
        count = round(share * len(train))
        if count > len(pool):
            raise InputError(f"validation asks for {count} samples, got {len(pool)}")
        chosen = np.sort(rng.choice(pool, count, replace=False))
    if source == "rest":
        return train, pool_of.take(chosen)
    return train.take(np.setdiff1d(pool, chosen)), train.take(chosen)
