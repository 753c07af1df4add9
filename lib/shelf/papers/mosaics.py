"""tiny-imagenet-mosaics: four photographs of Tiny-ImageNet in a 2×2 grid, a multi-label set."""

from functools import partial
from pathlib import Path

import numpy as np

from basics.errors import InputError
from hashcenters.datasets.inputs import Selected
from hashcenters.datasets.protocol import find_protocol
from hashcenters.datasets.splits import PARTS, ArrayInputs, HashingData, Split, composed_data
from shelf.papers.tiny_imagenet import SUBSTITUTE, load_tiny_imagenet, part_sizes

TILES = 4


def compose_mosaics(pool: Split, count: int, *, num_classes: int, rng: np.random.Generator) -> Split:
    """Mosaics of photographs of 1 to 4 different classes, each number equally likely, labelled with all of them.

    Args:
        pool: single-label photographs; every class must be there.
        count: mosaics to make.
        num_classes: width of the labels.
        rng: draws the tiles.
    """
    photographs = pool.inputs.batch(np.arange(len(pool)))
    members = [np.flatnonzero(pool.labels == label) for label in range(num_classes)]
    tiles = np.empty((count, TILES), np.int64)
    for row in range(count):
        chosen = rng.choice(num_classes, rng.integers(1, min(TILES, num_classes) + 1), replace=False)
        tiles[row] = [rng.choice(members[label]) for label in rng.permutation(np.resize(chosen, TILES))]
    grid = photographs[tiles]
    rows = [np.concatenate([grid[:, first], grid[:, first + 1]], axis=-1) for first in (0, 2)]
    labels = np.zeros((count, num_classes), np.uint8)
    np.put_along_axis(labels, pool.labels[tiles], 1, axis=1)
    ids = np.array(["\n".join(sorted(set(pool.ids[row]))) for row in tiles])
    return Split(ArrayInputs(np.concatenate(rows, axis=-2)), labels, ids)


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
    """Mosaics of the retrieval half of Tiny-ImageNet, in memory.

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
    whole = pools["database"]
    rows = np.flatnonzero(~np.isin(whole.ids, [*pools["train"].ids, *pools["validation"].ids]))
    pools["database"] = Split(Selected(whole.inputs, rows), whole.labels[rows], whole.ids[rows])
    counts["database"] -= counts["train"]
    names = photographs.class_names
    compose = partial(compose_mosaics, num_classes=len(names), rng=np.random.default_rng([seed, TILES]))
    splits = {part: compose(pool, counts[part]) for part, pool in pools.items()}
    substitute = SUBSTITUTE.format("MS COCO") + ", in 2×2 mosaics"
    return composed_data(
        chosen.data, splits, class_names=names, top_k=chosen.top_k, substitute=substitute, protocol=chosen.name
    )
