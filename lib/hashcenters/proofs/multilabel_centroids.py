"""CSQ's statement that majority centroids of disjoint label sets are K/2 apart, counted out over all pairs."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
from basics.errors import InputError
from jaxtyping import Float, Int, Int8

from hashcenters.proofs.centroid_theory import Ties, expected_distance
from hashcenters.proofs.check import Check

BLOCK_BYTES = 64 * 2**20


def votes(
    rows: Int8[np.ndarray, "rows bits"], sets: Int[np.ndarray, "sets size"]
) -> Int[np.ndarray, "sets bits"]:
    """The sum of each set's rows, bit by bit; 0 is a tie."""
    return sum(rows[sets[:, member]].astype(np.int16) for member in range(sets.shape[1]))


def mean_over_ties(
    first: Int[np.ndarray, "#pairs bits"], second: Int[np.ndarray, "#pairs bits"], *, ties: Ties
) -> Float[np.ndarray, "_"]:
    """The distance of two centroids, given by their votes, averaged over all draws of the tied bits.

    A tied bit drawn by itself agrees with anything half the time; where both sets tie, a shared vector makes
    them agree always.
    """
    product = (np.sign(first) * np.sign(second)).sum(axis=1)
    if ties == "shared":
        product = product + ((first == 0) & (second == 0)).sum(axis=1)
    return (first.shape[1] - product) / 2


def count_distances(
    rows: Int8[np.ndarray, "rows bits"],
    set_size: int,
    *,
    ties: Ties = "independent",
    first: tuple[int, ...] | None = None,
) -> pd.DataFrame:
    """How many pairs of disjoint sets of rows have which distance between centroids: all pairs, none sampled.

    Args:
        rows: the hash centers that label sets choose from.
        set_size: rows a set; an even size ties, and distances are then means over the tied bits.
        ties: see `mean_over_ties`.
        first: pair only this set with all others. For three rows of a Sylvester matrix it stands for all
            triples: renumbering rows by an affine map of their binary digits permutes and negates bits, keeps
            distances, and takes any three rows to any other three.

    Returns:
        Columns `distance` and `pairs` (ordered ones), ascending.

    Raises:
        InputError: two disjoint sets do not fit in the rows.
    """
    if not 2 <= 2 * set_size <= len(rows):
        raise InputError(f"two disjoint sets must have 1 to {len(rows) // 2} rows each, got {set_size}")
    sets = np.array(list(combinations(range(len(rows)), set_size)))
    starts = sets if first is None else np.array([first])
    signs, tied, members = _set_features(rows, sets)
    counts: dict[float, int] = {}
    for block in np.array_split(starts, 1 + 4 * len(starts) * len(sets) // BLOCK_BYTES):
        block_signs, block_tied, block_members = _set_features(rows, block)
        product = block_signs @ signs.T
        if ties == "shared":
            product += block_tied @ tied.T
        values, numbers = np.unique(product[block_members @ members.T == 0], return_counts=True)
        for value, number in zip((rows.shape[1] - values) / 2, numbers, strict=True):
            counts[float(value)] = counts.get(float(value), 0) + int(number)
    return pd.DataFrame(sorted(counts.items()), columns=["distance", "pairs"])


def _set_features(
    rows: Int8[np.ndarray, "rows bits"], sets: Int[np.ndarray, "sets size"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signs of the votes, tied bits and members of each set, as float32 for exact matrix products."""
    sums = votes(rows, sets)
    members = np.zeros((len(sets), len(rows)), dtype=np.float32)
    np.put_along_axis(members, sets, 1, axis=1)
    return np.sign(sums).astype(np.float32), (sums == 0).astype(np.float32), members


def counted_mean(counts: pd.DataFrame) -> Fraction:
    """The mean distance of a table of counts, exactly."""
    halves = (2 * counts["distance"]).astype(int)
    return Fraction(int((halves * counts["pairs"]).sum()), 2 * int(counts["pairs"].sum()))


def check_mean_is_half(bits: int, set_size: int, *, ties: Ties = "independent") -> Check:
    """The document's statement taken exactly: the expected distance is K/2.

    Source: CSQ supplement, section 1, last paragraph but one.
    """
    mean = expected_distance(bits, set_size, ties=ties)
    off = mean - Fraction(bits, 2)
    example = None if off == 0 else f"K = {bits}, n = {set_size}: mean {float(mean):.3f}, K/2 = {bits / 2:g}"
    statement = f"centroids of disjoint {set_size}-sets are K/2 apart on average"
    return Check(statement, "symbolic", 1, float(abs(off)), example)


def check_mean_formula(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, *, ties: Ties = "independent"
) -> Check:
    """The exact formula of `expected_distance` against counting all pairs of disjoint sets."""
    counts = count_distances(rows, set_size, ties=ties)
    counted, expected = counted_mean(counts), expected_distance(rows.shape[1], set_size, ties=ties)
    example = None if counted == expected else f"n = {set_size}: counted {counted}, formula {expected}"
    statement = "the mean counted over all pairs of disjoint sets is the formula's"
    pairs = int(counts["pairs"].sum())
    return Check(statement, "exhaustive", pairs, float(abs(counted - expected)), example)


def check_ties_exist(rows: Int8[np.ndarray, "rows bits"], set_size: int) -> Check:
    """The document's second part c_a2, bits without a majority: each set of rows has some.

    Source: CSQ supplement, section 1, where sets have three rows.
    """
    sets = np.array(list(combinations(range(len(rows)), set_size)))
    tied = (votes(rows, sets) == 0).sum(axis=1)
    example = f"rows {sets[tied.argmin()].tolist()}: no bit is tied" if tied.min() == 0 else None
    return Check(f"{set_size} rows leave bits without a majority", "exhaustive", len(sets), 0.0, example)


def check_bound(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, *, first: tuple[int, ...] | None = None
) -> Check:
    """The document's bound taken pair by pair: no two centroids of disjoint sets are closer than K/2.

    The counter-example names the rows. Even sizes are judged by their mean over independently drawn ties.

    Args:
        rows: the hash centers that label sets choose from.
        set_size: rows a set.
        first: see `count_distances`.
    """
    counts = count_distances(rows, set_size, first=first)
    half, nearest = rows.shape[1] / 2, counts["distance"].min()
    example = None
    if nearest < half:
        below = counts.loc[counts["distance"] < half, "pairs"].sum() / counts["pairs"].sum()
        left, right = _first_pair_at(rows, set_size, float(nearest))
        example = f"rows {left} and {right}: {nearest:g} < K/2 = {half:g} ({below:.2%} of pairs are below)"
    statement = f"no two centroids of disjoint {set_size}-sets are closer than K/2"
    return Check(statement, "exhaustive", int(counts["pairs"].sum()), float(max(half - nearest, 0)), example)


def _first_pair_at(
    rows: Int8[np.ndarray, "rows bits"], set_size: int, distance: float
) -> tuple[list[int], list[int]]:
    """The first two disjoint sets whose centroids have this distance."""
    sets = np.array(list(combinations(range(len(rows)), set_size)))
    sums = votes(rows, sets)
    for left, left_sum in zip(sets, sums, strict=True):
        at_distance = mean_over_ties(left_sum[None], sums, ties="independent") == distance
        for right in sets[at_distance]:
            if not set(left) & set(right):
                return left.tolist(), right.tolist()
    raise InputError(f"no two disjoint sets have centroids at distance {distance:g}")
