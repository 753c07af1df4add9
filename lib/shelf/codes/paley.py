"""Hadamard and conference matrices of many orders, from the squares of finite fields."""

from collections.abc import Sequence
from functools import cache
from itertools import product

import numpy as np
from jaxtyping import Int, Int8

from basics.errors import InputError
from hashcenters.centers.hadamard import hadamard_matrix, is_power_of_two

SQUARE = np.array([[1, 1], [1, -1]], dtype=np.int8)
TURNED = np.array([[1, -1], [-1, -1]], dtype=np.int8)


def prime_power(number: int) -> tuple[int, int] | None:
    """The prime p and the exponent e with `number` = p^e, or None.

    >>> prime_power(27), prime_power(12)
    ((3, 3), None)
    """
    prime = next((p for p in range(2, number + 1) if number % p == 0), 0)
    exponent = 0
    while prime and number % prime == 0:
        number, exponent = number // prime, exponent + 1
    return (prime, exponent) if number == 1 and exponent else None


def powers_of_root(
    feedback: Sequence[int] | Int[np.ndarray, "digits"], modulus: int, count: int
) -> Int[np.ndarray, "{count} digits"]:
    """1, x, x², ... over the integers modulo a number, as coefficient vectors.

    Args:
        feedback: coefficients of x^n, the lowest first.
        modulus: of the coefficients.
        count: of powers.

    >>> powers_of_root([1, 1], 2, 4).tolist()
    [[1, 0], [0, 1], [1, 1], [1, 0]]
    """
    powers = [np.eye(len(feedback), dtype=np.int64)[0]]
    while len(powers) < count:
        last = powers[-1]
        powers.append((np.concatenate([[0], last[:-1]]) + last[-1] * np.array(feedback)) % modulus)
    return np.array(powers)


def _powers(prime: int, exponent: int) -> Int[np.ndarray, "nonzero digits"]:
    """1, x, x², ... for a primitive element x of GF(p^e), as coefficient vectors over GF(p)."""
    nonzero = prime**exponent - 1
    feedbacks = product(range(1, prime), *[range(prime)] * (exponent - 1))
    found = (powers_of_root(feedback, prime, nonzero) for feedback in feedbacks)
    return next(powers for powers in found if len(np.unique(powers, axis=0)) == nonzero)


@cache
def quadratic_characters(order: int) -> Int8[np.ndarray, "{order} {order}"]:
    """The matrix χ(a − b) over GF(q): 0 on the diagonal, 1 where a − b is a square, −1 elsewhere.

    Args:
        order: q, a power of an odd prime.

    Source: Paley 1933; MacWilliams and Sloane, chapter 2, section 3.

    >>> quadratic_characters(3).tolist()
    [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    """
    prime, exponent = prime_power(order) or (2, 0)
    if prime == 2:
        raise InputError(f"order must be a power of an odd prime, got {order}")
    places = prime ** np.arange(exponent)
    character = np.zeros(order, dtype=np.int8)
    character[_powers(prime, exponent) @ places] = np.resize([1, -1], order - 1)
    digits = np.arange(order)[:, None] // places % prime
    return character[(digits[:, None] - digits[None]) % prime @ places]


def conference_matrix(order: int) -> Int8[np.ndarray, "{order} {order}"]:
    """C with zeros on the diagonal, ±1 elsewhere and C Cᵀ = (n − 1) I, for a prime power n − 1.

    It is symmetric for n ≡ 2 and skew for n ≡ 0 modulo 4; its first row is 0, 1, ..., 1.

    >>> matrix = conference_matrix(6)
    >>> bool((matrix @ matrix.T == 5 * np.eye(6)).all())
    True
    """
    ones = np.ones((1, order - 1), dtype=np.int8)
    first = ones.T if order % 4 == 2 else -ones.T
    return np.block([[np.zeros((1, 1), dtype=np.int8), ones], [first, quadratic_characters(order - 1)]])


@cache
def has_hadamard(order: int) -> bool:
    """Whether `hadamard_of_order` can build a matrix of this order.

    >>> [order for order in range(4, 129, 4) if not has_hadamard(order)]
    [92, 116]
    """
    return is_power_of_two(order) or (order % 4 == 0 and (_is_paley(order) or _factor(order) is not None))


@cache
def hadamard_of_order(order: int) -> Int8[np.ndarray, "{order} {order}"]:
    """A ±1 matrix with H Hᵀ = n I: Sylvester's, Paley's of either type, or a Kronecker product of smaller ones.

    Raises:
        InputError: none of these has the order; `has_hadamard` tells.

    Source: MacWilliams and Sloane, chapter 2, section 3; Paley 1933.
    """
    if is_power_of_two(order):
        return hadamard_matrix(order)
    if not has_hadamard(order):
        raise InputError(f"no Hadamard matrix of order {order} is built here")
    if not _is_paley(order):
        factor = _factor(order) or 1
        return np.kron(hadamard_of_order(factor), hadamard_of_order(order // factor))
    if prime_power(order - 1):
        return conference_matrix(order) + np.eye(order, dtype=np.int8)
    half = order // 2
    return np.kron(conference_matrix(half), SQUARE) + np.kron(np.eye(half, dtype=np.int8), TURNED)


def _is_paley(order: int) -> bool:
    half = order // 2
    return prime_power(order - 1) is not None or (half % 4 == 2 and prime_power(half - 1) is not None)


def _factor(order: int) -> int | None:
    """A divisor for the Kronecker product."""
    divisors = (f for f in range(2, order // 2 + 1) if order % f == 0)
    return next((f for f in divisors if has_hadamard(f) and has_hadamard(order // f)), None)
