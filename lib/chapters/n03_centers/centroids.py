"""Centroids of several labels: their distances case by case, and how much of them hangs on the tie vector."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from jaxtyping import Int8

from basics.errors import InputError
from chapters.shared.centroids import disjoint_label_sets
from chapters.shared.multilabel import majority_centroids


def centroid_table(frame: pd.DataFrame, bits: int) -> pd.DataFrame:
    """Distances of `centroid_distances` in one row a case.

    Args:
        frame: with a column `centers` that names the set.
        bits: length of a center.

    Returns:
        Columns `centers`, `set_size`, `ties`, `mean` and `minimum` (bits), `tied` (share of tied bits, 0–1),
        `below_half` (share of pairs closer than bits / 2, 0–1).
    """
    frame = frame.assign(below_half=2 * frame["distance"] < bits)
    cases = frame.groupby(["centers", "set_size", "ties"], sort=False)
    return cases.agg(
        mean=("distance", "mean"), minimum=("distance", "min"), tied=("tied", "mean"), below_half=("below_half", "mean")
    ).reset_index()


def tie_sensitivity(
    centers: Int8[np.ndarray, "num_classes bits"], set_sizes: Sequence[int], *, samples: int, vectors: int, seed: int
) -> pd.DataFrame:
    """How much one and the same sample's centroid moves when the tie vector is drawn again.

    Args:
        centers: ±1 hash centers.
        set_sizes: labels a sample.
        samples: label sets for each set size.
        vectors: tie vectors, at least 2.
        seed: of the label sets; the tie vectors take `seed` + 1, `seed` + 2, ...

    Returns:
        Columns `set_size`, `tied` (share of tied bits), `moved` (mean share of bits that differ between two tie
        vectors, half of `tied` in expectation), `lowest_mean` and `highest_mean` (smallest and largest, over the
        shared tie vectors, of the mean distance between samples that share no label, bits).
    """
    if vectors < 2:
        raise InputError(f"vectors must be at least 2, got {vectors}")
    rows = []
    for set_size in set_sizes:
        labels = np.vstack(disjoint_label_sets(len(centers), set_size, samples=samples, seed=seed))
        made = [majority_centroids(centers, labels, ties="shared", seed=seed + 1 + vector) for vector in range(vectors)]
        moved = [(a.codes != b.codes).mean() for a, b in pairwise(made)]
        means = [(one.codes[:samples] != one.codes[samples:]).sum(axis=1).mean() for one in made]
        rows.append((set_size, made[0].tied_share, np.mean(moved), min(means), max(means)))
    return pd.DataFrame(rows, columns=["set_size", "tied", "moved", "lowest_mean", "highest_mean"])
