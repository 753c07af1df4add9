"""How far apart multi-label centroids are, and how much of that hangs on the way ties are settled."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from basics.errors import InputError
from jaxtyping import Int8, UInt8

from hashcenters.centers.multilabel import majority_centroids

TIES = ("independent", "shared")


def disjoint_label_sets(
    num_classes: int, set_size: int, *, samples: int, seed: int
) -> tuple[UInt8[np.ndarray, "samples num_classes"], UInt8[np.ndarray, "samples num_classes"]]:
    """Multi-hot labels of random pairs of samples that share no label.

    Args:
        num_classes: labels there are.
        set_size: labels a sample, 1 to num_classes / 2.
        samples: pairs.
        seed: of the draw.

    Raises:
        InputError: two such sets do not fit.
    """
    if not 2 <= 2 * set_size <= num_classes:
        raise InputError(f"set_size must be 1 to {num_classes // 2} for {num_classes} labels, got {set_size}")
    keys = np.random.default_rng(seed).random((samples, num_classes))
    order = keys.argsort(axis=1)
    first, second = (np.zeros((samples, num_classes), dtype=np.uint8) for _ in range(2))
    np.put_along_axis(first, order[:, :set_size], 1, axis=1)
    np.put_along_axis(second, order[:, set_size : 2 * set_size], 1, axis=1)
    return first, second


def centroid_distances(
    centers: Int8[np.ndarray, "num_classes bits"],
    set_sizes: Sequence[int],
    *,
    samples: int,
    seed: int,
) -> pd.DataFrame:
    """Distances between centroids of label sets that share no label, one row a sampled pair.

    Args:
        centers: ±1 hash centers.
        set_sizes: labels a sample.
        samples: pairs for each set size.
        seed: of the label sets and of the tie vectors.

    Returns:
        Columns `set_size`, `ties` (how they are settled, see `majority_centroids`; odd sets have none and appear
        once, as "none"), `distance` (bits), `tied` (share of tied bits in the two, 0–1).
    """
    parts = []
    for set_size in set_sizes:
        first, second = disjoint_label_sets(len(centers), set_size, samples=samples, seed=seed)
        for rule in TIES if set_size % 2 == 0 else TIES[:1]:
            made = majority_centroids(centers, np.vstack([first, second]), ties=rule, seed=seed)
            distances = (made.codes[:samples] != made.codes[samples:]).sum(axis=1)
            tied = (made.tied[:samples].mean(axis=1) + made.tied[samples:].mean(axis=1)) / 2
            name = rule if set_size % 2 == 0 else "none"
            parts.append(
                pd.DataFrame({"set_size": set_size, "ties": name, "distance": distances, "tied": tied})
            )
    return pd.concat(parts, ignore_index=True)


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
        mean=("distance", "mean"),
        minimum=("distance", "min"),
        tied=("tied", "mean"),
        below_half=("below_half", "mean"),
    ).reset_index()


def centroid_shares(frame: pd.DataFrame, set_sizes: Sequence[int], bits: int) -> pd.DataFrame:
    """Distances of `centroid_distances` as `plots.distance_histograms` draws them.

    Args:
        frame: distances of one set of centers.
        set_sizes: which ones.
        bits: length of a center.

    Returns:
        Columns `centers` (name of the case), `bits`, `distance` (bits), `share` (0–1).
    """
    parts = []
    for (set_size, ties), part in frame.groupby(["set_size", "ties"], sort=False):
        if set_size in set_sizes:
            shares = part["distance"].value_counts(normalize=True).sort_index()
            name = f"n = {set_size}, " + ("no ties" if ties == "none" else f"{ties} ties")
            found = {"centers": name, "bits": bits, "distance": shares.index, "share": shares.to_numpy()}
            parts.append(pd.DataFrame(found))
    return pd.concat(parts, ignore_index=True)


def tie_sensitivity(
    centers: Int8[np.ndarray, "num_classes bits"],
    set_sizes: Sequence[int],
    *,
    samples: int,
    vectors: int,
    seed: int,
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
        made = [
            majority_centroids(centers, labels, ties="shared", seed=seed + 1 + vector)
            for vector in range(vectors)
        ]
        moved = [(a.codes != b.codes).mean() for a, b in pairwise(made)]
        means = [(one.codes[:samples] != one.codes[samples:]).sum(axis=1).mean() for one in made]
        rows.append(
            {
                "set_size": set_size,
                "tied": made[0].tied_share,
                "moved": float(np.mean(moved)),
                "lowest_mean": float(min(means)),
                "highest_mean": float(max(means)),
            }
        )
    return pd.DataFrame(rows)
