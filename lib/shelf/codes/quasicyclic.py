"""Linear codes with a cyclic symmetry that a computer search found, stored by their generators.

The columns of a generator are vectors of a ring of polynomials over GF(2) modulo one or several polynomials. The
columns of a stored code come in orbits: with v it has x v, x² v, and so on.

How `quasicyclic.yaml` was found. For a length, a wanted distance and a choice of moduli, all orbits of the ring were
listed; shortest orbits, drawn at random, made up the bits that the longest do not divide. Of the longest orbits as
many as fit were drawn, and a tabu search exchanged one a step: the place at random, the new orbit the one that leaves
the least Σ (d − w)² over the words of weight w < d, each orbit of words counted once with its size, ties at random;
an orbit that left stayed out for a random number of steps. It ended when no word was too light, and began anew with
the next seed after 2,000 steps. Every row is checked by counting (`words`, its smallest weight).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Int8

from basics.yaml import read_yaml
from shelf.codes.binary_codes import remainder, span

STORED = Path(__file__).with_suffix(".yaml")


@dataclass(frozen=True)
class QuasiCyclic:
    """A linear code of `bits` bits, 2^dimension words and minimum distance `distance`.

    Args:
        bits: number of columns.
        dimension: the sum of the moduli's degrees.
        distance: smallest number of ones in a word.
        moduli: polynomials over GF(2) as integers, with constant term 1.
        orbits: one column of each orbit, the residues concatenated, lowest bits first.
    """

    bits: int
    dimension: int
    distance: int
    moduli: tuple[int, ...]
    orbits: tuple[int, ...]

    def words(self) -> Int8[np.ndarray, "words bits"]:
        """All words as ±1; the columns of the generator matrix stand orbit after orbit."""
        columns = [column for start in self.orbits for column in orbit(start, self.moduli)]
        return span(np.array([[c >> row & 1 for c in columns] for row in range(self.dimension)], dtype=np.uint8))


def times_x(vector: int, moduli: tuple[int, ...]) -> int:
    """x times a vector of residues.

    >>> bin(times_x(0b100_1, (0b11, 0b1011)))
    '0b111'
    """
    product, place = 0, 0
    for modulus in moduli:
        degree = modulus.bit_length() - 1
        residue = vector >> place & (1 << degree) - 1
        product |= remainder(residue << 1, modulus) << place
        place += degree
    return product


def orbit(start: int, moduli: tuple[int, ...]) -> list[int]:
    """start, x start, x² start, ..., each vector once."""
    vectors = [start]
    while (following := times_x(vectors[-1], moduli)) != start:
        vectors.append(following)
    return vectors


@cache
def stored_codes() -> tuple[QuasiCyclic, ...]:
    """Every stored code, the shortest first."""
    rows = read_yaml(STORED)
    return tuple(QuasiCyclic(n, k, d, tuple(moduli), tuple(orbits)) for n, k, d, moduli, orbits in rows)
