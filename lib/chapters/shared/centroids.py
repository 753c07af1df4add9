"""How far apart multi-label centroids are, sampled, under either way to settle ties."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int8, UInt8

from basics.errors import InputError
from chapters.shared.multilabel import majority_centroids

Labels = UInt8[np.ndarray, "samples num_classes"]
TIES = ("independent", "shared")


def disjoint_label_sets(num_classes: int, set_size: int, *, samples: int, seed: int) -> tuple[Labels, Labels]:
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
    order = np.random.default_rng(seed).random((samples, num_classes)).argsort(axis=1)
    which = order.argsort(axis=1) // set_size  # the number of the set that a label falls into
    return (which == 0).astype(np.uint8), (which == 1).astype(np.uint8)


def centroid_distances(
    centers: Int8[np.ndarray, "num_classes bits"], set_sizes: Sequence[int], *, samples: int, seed: int
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
            parts.append(pd.DataFrame({"set_size": set_size, "ties": name, "distance": distances, "tied": tied}))
    return pd.concat(parts, ignore_index=True)


def centroid_shares(frame: pd.DataFrame, bits: int) -> pd.DataFrame:
    """Distances of `centroid_distances` in shares, case by case.

    Args:
        frame: distances of one set of centers.
        bits: length of a center.

    Returns:
        Columns `centers` (name of the case), `bits`, `distance` (bits), `share` (0–1).
    """
    names = "n = " + frame["set_size"].astype(str) + ", " + frame["ties"].replace("none", "no") + " ties"
    cases = frame["distance"].groupby(names, sort=False)
    shares = {name: part.value_counts(normalize=True).sort_index() for name, part in cases}
    table = pd.concat(shares, names=["centers"]).rename("share").reset_index()
    table.insert(1, "bits", bits)
    return table
