"""What cheaper trainings of a hash layer cost in quality, and what flips and crops bring: mAP on validation pictures.

Trainings are those of notebook 04 with the profile of photographs (EfficientNet-Lite0 at 192 pixels, frozen; joint
loss S.7), each with one thing changed, see `bench_head_training` for what they save. Validation pictures are ranked
against the training split, and the same seeds of our loop are subtracted. A projection is fitted on the training split;
pictures flipped, or cropped to seven eighths of each side at a place drawn once for each, have been encoded too, and a
coin chooses for every picture in every epoch. Products are in bf16 while a hash layer learns, not when it encodes.
Batches of another size, and hidden layers of fewer than 512 units, go with rates that are multiplied by the factor
named. Nothing here has seen a query.

It needs the photographs, the weights of the network, and the features of 43,997 pictures, which are encoded where they
are not in `HASHCENTERS_FEATURES`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.head_training import (
    Coins,
    Pool,
    SideBySide,
    Training,
    cropped,
    flipped,
    made_up_config,
    photographs,
    projected,
    seen_otherwise,
    setting,
    validation_map,
)
from hashcenters.training.loop import one_thread

SEEDS, BITS = 3, (16, 64)
WIDTHS = {1280: (16,), 512: BITS, 256: BITS}  # and for which lengths; the first is a rotation alone
NARROW = ((384, 1.0), (256, 1.0), (256, 2.0))  # units of both hidden layers, and what the rates are multiplied by
VIEWS = {"flipped": flipped, "cropped": cropped}
BATCHES = ((128, 1.0), (128, 1.5), (256, 1.0), (256, 2.0))  # rows a step, and what the rates are multiplied by


def trained_map(training: Training | SideBySide, pool: Pool) -> list[float]:
    """mAP after a whole training, of every seed that learned."""
    for number in range(training.config.recipe.epochs):
        training.epoch(number)
    return [validation_map(network, pool) for network in training.networks()]


def each(bits: int, pool: Pool, *, recipe: Mapping[str, float] | None = None, **change: Any) -> list[float]:
    """mAP after a training of our loop from every seed, with something changed in its recipe or in the loop."""
    configs = [made_up_config(bits, seed, **(recipe or {})) for seed in range(SEEDS)]
    return [score for config in configs for score in trained_map(Training(config, pool, **change), pool)]


def beside(bits: int, pool: Pool) -> list[float]:
    """mAP of the seeds after they have learned side by side."""
    return trained_map(SideBySide([made_up_config(bits, seed) for seed in range(SEEDS)], pool), pool)


def row(bits: int, change: str, maps: list[float], ours: list[float]) -> dict[str, object]:
    """What one change gives, and its differences from our loop, seed by seed."""
    gaps = np.subtract(maps, ours)
    return {
        "bits": bits,
        "change": change,
        "mAP": round(np.mean(maps), 4),
        "difference": round(gaps.mean(), 4),
        "sd_of_differences": round(gaps.std(ddof=1), 4),
        "least": round(gaps.min(), 4),
        "greatest": round(gaps.max(), 4),
    }


def run() -> pd.DataFrame:
    """Train everything and score it: a row a change and length."""
    rows = []
    with one_thread():
        pool = photographs()
        ours = {bits: each(bits, pool) for bits in BITS}
        for width, lengths in WIDTHS.items():
            fewer = projected(pool, width)
            name = f"PCA, {width} dimensions"
            rows += [row(bits, name, each(bits, fewer), ours[bits]) for bits in lengths]
        views = {name: partial(Coins, other=seen_otherwise(view)) for name, view in VIEWS.items()}
        for bits in BITS:
            rows += [
                row(bits, f"{SEEDS} seeds by hand in one product", beside(bits, pool), ours[bits]),
                row(bits, "products in bf16", each(bits, pool, bf16=True), ours[bits]),
            ]
            rows += [
                row(bits, f"pictures {name} by a coin", each(bits, pool, batches=coins), ours[bits])
                for name, coins in views.items()
            ]
            for width, factor in NARROW:
                rates = {"lr": setting().recipe.lr * factor}
                name = f"hidden layers of {width} units, rates × {factor:g}"
                rows.append(row(bits, name, each(bits, pool, recipe=rates, width=width), ours[bits]))
            for size, factor in BATCHES:
                larger = {"batch_size": size, "lr": setting().recipe.lr * factor}
                name = f"batches of {size}, rates × {factor:g}"
                rows.append(row(bits, name, each(bits, pool, recipe=larger), ours[bits]))
    first = [row(bits, "our loop", ours[bits], ours[bits]) for bits in BITS]
    return pd.DataFrame(first + rows).sort_values("bits", kind="stable", ignore_index=True)
