"""Centroids of random label sets, sampled: means with their confidence interval, realised distances, ties."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Int, Int8

from chapters.n02_proofs.centroid_theory import Ties, expected_distance
from chapters.n02_proofs.check import Check, tally
from chapters.n02_proofs.multilabel_centroids import mean_over_ties
from chapters.shared.centroids import disjoint_label_sets
from hashcenters.centers.hadamard import hadamard_matrix

Rows = Int8[np.ndarray, "rows bits"]
Votes = Int[np.ndarray, "samples bits"]
NORMAL_95 = 1.959964
ERRORS = 4.5  # accepted standard errors, which chance passes once in 150,000 rows


def sample_votes(rows: Rows, set_size: int, *, samples: int, seed: int) -> tuple[Votes, Votes]:
    """The votes of random pairs of disjoint sets of rows: their sums, bit by bit."""
    first, second = disjoint_label_sets(len(rows), set_size, samples=samples, seed=seed)
    return first.astype(np.int32) @ rows, second.astype(np.int32) @ rows


def sampled_distance(rows: Rows, set_size: int, *, samples: int, seed: int, ties: Ties) -> tuple[float, float]:
    """The mean distance of centroids of disjoint random sets, sampled, and its standard error."""
    distances = mean_over_ties(*sample_votes(rows, set_size, samples=samples, seed=seed), ties=ties)
    return float(distances.mean()), float(distances.std(ddof=1) / np.sqrt(samples))


def means_table(lengths: Sequence[int], sizes: Sequence[int], *, samples: int, seed: int) -> pd.DataFrame:
    """The exact mean distance of centroids beside a sampled one, for both ways to settle ties.

    Args:
        lengths: K in bits, powers of two.
        sizes: rows a set; both sets must fit in H_K.
        samples: pairs of sets for each row of the table.
        seed: of the sampling.

    Returns:
        Columns `bits`, `n`, `ties`, `exact mean`, `above K/2`, `sampled mean`, `95 % ±` (all bits), and how many
        standard errors the two means are apart, `errors off`.
    """
    rows = []
    for bits, size, ties in product(lengths, sizes, ("independent", "shared")):
        if 2 * size <= bits and (size % 2 == 0 or ties == "independent"):
            exact = float(expected_distance(bits, size, ties=ties))
            found = sampled_distance(hadamard_matrix(bits), size, samples=samples, seed=seed, ties=ties)
            rows.append((bits, size, ties if size % 2 == 0 else "none", exact, *found))
    table = pd.DataFrame(rows, columns=["bits", "n", "ties", "exact mean", "sampled mean", "95 % ±"])
    off = (table["sampled mean"] - table["exact mean"]).abs()
    table["errors off"] = (off / table["95 % ±"]).where(table["95 % ±"] > 0, 0.0)
    table["95 % ±"] *= NORMAL_95
    table.insert(4, "above K/2", table["exact mean"] - table["bits"] / 2)
    return table


def check_sampled_means(table: pd.DataFrame, *, samples: int) -> Check:
    """Every sampled mean of a table lies within a few standard errors of the exact one.

    Args:
        table: of `means_table`.
        samples: pairs of sets behind each row.
    """
    off = table["errors off"]
    wrong = (f"K = {row.bits}, n = {row.n}, {row.ties}" for row in table[off > ERRORS].itertuples())
    statement = f"sampled means are within {ERRORS:g} standard errors of the exact ones"
    return tally(statement, "sampled", samples * len(table), wrong, float(off.max()))


def overlap_of_ties(rows: Rows, set_size: int, *, samples: int, seed: int) -> dict[str, float | int]:
    """How the tied parts of two centroids lie; the document compares them as if they were the same bits.

    Returns:
        `set size`; `tied` (mean share of bits tied in one centroid, 0–1), `tied in both` (in both at once),
        `equal lengths` (share of pairs whose centroids tie in equally many bits) and `same bits` (in the very
        same ones).
    """
    left, right = (sums == 0 for sums in sample_votes(rows, set_size, samples=samples, seed=seed))
    return {
        "set size": set_size,
        "tied": float(left.mean()),
        "tied in both": float((left & right).mean()),
        "equal lengths": float((left.sum(axis=1) == right.sum(axis=1)).mean()),
        "same bits": float((left == right).all(axis=1).mean()),
    }
