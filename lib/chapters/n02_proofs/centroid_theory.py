"""The exact mean distance between the majority centroids of two disjoint random sets of Hadamard rows.

Row i of Sylvester's H_K is the character x ↦ (−1)^⟨i, x⟩, so a product of rows is the row whose number is
the XOR of theirs, and two products have inner product K where these numbers agree and 0 elsewhere. The sign of a
sum of rows, with 0 at ties, is a fixed combination of such products. The mean over random rows therefore needs
only the probability that distinct random row numbers have XOR 0.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from math import comb, perm
from typing import Literal

from basics.errors import InputError
from chapters.n02_proofs.check import Check, tally
from hashcenters.centers.hadamard import is_power_of_two

Ties = Literal["independent", "shared"]
OfLength = Callable[[int], Fraction]  # a value for every K


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


def sign(votes: int) -> int:
    """The majority of a sum of votes, 0 at a tie."""
    return (votes > 0) - (votes < 0)


def tied(votes: int) -> int:
    """1 where votes sum to 0, else 0."""
    return int(votes == 0)


def coefficients(function: Callable[[int], int], size: int) -> list[Fraction]:
    """A function of the sum of `size` votes as a combination of products of votes: one coefficient an order.

    >>> [str(value) for value in coefficients(sign, 3)]
    ['0', '1/2', '0', '-1/2']
    """

    def total(order: int) -> int:
        """Over all votes, the function times the product of the first `order` of them."""
        return sum(
            function(size - 2 * minus) * (-1) ** j * comb(order, j) * comb(size - order, minus - j)
            for minus in range(size + 1)
            for j in range(min(order, minus) + 1)
        )

    return [Fraction(total(order), 2**size) for order in range(size + 1)]


def _mean_product(function: Callable[[int], int], size: int, bits: int) -> Fraction:
    """Mean inner product of one function of the votes over a set with the same over a disjoint random set."""
    orders = [(s, c * comb(size, s)) for s, c in enumerate(coefficients(function, size)) if c]
    pairs = product(orders, repeat=2)
    return Fraction(bits) * sum(left * right * zero_xor_probability(s + t, bits) for (s, left), (t, right) in pairs)


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
    functions = (sign,) if ties == "independent" else (sign, tied)
    return (bits - sum(_mean_product(function, set_size, bits) for function in functions)) / 2


def check_triple_formula(mean: OfLength, same_xor: OfLength, lengths: Sequence[int]) -> Check:
    """A closed form for triples against the general mean, and its p against P(XOR of six numbers = 0).

    Args:
        mean: the mean distance for triples, of K.
        same_xor: the probability that both triples have the same XOR, of K.
        lengths: values of K.
    """
    general = {K: (expected_distance(K, 3), zero_xor_probability(6, K)) for K in lengths}
    wrong = (f"K = {K}" for K, both in general.items() if (mean(K), same_xor(K)) != both)
    statement = "mean for triples = K/2 + (K/8)(6/(K − 3) − p), p = (K − 8)/((K − 3)(K − 5))"
    return tally(statement, "exhaustive", len(lengths), wrong)


def check_even_like_odd(lengths: Sequence[int], sizes: Sequence[int]) -> Check:
    """Sets of an even size, ties drawn by themselves, have the mean of sets with one row less.

    Dropping one row at random from an even set breaks its ties evenly and changes no other majority.
    """
    pairs = [(K, n) for K in lengths for n in sizes if n % 2 == 0]
    wrong = (f"K = {K}, n = {n}" for K, n in pairs if expected_distance(K, n) != expected_distance(K, n - 1))
    statement = "with ties drawn by themselves, n = 2j has the mean of n = 2j − 1"
    return tally(statement, "exhaustive", len(pairs), wrong)
