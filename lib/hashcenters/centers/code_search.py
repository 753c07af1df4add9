"""The search that found the stored codes: linear codes with a given cyclic symmetry and a wanted distance.

A code of distance 20 with 1,024 words of 48 bits, symmetric under x of order 12, takes less than a second:

>>> find_code(48, 20, moduli=(0b10101010101,), seed=0).distance
20
"""

from collections.abc import Iterator

import numpy as np
from basics.errors import InputError
from jaxtyping import Int

from hashcenters.centers.quasicyclic import QuasiCyclic, orbit
from hashcenters.kernels.code_search import choose_orbits


def find_code(
    bits: int, distance: int, *, moduli: tuple[int, ...], seed: int, steps: int = 2000
) -> QuasiCyclic | None:
    """Look for a linear code whose columns are whole orbits under multiplication by x.

    Args:
        bits: length of the code.
        distance: that is wanted.
        moduli: polynomials over GF(2) as integers with constant term 1; their degrees add up to the dimension.
        seed: of the search.
        steps: after which it is given up.

    Returns:
        The code, or None if none was found.

    Raises:
        InputError: a modulus without constant term, or more than 12 dimensions.

    Source: quasi-cyclic codes, MacWilliams and Sloane, chapter 16, section 7; tabu search over their orbits.
    """
    dimension = sum(modulus.bit_length() - 1 for modulus in moduli)
    if any(modulus % 2 == 0 for modulus in moduli) or not 1 <= dimension <= 12:
        raise InputError(f"moduli must have constant term 1 and degrees that add up to 1 to 12, got {moduli}")
    rng = np.random.default_rng(seed)
    orbits = list(_orbits(moduli, dimension))
    longest = max(map(len, orbits))
    long = [columns for columns in orbits if len(columns) == longest]
    fixed = _fill(bits % longest, [columns for columns in orbits if len(columns) < longest], rng)
    count = (bits - sum(map(len, fixed))) // longest
    if count < 1 or sum(map(len, fixed)) % longest != bits % longest:
        return None
    words, sizes = _words(moduli, dimension)
    given = np.array([np.zeros(len(words), dtype=np.int64), *(_weights(f, words) for f in fixed)]).sum(axis=0)
    weights = np.array([_weights(columns, words) for columns in long])
    chosen, found = choose_orbits(weights, sizes, given, count, distance, steps, rng)
    if not found:
        return None
    reached = int((given + weights[chosen].sum(axis=0)).min())
    starts = tuple(columns[0] for columns in [*(long[index] for index in chosen), *fixed])
    return QuasiCyclic(bits, dimension, reached, moduli, starts)


def _orbits(moduli: tuple[int, ...], dimension: int) -> Iterator[list[int]]:
    """Every orbit of nonzero columns under multiplication by x."""
    left = set(range(1, 2**dimension))
    while left:
        columns = orbit(min(left), moduli)
        left.difference_update(columns)
        yield columns


def _fill(missing: int, short: list[list[int]], rng: np.random.Generator) -> list[list[int]]:
    """Random short orbits that make up a number of columns as far as they can."""
    filled: list[list[int]] = []
    while fitting := [columns for columns in short if len(columns) <= missing]:
        filled.append(fitting[rng.integers(len(fitting))])
        missing -= len(filled[-1])
    return filled


def _words(
    moduli: tuple[int, ...], dimension: int
) -> tuple[Int[np.ndarray, "words"], Int[np.ndarray, "words"]]:
    """One word of each set of words that the symmetry maps to each other, and the sizes of these sets.

    A word is a linear function of columns, a bit mask; multiplication by x maps it to its transpose's image.
    """
    images = [orbit(1 << row, moduli)[1 % len(orbit(1 << row, moduli))] for row in range(dimension)]
    left, words, sizes = set(range(1, 2**dimension)), [], []
    while left:
        word = min(left)
        words.append(word)
        before = len(left)
        while word in left:
            left.remove(word)
            word = sum(((word & image).bit_count() & 1) << row for row, image in enumerate(images))
        sizes.append(before - len(left))
    return np.array(words), np.array(sizes)


def _weights(columns: list[int], words: Int[np.ndarray, "words"]) -> Int[np.ndarray, "words"]:
    """How many of the columns each word is 1 on."""
    return (np.bitwise_count(np.array(columns)[:, None] & words) & 1).sum(axis=0).astype(np.int64)
