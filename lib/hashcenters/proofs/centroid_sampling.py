"""Centroids of random label sets, sampled: means with their confidence interval, realised distances, ties."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Int, Int8

from hashcenters.centers.centroids import centroid_distances, disjoint_label_sets
from hashcenters.centers.hadamard import hadamard_matrix
from hashcenters.proofs.centroid_theory import Ties, expected_distance
from hashcenters.proofs.check import Check
from hashcenters.proofs.multilabel_centroids import mean_over_ties

NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Interval:
    """A sampled mean with its 95 % confidence interval.

    Args:
        mean: of all samples.
        half_width: 1.96 standard errors.
        samples: how many were drawn.
    """

    mean: float
    half_width: float
    samples: int

    def __contains__(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half_width

    def __str__(self) -> str:
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


def sample_votes(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, *, samples: int, seed: int
) -> tuple[Int[np.ndarray, "samples bits"], Int[np.ndarray, "samples bits"]]:
    """The votes of random pairs of disjoint sets of rows: their sums, bit by bit."""
    first, second = disjoint_label_sets(len(rows), set_size, samples=samples, seed=seed)
    return first.astype(np.int32) @ rows, second.astype(np.int32) @ rows


def sampled_distance(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, *, samples: int, seed: int, ties: Ties
) -> Interval:
    """The mean distance of centroids of disjoint random sets, sampled, with its 95 % interval."""
    first, second = sample_votes(rows, set_size, samples=samples, seed=seed)
    distances = mean_over_ties(first, second, ties=ties)
    error = distances.std(ddof=1) / np.sqrt(samples)
    return Interval(float(distances.mean()), float(NORMAL_95 * error), samples)


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
    for bits in lengths:
        matrix = hadamard_matrix(bits)
        for size in (size for size in sizes if 2 * size <= bits):
            for ties in ("independent", "shared") if size % 2 == 0 else ("independent",):
                exact = float(expected_distance(bits, size, ties=ties))
                found = sampled_distance(matrix, size, samples=samples, seed=seed, ties=ties)
                error = found.half_width / NORMAL_95
                rows.append(
                    {
                        "bits": bits,
                        "n": size,
                        "ties": ties if size % 2 == 0 else "none",
                        "exact mean": exact,
                        "above K/2": exact - bits / 2,
                        "sampled mean": found.mean,
                        "95 % ±": found.half_width,
                        "errors off": abs(found.mean - exact) / error if error else 0.0,
                    }
                )
    return pd.DataFrame(rows)


def check_sampled_means(table: pd.DataFrame, *, samples: int, limit: float = 4.5) -> Check:
    """Every sampled mean of a table lies within a few standard errors of the exact one.

    Args:
        table: of `means_table`.
        samples: pairs of sets behind each row.
        limit: accepted standard errors; chance passes 4.5 once in 150,000 rows.
    """
    off = table["errors off"]
    worst = table.loc[off.idxmax()]
    example = f"K = {worst['bits']}, n = {worst['n']}, {worst['ties']}" if off.max() > limit else None
    statement = f"sampled means are within {limit:g} standard errors of the exact ones"
    return Check(statement, "sampled", samples * len(table), float(off.max()), example)


def histogram_table(
    rows: Int8[np.ndarray, "rows bits"], set_sizes: Sequence[int], *, samples: int, seed: int
) -> pd.DataFrame:
    """Shares of realised distances between centroids, their tied bits drawn, for a figure.

    Args:
        rows: the hash centers that label sets choose from.
        set_sizes: rows a set; even ones appear once for each way to settle ties.
        samples: pairs of sets a case.
        seed: of sets and ties.

    Returns:
        Columns `case`, `distance` (bits), `share` (0–1), ascending by distance within a case.
    """
    found = centroid_distances(rows, set_sizes, samples=samples, seed=seed)
    parts = []
    for (size, ties), pairs in found.groupby(["set_size", "ties"], sort=False):
        share = pairs["distance"].value_counts(normalize=True).sort_index()
        case = f"n = {size}, {'no' if ties == 'none' else ties} ties"
        parts.append(pd.DataFrame({"case": case, "distance": share.index, "share": share.to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def overlap_of_ties(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, *, samples: int, seed: int
) -> dict[str, float | int]:
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
