"""CSQ's proof that rows of H_2K = [H_K; −H_K] are valid hash centers (S.1), case by case."""

from collections.abc import Callable
from fractions import Fraction
from math import comb

import numpy as np
import sympy
from jaxtyping import Bool, Int8

from basics.errors import InputError
from chapters.n02_proofs.check import Check, compare, identity, tally
from hashcenters.codes import hamming_distance

ROWS = ("row", "against row")


def halves(stacked: Int8[np.ndarray, "rows bits"]) -> tuple[np.ndarray, np.ndarray]:
    """The upper and the lower half of [H; −H].

    Raises:
        InputError: not twice as many rows as bits.
    """
    rows, bits = stacked.shape
    if rows != 2 * bits:
        raise InputError(f"[H_K; -H_K] must have 2 * bits = {2 * bits} rows, got {rows}")
    return stacked[:bits], stacked[bits:]


def _unordered_pairs(count: int) -> Bool[np.ndarray, "{count} {count}"]:
    return np.triu(np.ones((count, count), dtype=bool), k=1)


def check_within_halves(stacked: Int8[np.ndarray, "rows bits"]) -> Check:
    """Case 1: two distinct rows of H_K, or two of −H_K, are K/2 apart.

    Source: CSQ supplement, Eq. S.1, first line.
    """
    bits = stacked.shape[1]
    distances = np.stack([hamming_distance(half, half) for half in halves(stacked)])
    pairs = np.broadcast_to(_unordered_pairs(bits), distances.shape)
    statement = "distinct rows of one half are K/2 apart"
    return compare(statement, "exhaustive", distances, bits / 2, names=("half", *ROWS), among=pairs)


def check_across_halves(stacked: Int8[np.ndarray, "rows bits"]) -> Check:
    """Cases 2 and 3: a row of H_K and one of −H_K are K/2 apart, or K if one is the other's negative.

    Which rows are negatives of one another is read off the rows themselves, bit by bit.

    Source: CSQ supplement, Eq. S.1, second and third line.
    """
    upper, lower = halves(stacked)
    numbers = np.unique(np.vstack([upper, -lower]), axis=0, return_inverse=True)[1].ravel()
    negatives = numbers[: len(upper), None] == numbers[None, len(upper) :]
    expected = stacked.shape[1] / 2 * (1 + negatives)
    statement = "rows of different halves are K/2 apart, negatives of one another K"
    names = ("upper row", "lower row")
    return compare(statement, "exhaustive", hamming_distance(upper, lower), expected, names=names)


def check_distance_formula(
    codes: Int8[np.ndarray, "n bits"], formula: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Check:
    """A formula for the distances D_H of all rows of two arrays, against counting the bits that differ."""
    counted = np.stack([(codes != code).sum(axis=1) for code in codes])
    observed = formula(codes.astype(int), codes.astype(int))
    statement = "D_H by the formula is the number of differing bits"
    pairs = _unordered_pairs(len(codes))
    return compare(statement, "exhaustive", observed, counted, names=ROWS, among=pairs)


def mean_distance(codes: Int8[np.ndarray, "n bits"]) -> Fraction:
    """The mean Hamming distance over unordered pairs of rows, exactly.

    >>> mean_distance(np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]], dtype=np.int8))
    Fraction(4, 3)
    """
    pairs = len(codes) * (len(codes) - 1)
    return Fraction(int(hamming_distance(codes, codes).sum(dtype=np.int64)), pairs)


def check_mean(stacked: Int8[np.ndarray, "rows bits"]) -> Check:
    """The mean distance within H_2K is K²/(2K − 1), hence above K/2.

    Source: CSQ supplement, section 1 ("the average Hamming distance is larger than K/2").
    """
    bits = stacked.shape[1]
    mean, expected = mean_distance(stacked), Fraction(bits**2, 2 * bits - 1)
    holds = mean == expected and mean > Fraction(bits, 2)
    wrong = [] if holds else [f"K = {bits}: {mean} instead of {expected}"]
    statement = "the mean distance in H_2K is K²/(2K − 1) > K/2"
    return tally(statement, "exhaustive", comb(len(stacked), 2), wrong, float(abs(mean - expected)))


def check_mean_above_half(codes: Int8[np.ndarray, "n bits"]) -> Check:
    """The sentence below S.1 for any set of rows: their mean distance is larger than K/2."""
    (rows, bits), mean = codes.shape, mean_distance(codes)
    sign = "=" if 2 * mean == bits else "<"
    wrong = [] if 2 * mean > bits else [f"{rows} rows of {bits} bits: mean {float(mean):g} {sign} K/2"]
    return tally("the mean distance is larger than K/2", "exhaustive", comb(rows, 2), wrong)


def check_mean_symbolically() -> Check:
    """The three cases of S.1, weighted by how many pairs they have, give K²/(2K − 1) for every K."""
    bits = sympy.symbols("K", positive=True)
    within = 2 * (bits * (bits - 1) / 2) * bits / 2
    across = (bits**2 - bits) * bits / 2 + bits * bits
    mean = (within + across) / (2 * bits * (2 * bits - 1) / 2)
    statement = "S.1 averaged over all pairs is K²/(2K − 1) = K/2 + K/(2(2K − 1))"
    excess = bits / (2 * (2 * bits - 1))
    return identity(statement, mean=mean - bits**2 / (2 * bits - 1), excess=mean - bits / 2 - excess)


def distance_summary(stacked: Int8[np.ndarray, "rows bits"]) -> dict[str, float | int]:
    """Smallest, mean and largest distance in H_2K, beside K/2 and K²/(2K − 1), for one row of a table."""
    bits = stacked.shape[1]
    off_diagonal = hamming_distance(stacked, stacked)[~np.eye(len(stacked), dtype=bool)]
    return {
        "bits": bits,
        "pairs": len(off_diagonal) // 2,
        "K/2": bits / 2,
        "minimum": int(off_diagonal.min()),
        "mean": float(mean_distance(stacked)),
        "K²/(2K−1)": bits**2 / (2 * bits - 1),
        "maximum": int(off_diagonal.max()),
    }
