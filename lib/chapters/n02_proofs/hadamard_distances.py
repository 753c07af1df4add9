"""CSQ's proof that rows of H_2K = [H_K; −H_K] are valid hash centers (S.1), case by case."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import comb

import numpy as np
import sympy
from jaxtyping import Int8

from basics.errors import InputError
from chapters.n02_proofs.check import Check, compare, identity
from hashcenters.codes import hamming_distance, pairwise_distances

ROWS = ("row", "against row")
Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]
Stacked = Int8[np.ndarray, "rows bits"]  # [H; −H]


def halves(stacked: Stacked) -> tuple[np.ndarray, np.ndarray]:
    """The upper and the lower half of [H; −H].

    Raises:
        InputError: not twice as many rows as bits.
    """
    rows, bits = stacked.shape
    if rows != 2 * bits:
        raise InputError(f"[H_K; -H_K] must have 2 * bits = {2 * bits} rows, got {rows}")
    return stacked[:bits], stacked[bits:]


def check_within_halves(stacked: Stacked) -> Check:
    """Case 1: two distinct rows of H_K, or two of −H_K, are K/2 apart.

    Source: CSQ supplement, Eq. S.1, first line.
    """
    bits = stacked.shape[1]
    distances = np.stack([hamming_distance(half, half) for half in halves(stacked)])
    pairs = np.triu(np.ones_like(distances, dtype=bool), k=1)
    statement = "distinct rows of one half are K/2 apart"
    return compare(statement, "exhaustive", distances, bits / 2, names=("half", *ROWS), among=pairs)


def check_across_halves(stacked: Stacked) -> Check:
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


def check_every_length(signs: Sequence[Sequence[int]] = ((1, 1), (1, -1))) -> Check:
    """S.1 for every power of two: from H Hᵀ = K I the doubled matrix has 2K I, and the distances follow from it.

    Args:
        signs: of the blocks H in the doubled matrix; Sylvester's.
    """
    H, transposed = sympy.symbols("H T", commutative=False)
    K = sympy.symbols("K", positive=True)
    doubling = sympy.Matrix(signs)
    off = (H * doubling) * (transposed * doubling.T) - 2 * H * transposed * sympy.eye(2)
    blocks = {f"block {row}, {column}": off[row, column] for row in (0, 1) for column in (0, 1)}
    distances = {"orthogonal": (K - 0) / 2 - K / 2, "negatives": (K - -K) / 2 - K}
    return identity("rows stay orthogonal when K doubles; ½(K − ⟨h_i, h_j⟩) is K/2 or K", **blocks, **distances)


def check_distance_formula(codes: Int8[np.ndarray, "n bits"], formula: Formula, *, ordered: bool = False) -> Check:
    """A formula for the distances D_H of all rows of two arrays, against counting the bits that differ.

    Args:
        codes: rows that are paired with one another.
        formula: of two arrays of codes, one a row.
        ordered: take every pair in both orders, and every row with itself.
    """
    counted = (codes[:, None] != codes).sum(axis=2)
    observed = formula(codes.astype(int), codes.astype(int))
    pairs = np.triu(np.ones_like(counted, dtype=bool), k=1) | ordered
    statement = "D_H by the formula is the number of differing bits"
    return compare(statement, "exhaustive", observed, counted, names=ROWS, among=pairs)


def mean_distance(codes: Int8[np.ndarray, "n bits"]) -> Fraction:
    """The mean Hamming distance over unordered pairs of rows, exactly.

    >>> mean_distance(np.array([[1, 1], [1, -1], [-1, -1], [-1, 1]], dtype=np.int8))
    Fraction(4, 3)
    """
    pairs = len(codes) * (len(codes) - 1)
    return Fraction(int(hamming_distance(codes, codes).sum(dtype=np.int64)), pairs)


def check_mean(stacked: Stacked) -> Check:
    """The mean distance within H_2K is K²/(2K − 1), hence above K/2.

    Source: CSQ supplement, section 1 ("the average Hamming distance is larger than K/2").
    """
    (rows, bits), mean = stacked.shape, mean_distance(stacked)
    expected = Fraction(bits**2, 2 * bits - 1)
    wrong = None if mean == expected > Fraction(bits, 2) else f"K = {bits}: {mean} instead of {expected}"
    statement = "the mean distance in H_2K is K²/(2K − 1) > K/2"
    return Check(statement, "exhaustive", comb(rows, 2), float(abs(mean - expected)), wrong)


def check_mean_above_half(codes: Int8[np.ndarray, "n bits"]) -> Check:
    """The sentence below S.1 for any set of rows: their mean distance is larger than K/2."""
    (rows, bits), mean = codes.shape, mean_distance(codes)
    sign = "=" if 2 * mean == bits else "<"
    wrong = None if 2 * mean > bits else f"{rows} rows of {bits} bits: mean {float(mean):g} {sign} K/2"
    return Check("the mean distance is larger than K/2", "exhaustive", comb(rows, 2), counter_example=wrong)


def check_mean_symbolically() -> Check:
    """The three cases of S.1, weighted by how many pairs they have, give K²/(2K − 1) for every K."""
    K = sympy.symbols("K", positive=True)
    within, across = 2 * (K * (K - 1) / 2) * K / 2, (K**2 - K) * K / 2 + K * K
    mean = (within + across) / (2 * K * (2 * K - 1) / 2)
    statement = "S.1 averaged over all pairs is K²/(2K − 1) = K/2 + K/(2(2K − 1))"
    return identity(statement, mean=mean - K**2 / (2 * K - 1), excess=mean - K / 2 - K / (2 * (2 * K - 1)))


def distance_summary(stacked: Stacked) -> dict[str, float | int]:
    """Smallest, mean and largest distance in H_2K, beside K/2 and K²/(2K − 1), for one row of a table."""
    bits, distances = stacked.shape[1], pairwise_distances(stacked)
    return {
        "bits": bits,
        "pairs": len(distances),
        "K/2": bits / 2,
        "minimum": int(distances.min()),
        "mean": float(mean_distance(stacked)),
        "K²/(2K−1)": bits**2 / (2 * bits - 1),
        "maximum": int(distances.max()),
    }
