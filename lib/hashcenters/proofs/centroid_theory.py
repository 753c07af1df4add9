"""The exact mean distance between the majority centroids of two disjoint random sets of Hadamard rows.

Row i of Sylvester's H_K is the character x ↦ (−1)^⟨i, x⟩, so a product of rows is the row whose number is
the XOR of theirs, and two products have inner product K where these numbers agree and 0 elsewhere. The sign of a
sum of rows, with 0 at ties, is a fixed combination of such products. The mean over random rows therefore needs
only the probability that distinct random row numbers have XOR 0.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import comb, perm
from typing import Literal

from basics.errors import InputError

from hashcenters.centers.sizes import is_power_of_two
from hashcenters.proofs.check import Check

Ties = Literal["independent", "shared"]


def zero_xor_probability(count: int, bits: int) -> Fraction:
    """P(XOR = 0) for `count` distinct row numbers drawn uniformly from 0 … bits − 1.

    The first j − 1 numbers determine the last one, which must not repeat one of them, so the ordered ways are
    T_j = bits·(bits − 1)⋯(bits − j + 2) − (j − 1)(bits − j + 2) T_{j−2}.

    >>> zero_xor_probability(6, 64)
    Fraction(56, 3599)
    """
    ways = [1, 1]
    for j in range(2, count + 1):
        ways.append(perm(bits, j - 1) - (j - 1) * (bits - j + 2) * ways[j - 2])
    return Fraction(ways[count], perm(bits, count))


def _coefficient(size: int, order: int, values: list[int]) -> Fraction:
    """The coefficient of one product of `order` votes in a function of how many of `size` votes are −1."""
    total = sum(
        values[minus]
        * sum(
            (-1) ** j * comb(order, j) * comb(size - order, minus - j) for j in range(min(order, minus) + 1)
        )
        for minus in range(size + 1)
    )
    return Fraction(total, 2**size)


def sign_coefficients(size: int) -> list[Fraction]:
    """The sign of a sum of `size` votes as a combination of their products: one coefficient an order.

    >>> [str(value) for value in sign_coefficients(3)]
    ['0', '1/2', '0', '-1/2']
    """
    values = [(2 * minus < size) - (2 * minus > size) for minus in range(size + 1)]
    return [_coefficient(size, order, values) for order in range(size + 1)]


def tie_coefficients(size: int) -> list[Fraction]:
    """Whether `size` votes tie (1 or 0) as a combination of their products: one coefficient an order."""
    values = [int(2 * minus == size) for minus in range(size + 1)]
    return [_coefficient(size, order, values) for order in range(size + 1)]


def _mean_product(coefficients: list[Fraction], bits: int) -> Fraction:
    """Mean inner product of one function of the votes over a set with the same over a disjoint random set."""
    size = len(coefficients) - 1
    return bits * sum(
        (
            coefficients[s]
            * coefficients[t]
            * comb(size, s)
            * comb(size, t)
            * zero_xor_probability(s + t, bits)
            for s in range(size + 1)
            for t in range(size + 1)
            if coefficients[s] and coefficients[t]
        ),
        Fraction(0),
    )


def expected_distance(bits: int, set_size: int, *, ties: Ties = "independent") -> Fraction:
    """The mean distance of the centroids of two disjoint random sets of rows of Sylvester's H_K, exactly.

    Args:
        bits: K, a power of two.
        set_size: rows a set, 1 to K/2.
        ties: tied bits drawn for every centroid by itself, or taken from one random vector shared by all.

    Raises:
        InputError: K is not a power of two, the sets do not fit, or `ties` is unknown.

    >>> expected_distance(16, 3) - 8
    Fraction(116, 143)
    """
    if not is_power_of_two(bits):
        raise InputError(f"bits must be a power of two, got {bits}")
    if not 1 <= set_size <= bits // 2:
        raise InputError(f"two disjoint sets of rows must have 1 to {bits // 2} rows each, got {set_size}")
    if ties not in ("independent", "shared"):
        raise InputError(f'ties must be "independent" or "shared", got {ties!r}')
    product = _mean_product(sign_coefficients(set_size), bits)
    if ties == "shared":
        product += _mean_product(tie_coefficients(set_size), bits)
    return (bits - product) / 2


def triple_distance(bits: int) -> Fraction:
    """The same mean for triples in closed form: K/2 + (K/8)(6/(K − 3) − p), p = (K − 8)/((K − 3)(K − 5)).

    p is the probability that both triples have the same XOR. The excess over K/2 tends to 5/8 of a bit.

    Args:
        bits: K, a power of two, at least 8.

    >>> round(float(triple_distance(64)), 3)
    32.662
    """
    same_xor = Fraction(bits - 8, (bits - 3) * (bits - 5))
    return Fraction(bits, 2) + Fraction(bits, 8) * (Fraction(6, bits - 3) - same_xor)


def check_triple_formula(lengths: Sequence[int]) -> Check:
    """The closed form for triples against the general mean, and its p against P(XOR of six numbers = 0)."""
    wrong = [
        bits
        for bits in lengths
        if triple_distance(bits) != expected_distance(bits, 3)
        or zero_xor_probability(6, bits) != Fraction(bits - 8, (bits - 3) * (bits - 5))
    ]
    statement = "mean for triples = K/2 + (K/8)(6/(K − 3) − p), p = (K − 8)/((K − 3)(K − 5))"
    return Check(statement, "exhaustive", len(lengths), 0.0, f"K = {wrong[0]}" if wrong else None)


def check_even_like_odd(lengths: Sequence[int], sizes: Sequence[int]) -> Check:
    """Sets of an even size, ties drawn by themselves, have the mean of sets with one row less.

    Dropping one row at random from an even set breaks its ties evenly and changes no other majority.
    """
    pairs = [(bits, size) for bits in lengths for size in sizes if size % 2 == 0]
    wrong = [
        f"K = {bits}, n = {size}"
        for bits, size in pairs
        if expected_distance(bits, size) != expected_distance(bits, size - 1)
    ]
    statement = "with ties drawn by themselves, n = 2j has the mean of n = 2j − 1"
    return Check(statement, "exhaustive", len(pairs), 0.0, wrong[0] if wrong else None)
