"""Sets of centers as the tables that figures are drawn from."""

import numpy as np
import pandas as pd
from jaxtyping import Int8

from hashcenters.centers.separation import separation
from hashcenters.codes import pairwise_distances


def matrix_table(centers: Int8[np.ndarray, "num_classes bits"]) -> pd.DataFrame:
    """The ±1 matrix, a row a center and a column a bit.

    >>> matrix_table(np.array([[1, -1]], dtype=np.int8)).to_dict("records")
    [{'bit 0': 1, 'bit 1': -1}]
    """
    return pd.DataFrame(centers, columns=[f"bit {bit}" for bit in range(centers.shape[1])])


def distance_table(sets: dict[str, Int8[np.ndarray, "_ _"]]) -> pd.DataFrame:
    """How many pairs of each set are at each distance.

    Args:
        sets: centers by name, possibly of different lengths.

    Returns:
        Columns `centers`, `bits`, `distance` (bits), `pairs` (count), `share` (of the pairs, 0–1); distances
        without a pair are left out.

    >>> distance_table({"H_2": np.array([[1, 1], [1, -1]], dtype=np.int8)}).to_dict("records")
    [{'centers': 'H_2', 'bits': 2, 'distance': 1, 'pairs': 1, 'share': 1.0}]
    """
    return pd.concat([_distances(name, centers) for name, centers in sets.items()], ignore_index=True)


def _distances(name: str, centers: Int8[np.ndarray, "num_classes bits"]) -> pd.DataFrame:
    distance, pairs = np.unique(pairwise_distances(centers), return_counts=True)
    about = {"centers": name, "bits": centers.shape[1]}
    return pd.DataFrame({**about, "distance": distance, "pairs": pairs, "share": pairs / pairs.sum()})


def separation_table(sets: dict[str, Int8[np.ndarray, "_ _"]]) -> pd.DataFrame:
    """One row a set with everything that `separation` measures but the histogram, under a column `centers`."""
    return pd.DataFrame([{"centers": name, **separation(centers).row()} for name, centers in sets.items()])
