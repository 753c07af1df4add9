"""Rows of Sylvester's Hadamard matrices as hash centers, any two at least bits / 2 apart."""

import numpy as np
from jaxtyping import Int8
from scipy.linalg import hadamard

from basics.errors import InputError


def check_sizes(bits: int, num_classes: int) -> None:
    """Raise `InputError` unless `num_classes` >= 2 different centers of `bits` >= 1 bits exist."""
    if bits < 1:
        raise InputError(f"bits must be at least 1, got {bits}")
    if num_classes < 2:
        raise InputError(f"num_classes must be at least 2, got {num_classes}")
    if num_classes > 2**bits:
        raise InputError(f"num_classes must be at most 2^bits = {2**bits} for {bits} bits, got {num_classes}")


def is_power_of_two(number: int) -> bool:
    """Whether `number` is 1, 2, 4, 8, ..."""
    return number >= 1 and number & (number - 1) == 0


def hadamard_matrix(bits: int) -> Int8[np.ndarray, "{bits} {bits}"]:
    """Sylvester's H_K: a ±1 matrix with H Hᵀ = K I, its row i and column j being (−1)^popcount(i & j).

    Args:
        bits: a power of two, at least 1.

    Raises:
        InputError: `bits` is not a power of two.

    Source: CSQ supplement, Fig. S.2.

    >>> hadamard_matrix(2)
    array([[ 1,  1],
           [ 1, -1]], dtype=int8)
    """
    if not is_power_of_two(bits):
        raise InputError(
            f'bits must be a power of two for a Sylvester Hadamard matrix, got {bits}; use method="coding"'
        )
    return hadamard(bits, dtype=np.int8)


def double_hadamard(bits: int) -> Int8[np.ndarray, "2*{bits} {bits}"]:
    """H_2K = [H_K; −H_K], whose rows are K/2 or, a row and its negative, K apart.

    Args:
        bits: a power of two, at least 1.

    Raises:
        InputError: `bits` is not a power of two.

    Source: CSQ supplement, Eq. S.1 and Fig. S.3.
    """
    matrix = hadamard_matrix(bits)
    return np.vstack([matrix, -matrix])


def hadamard_rows(bits: int, num_classes: int, *, seed: int | None) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Rows of H_K for up to K classes, of H_2K for up to 2K.

    Column 0 of H_K is constant, so one bit tells no class from another when `num_classes` <= `bits`;
    the generator `coding` has centers at the same distances without a constant bit.

    Args:
        bits: a power of two.
        num_classes: 2 to 2 * bits.
        seed: which rows are sampled, without repetition; None takes the first ones in order, as the authors'
            code does.

    Raises:
        InputError: `bits` is not a power of two, or more rows are asked than exist.

    Source: CSQ supplement, sections 1 and 5.
    """
    check_sizes(bits, num_classes)
    rows = hadamard_matrix(bits) if num_classes <= bits else double_hadamard(bits)
    if num_classes > len(rows):
        raise InputError(
            f"num_classes must be at most 2 * bits = {len(rows)} for Hadamard rows of {bits} bits, "
            f'got {num_classes}; use method="csq" or "coding"'
        )
    if seed is None:
        return rows[:num_classes]
    return rows[np.random.default_rng(seed).choice(len(rows), num_classes, replace=False)]
