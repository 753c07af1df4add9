"""Retrieval protocols as data, and the draws that make their parts where no list does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from basics.errors import InputError
from basics.paths import data_root
from jaxtyping import Int

from hashcenters.datasets.lists import Listing, read_list, single_label

PARTS = ("train", "validation", "query", "database")


@dataclass(frozen=True)
class Protocol:
    """One entry of `protocols.yaml`, which explains the fields.

    Sizes are nominal numbers of samples, None where the source gives none.
    """

    name: str
    data: str
    train: int | None
    query: int | None
    database: int | None
    top_k: int | None
    validation: str
    source: str
    lists: Mapping[str, Any] | None = None
    draw: Mapping[str, Any] | None = None


@cache
def protocols() -> dict[str, Protocol]:
    """Every protocol, by name."""
    text = (files(__package__) / "protocols.yaml").read_text(encoding="utf-8")
    return {name: Protocol(name=name, **fields) for name, fields in yaml.safe_load(text).items()}


def protocols_of(data: str) -> list[Protocol]:
    """The protocols of one data set; the first one is its default."""
    return [protocol for protocol in protocols().values() if protocol.data == data]


def find_protocol(name: str | None, *, data: str) -> Protocol:
    """The named protocol of a data set, or its default for None.

    Raises:
        InputError: the data set has no such protocol.
    """
    choices = {protocol.name: protocol for protocol in protocols_of(data)}
    if name is None:
        return next(iter(choices.values()))
    if name not in choices:
        raise InputError(f"protocol of {data} must be one of {', '.join(choices)}; got {name!r}")
    return choices[name]


def resolve_root(root: str | Path | None, folder: str) -> Path:
    """The folder of a data set: the one given, or its usual place below the data root.

    Raises:
        InputError: there is no such folder.
    """
    path = Path(root).expanduser() if root else data_root() / folder
    if not path.is_dir():
        raise InputError(f"{path} must be the folder of the data set, but there is no such folder")
    return path


def read_protocol_lists(protocol: Protocol, *, num_classes: int, multi_label: bool) -> dict[str, Listing]:
    """The list files of a protocol below the data root; a database without a file is left out.

    Raises:
        InputError: the training or the query list is missing, or a row is bad.
    """
    lists = protocol.lists or {}
    parts = {}
    for part in PARTS:
        path = data_root() / lists["folder"] / lists[part] if part in lists else None
        if path is None or (part == "database" and not path.exists()):
            continue
        listing = read_list(path, num_classes=num_classes, strip=lists.get("strip", ""))
        parts[part] = listing if multi_label else single_label(listing, origin=str(path))
    return parts


def protocol_line(name: str, sizes: Mapping[str, int], top_k: int | None, *, note: str = "") -> str:
    """Name, sizes and depth in one line, for captions."""
    counted = ", ".join(f"{sizes[part]:,} {part}" for part in PARTS)
    return f"{name}: {counted}; mAP@{'All' if top_k is None else top_k}{f'; {note}' if note else ''}"


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
    used = set(train.paths)
    pool_of, pool = train, np.arange(len(train))
    if source == "rest":
        pool_of = database
        pool = np.array([row for row, path in enumerate(database.paths) if path not in used], np.int64)
    rng = np.random.default_rng([seed, len(train)])
    if train.labels.ndim == 1:
        counts = validation_counts(train.labels, share, len(class_names))
        chosen = draw_per_class(
            pool_of.labels, counts, pool=pool, rng=rng, class_names=class_names, part="validation"
        )
    else:
        count = round(share * len(train))
        if count > len(pool):
            raise InputError(f"validation asks for {count} samples, got {len(pool)}")
        chosen = np.sort(rng.choice(pool, count, replace=False))
    if source == "rest":
        return train, database.take(chosen)
    return train.take(np.setdiff1d(pool, chosen)), train.take(chosen)
