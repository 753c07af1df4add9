"""What cheaper trainings of a hash layer cost in quality, and what flipped pictures bring: mAP on validation pictures.

Trainings are those of notebook 04 with the profile of photographs (EfficientNet-Lite0 at 192 pixels, frozen; joint
loss S.7), each with one thing changed, see `bench_head_training` for what they save. Validation pictures are ranked
against the training split, and the same seeds of our loop are subtracted. A projection is fitted on the training split;
flipped pictures have been encoded too, and a coin chooses for every picture in every epoch. Products are in bf16 while
a hash layer learns, not when it encodes. Nothing here has seen a query.

It needs the photographs, the weights of the network, and the features of 30,998 pictures, which are encoded where they
are not in `HASHCENTERS_FEATURES`.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from benchmarks.head_training import (
    Coins,
    Pool,
    SideBySide,
    Training,
    made_up_config,
    mirrored,
    photographs,
    projected,
    validation_map,
)
from hashcenters.training.loop import one_thread

SEEDS, BITS, WIDTHS = 3, (16, 64), (512, 256)


def trained_map(training: Training | SideBySide, pool: Pool) -> list[float]:
    """mAP after a whole training, of every seed that learned."""
    for number in range(training.config.recipe.epochs):
        training.epoch(number)
    return [validation_map(network, pool) for network in training.networks()]


def each(make: Callable[[int], Training], pool: Pool) -> list[float]:
    """mAP after a training from every seed."""
    return [score for seed in range(SEEDS) for score in trained_map(make(seed), pool)]


def row(bits: int, change: str, maps: list[float], ours: list[float], kept: float | None = None) -> dict[str, object]:
    """What one change gives, and its differences from our loop, seed by seed."""
    gaps = np.subtract(maps, ours)
    return {
        "bits": bits,
        "change": change,
        "variance_kept": None if kept is None else round(kept, 3),
        "mAP": round(np.mean(maps), 4),
        "difference": round(gaps.mean(), 4),
        "sd_of_differences": round(gaps.std(ddof=1), 4),
        "least": round(gaps.min(), 4),
        "greatest": round(gaps.max(), 4),
    }


def run() -> pd.DataFrame:
    """Train everything and score it: a row a change and length."""
    rows, ours = [], {}
    with one_thread():
        pool = photographs()
        config = {bits: partial(made_up_config, bits) for bits in BITS}
        for bits in BITS:
            ours[bits] = each(lambda seed: Training(config[bits](seed), pool), pool)
            rows.append(row(bits, "our loop", ours[bits], ours[bits]))
        for width in WIDTHS:
            fewer, kept = projected(pool, width)
            for bits in BITS:
                found = each(lambda seed: Training(config[bits](seed), fewer), fewer)
                rows.append(row(bits, f"PCA, {width} dimensions", found, ours[bits], kept))
        for bits in BITS:
            found = trained_map(SideBySide([config[bits](seed) for seed in range(SEEDS)], pool), pool)
            rows.append(row(bits, f"{SEEDS} seeds by hand in one product", found, ours[bits]))
            found = each(lambda seed: Training(config[bits](seed), pool, bf16=True), pool)
            rows.append(row(bits, "products in bf16", found, ours[bits]))
        turned = mirrored()
        for bits in BITS:
            coins = lambda seed: partial(Coins, mirrored=turned, seed=seed)  # noqa: E731
            found = each(lambda seed: Training(config[bits](seed), pool, batches=coins(seed)), pool)
            rows.append(row(bits, "pictures flipped by a coin", found, ours[bits]))
    return pd.DataFrame(rows).sort_values("bits", kind="stable", ignore_index=True)
