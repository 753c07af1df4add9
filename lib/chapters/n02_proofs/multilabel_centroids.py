"""CSQ's statement that majority centroids of disjoint label sets are K/2 apart, counted out over all pairs."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32, Int8, Num

from basics.errors import InputError
from chapters.n02_proofs.centroid_theory import Ties, expected_distance
from chapters.n02_proofs.check import Check, tally
from hashcenters.centers.hadamard import double_hadamard

Rows = Int8[np.ndarray, "rows bits"]
Votes = Num[np.ndarray, "#pairs bits"]
BLOCK_BYTES = 64 * 2**20


def all_sets(count: int, size: int) -> Float32[np.ndarray, "sets {count}"]:
    """Every set of `size` out of `count` rows, as rows of 0 and 1.

    >>> all_sets(3, 2).tolist()
    [[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]
    """
    places = np.array(list(combinations(range(count), size)))
    sets = np.zeros((len(places), count), dtype=np.float32)  # sums of ±1 are exact, and their products fast
    np.put_along_axis(sets, places, 1, axis=1)
    return sets


def mean_over_ties(first: Votes, second: Votes, *, ties: Ties) -> Float[np.ndarray, "_"]:
    """The distance of two centroids, given by their votes, averaged over all draws of the tied bits.

    A tied bit drawn by itself agrees with anything half the time; where both sets tie, a shared vector makes
    them agree always.
    """
    product = (np.sign(first) * np.sign(second)).sum(axis=1)
    if ties == "shared":
        product = product + ((first == 0) & (second == 0)).sum(axis=1)
    return (first.shape[1] - product) / 2


def count_distances(
    rows: Rows, set_size: int, *, ties: Ties = "independent", first: Sequence[int] = ()
) -> pd.DataFrame:
    """How many pairs of disjoint sets of rows have which distance between centroids: all pairs, none sampled.

    Args:
        rows: the hash centers that label sets choose from.
        set_size: rows a set; an even size ties, and distances are then means over the tied bits.
        ties: see `mean_over_ties`.
        first: pair only the sets that hold these rows with all others. Three rows of a Sylvester matrix stand for
            all triples: renumbering rows by an affine map of their binary digits permutes and negates bits, keeps
            distances, and takes any three rows to any other three.

    Returns:
        Columns `distance` and `pairs` (ordered ones), ascending.

    Raises:
        InputError: two disjoint sets do not fit in the rows.
    """
    if not 2 <= 2 * set_size <= len(rows):
        raise InputError(f"two disjoint sets must have 1 to {len(rows) // 2} rows each, got {set_size}")
    sets = all_sets(len(rows), set_size)
    starts, votes, parts = sets[sets[:, list(first)].all(axis=1)], sets @ rows, []
    for block in np.array_split(starts, 1 + 4 * len(starts) * len(sets) // BLOCK_BYTES):
        block_votes = block @ rows
        product = np.sign(block_votes) @ np.sign(votes).T
        if ties == "shared":
            product += np.float32(block_votes == 0) @ np.float32(votes == 0).T
        values, numbers = np.unique(product[block @ sets.T == 0], return_counts=True)
        parts.append(pd.DataFrame({"distance": (rows.shape[1] - values) / 2, "pairs": numbers}))
    return pd.concat(parts).groupby("distance", as_index=False).sum()


def counted_mean(counts: pd.DataFrame) -> Fraction:
    """The mean distance of a table of counts, exactly."""
    halves = (2 * counts["distance"]).astype(int)
    return Fraction(int((halves * counts["pairs"]).sum()), 2 * int(counts["pairs"].sum()))


def check_mean_is_half(bits: int, set_size: int) -> Check:
    """The document's statement taken exactly, tied bits drawn for every centroid: the expected distance is K/2.

    Source: CSQ supplement, section 1, last paragraph but one.
    """
    mean = expected_distance(bits, set_size)
    off = float(abs(mean - Fraction(bits, 2)))
    wrong = f"K = {bits}, n = {set_size}: mean {float(mean):.3f}, K/2 = {bits / 2:g}" if off else None
    return Check(f"centroids of disjoint {set_size}-sets are K/2 apart on average", "symbolic", 1, off, wrong)


def check_mean_bound(bits: int, set_size: int, *, ties: Ties) -> Check:
    """The document's bound read as Definition 1 reads distances: the mean over disjoint sets is K/2 at least.

    Source: CSQ supplement, section 1, last paragraph but one; main text, Definition 1.
    """
    mean = expected_distance(bits, set_size, ties=ties)
    short = float(max(Fraction(bits, 2) - mean, Fraction(0)))
    wrong = f"K = {bits}, n = {set_size}: mean {float(mean):.2f} < K/2 = {bits / 2:g}" if short else None
    return Check("centroids of disjoint sets are K/2 apart or more on average", "symbolic", 1, short, wrong)


def count_doubled(bits: int) -> pd.DataFrame:
    """How many pairs of disjoint triples of rows of H_2K have which distance between centroids: all of them.

    Multiplying all rows by one of them, and renumbering bits by an affine map, keep H_2K and all distances. They
    take every triple to one of two: three rows of H_K, or a row, its negative and a third. The majority of three
    rows is ½(a + b + c − abc), and abc is the row numbered by the XOR of their numbers.

    Args:
        bits: K, a power of two, at least 4.

    Returns:
        As `count_distances`.
    """
    rows = double_hadamard(bits).astype(np.int64)
    triples = np.array(list(combinations(range(2 * bits), 3)))
    with_negative = bits * (2 * bits - 2)
    parts = []
    for one, number in (((0, 1, 2), len(triples) - with_negative), ((0, 1, bits), with_negative)):
        products = rows @ np.sign(rows[[*one]].sum(axis=0))
        others = triples[~np.isin(triples, one).any(axis=1)]
        inner = (products[others].sum(axis=1) - products[np.bitwise_xor.reduce(others, axis=1)]) // 2
        values, pairs = np.unique(inner, return_counts=True)
        parts.append(pd.DataFrame({"distance": (bits - values) / 2, "pairs": number * pairs}))
    return pd.concat(parts).groupby("distance", as_index=False).sum()


def check_doubled_bound(bits: int) -> Check:
    """The document's bound for triples of H_2K, pair by pair."""
    counts = count_doubled(bits)
    half, nearest, pairs = bits / 2, float(counts["distance"].min()), int(counts["pairs"].sum())
    below = counts.loc[counts["distance"] < half, "pairs"].sum() / pairs
    excess = float(counted_mean(counts)) - half
    wrong = (
        f"distance {nearest:g} < K/2 = {half:g} ({below:.1%} of pairs are below; the mean is {excess:+.2f} from K/2)"
        if nearest < half
        else None
    )
    statement = "no two centroids of disjoint triples of H_2K are closer than K/2"
    return Check(statement, "exhaustive", pairs, max(half - nearest, 0.0), wrong)


def check_mean_formula(rows: Rows, set_size: int, *, ties: Ties = "independent", first: Sequence[int] = ()) -> Check:
    """The exact formula of `expected_distance` against counting all pairs of disjoint sets.

    Args:
        rows: of Sylvester's H_K.
        set_size: rows a set.
        ties: see `mean_over_ties`.
        first: see `count_distances`.
    """
    counts = count_distances(rows, set_size, ties=ties, first=first)
    counted, expected = counted_mean(counts), expected_distance(rows.shape[1], set_size, ties=ties)
    wrong = f"n = {set_size}: counted {counted}, formula {expected}" if counted != expected else None
    statement = "the mean counted over all pairs of disjoint sets is the formula's"
    return Check(statement, "exhaustive", int(counts["pairs"].sum()), float(abs(counted - expected)), wrong)


def check_ties_exist(rows: Rows, set_size: int) -> Check:
    """The document's second part c_a2, bits without a majority: each set of rows has some.

    Source: CSQ supplement, section 1, where sets have three rows.
    """
    sets = all_sets(len(rows), set_size)
    untied = sets[(sets @ rows != 0).all(axis=1)]
    wrong = (f"rows {_members(one)}: no bit is tied" for one in untied)
    return tally(f"{set_size} rows leave bits without a majority", "exhaustive", len(sets), wrong)


def check_bound(rows: Rows, set_size: int, *, first: Sequence[int] = ()) -> Check:
    """The document's bound taken pair by pair: no two centroids of disjoint sets are closer than K/2.

    The counter-example names the rows. Even sizes are judged by their mean over independently drawn ties.

    Args:
        rows: the hash centers that label sets choose from.
        set_size: rows a set.
        first: see `count_distances`.
    """
    counts = count_distances(rows, set_size, first=first)
    half, nearest, pairs = rows.shape[1] / 2, float(counts["distance"].min()), int(counts["pairs"].sum())
    below = counts.loc[counts["distance"] < half, "pairs"].sum() / pairs
    wrong = (
        f"{which}: {nearest:g} < K/2 = {half:g} ({below:.2%} of pairs are below)"
        for which in _pairs_at(rows, set_size, nearest)
        if nearest < half
    )
    statement = f"no two centroids of disjoint {set_size}-sets are closer than K/2"
    return tally(statement, "exhaustive", pairs, wrong, max(half - nearest, 0.0))


def _pairs_at(rows: Rows, set_size: int, distance: float) -> Iterator[str]:
    """The disjoint sets whose centroids have this distance, in order."""
    sets = all_sets(len(rows), set_size)
    for left in sets:
        there = mean_over_ties(left[None] @ rows, sets @ rows, ties="independent") == distance
        yield from (f"rows {_members(left)} and {_members(right)}" for right in sets[there & (sets @ left == 0)])


def _members(one: Float32[np.ndarray, "count"]) -> list[int]:
    return np.flatnonzero(one).tolist()
