"""tiny-imagenet-mosaics: four photographs of Tiny-ImageNet in a 2×2 grid, a multi-label set."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8

from basics.errors import InputError
from hashcenters.datasets.inputs import Selected
from hashcenters.datasets.protocol import find_protocol
from hashcenters.datasets.splits import PARTS, HashingData, Inputs, Split, protocol_line
from shelf.papers.tiny_imagenet import SUBSTITUTE, load_tiny_imagenet, part_sizes

TILES = 4


@dataclass(frozen=True)
class Mosaics:
    """Inputs made of four photographs each, composed when they are asked for.

    Args:
        photographs: what tiles are taken from.
        tiles: rows of it: above left and right, below left and right.
    """

    photographs: Inputs
    tiles: Int64[np.ndarray, "n 4"]

    def __len__(self) -> int:
        return len(self.tiles)

    @cached_property
    def array(self) -> np.ndarray:
        """All of them."""
        return self.batch(np.arange(len(self)))

    def batch(self, indices: np.ndarray) -> UInt8[np.ndarray, "n 3 size size"]:
        tiles = self.tiles[indices]
        shown, place = np.unique(tiles, return_inverse=True)
        grid = self.photographs.batch(shown)[place.reshape(tiles.shape)]
        rows = [np.concatenate([grid[:, first], grid[:, first + 1]], axis=-1) for first in (0, 2)]
        return np.concatenate(rows, axis=-2)


def draw_tiles(
    labels: Int64[np.ndarray, "pool"], count: int, *, num_classes: int, rng: np.random.Generator
) -> Int64[np.ndarray, "count 4"]:
    """Photographs of 1 to 4 different classes for each mosaic, each number of classes equally likely.

    Args:
        labels: of the photographs to draw from; every class must be there.
        count: mosaics to make.
        num_classes: of the photographs.
        rng: draws the tiles.
    """
    members = [np.flatnonzero(labels == label) for label in range(num_classes)]
    tiles = np.empty((count, TILES), np.int64)
    for row in range(count):
        chosen = rng.choice(num_classes, rng.integers(1, min(TILES, num_classes) + 1), replace=False)
        tiles[row] = [rng.choice(members[label]) for label in rng.permutation(np.resize(chosen, TILES))]
    return tiles


def take(split: Split, rows: Int64[np.ndarray, "rows"]) -> Split:
    """Some rows of a split whose inputs are selected from others."""
    return Split(Selected(split.inputs.inputs, split.inputs.indices[rows]), split.labels[rows], split.ids[rows])


def compose(
    pools: Mapping[str, Split], counts: Mapping[str, int], *, num_classes: int, rng: np.random.Generator
) -> tuple[dict[str, Split], Int64[np.ndarray, "n 4"]]:
    """Mosaics of the photographs of each part, labelled with all their classes; those of train begin the database.

    Args:
        pools: single-label photographs by part, selected from the same inputs; every class must be there.
        counts: mosaics by part.
        num_classes: width of the labels.
        rng: draws the tiles.

    Returns:
        the parts, and the tiles of all mosaics as rows of what the photographs are selected from.
    """
    tiles, labels, ids, rows = [], [], [], {}
    for part, pool in pools.items():
        drawn = draw_tiles(pool.labels, counts[part], num_classes=num_classes, rng=rng)
        rows[part] = np.arange(len(ids), len(ids) + len(drawn))
        tiles.append(pool.inputs.indices[drawn])
        labels.append(np.zeros((len(drawn), num_classes), np.uint8))
        np.put_along_axis(labels[-1], pool.labels[drawn], 1, axis=1)
        ids += ["\n".join(sorted(set(names))) for names in pool.ids[drawn]]
    rows["database"] = np.concatenate([rows["train"], rows["database"]])
    every = Mosaics(pools["train"].inputs.inputs, np.concatenate(tiles))
    named, labelled = np.array(ids), np.concatenate(labels)
    return {part: Split(Selected(every, own), labelled[own], named[own]) for part, own in rows.items()}, every.tiles


def load_mosaics(
    *,
    root: Path | None = None,
    classes: int | None = None,
    train_size: int | None = None,
    validation_size: int | None = None,
    query_size: int | None = None,
    database_size: int | None = None,
    train_per_class: int | None = None,
    validation_per_class: int | None = None,
    query_per_class: int | None = None,
    database_per_class: int | None = None,
    size: int = 64,
    workers: int | None = None,
    seed: int = 0,
) -> HashingData:
    """Mosaics of the retrieval half of Tiny-ImageNet, composed when they are asked for.

    Queries are made of validation images, training and validation mosaics of two disjoint sets of training images;
    the database holds the training mosaics and others, made of images outside those two sets.

    Args:
        root, classes, workers, seed: as in `load_tiny_imagenet`.
        train_size, validation_size, query_size, database_size: mosaics of each part, None for the protocol's; the
            database count includes the training mosaics.
        train_per_class, validation_per_class, query_per_class, database_per_class: photographs that the mosaics of
            a part are made of, as in `load_tiny_imagenet`.
        size: pixels a side of a mosaic, even.

    Raises:
        InputError: a size is odd or a part too small.
    """
    chosen = find_protocol(None, data="tiny-imagenet-mosaics")
    counts = part_sizes(chosen, (train_size, validation_size, query_size, database_size))
    if size % 2 or counts["database"] <= counts["train"]:
        raise InputError(f"mosaics need an even size and more database than train, got size {size} and {counts}")
    photographs = load_tiny_imagenet(
        root=root,
        classes=classes,
        train_per_class=train_per_class,
        validation_per_class=validation_per_class,
        query_per_class=query_per_class,
        database_per_class=database_per_class,
        size=size // 2,
        workers=workers,
        seed=seed,
    )
    pools = {part: getattr(photographs, part) for part in PARTS}
    whole, taken = pools["database"], [*pools["train"].ids, *pools["validation"].ids]
    pools["database"] = take(whole, np.flatnonzero(~np.isin(whole.ids, taken)))
    counts["database"] -= counts["train"]
    names = photographs.class_names
    splits, tiles = compose(pools, counts, num_classes=len(names), rng=np.random.default_rng([seed, TILES]))
    digest = hashlib.sha256(repr((photographs.fingerprint, chosen.name, chosen.top_k, counts)).encode())
    digest.update(tiles.tobytes())
    data = HashingData(
        name=chosen.data,
        class_names=names,
        top_k=chosen.top_k,
        protocol=protocol_line(splits, chosen.top_k, name=chosen.name),
        substitute=SUBSTITUTE.format("MS COCO") + ", in 2×2 mosaics",
        fingerprint=digest.hexdigest(),
        **splits,
    )
    data.check_disjoint()
    return data
