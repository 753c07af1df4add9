"""Nonlinear binary codes that have more words than any linear code of their length and distance."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from jaxtyping import Int, Int8, Integer

from shelf.codes.binary_codes import primitive_polynomial
from shelf.codes.paley import conference_matrix, powers_of_root


def conference_code(bits: int) -> Int8[np.ndarray, "2*({bits}+1) {bits}"]:
    """2(q + 1) words of q bits at distance (q − 1) / 2 for a prime power q ≡ 1 modulo 4.

    Source: Sloane and Seidel 1970; MacWilliams and Sloane, chapter 2, section 4.
    """
    core = conference_matrix(bits + 1)[1:, 1:]
    identity = np.eye(bits, dtype=np.int8)
    ends = np.ones((1, bits), dtype=np.int8)
    return np.concatenate([core + identity, identity - core, ends, -ends])


def best_code() -> Int8[np.ndarray, "40 10"]:
    """40 words of 10 bits at distance 4, the Gray image of the pentacode.

    Source: Best 1980; as (c − d, b, c, d, b + c) over Z4 with odd b, c, d in Conway and Sloane 1994.
    """
    heads = [(c - d, b, c, d, b + c) for b, c, d in product((1, -1), repeat=3)]
    words = np.array([np.roll(head, shift) for head in heads for shift in range(5)])
    return gray_map(words % 4)


def julin_code() -> Int8[np.ndarray, "144 12"]:
    """144 words of 12 bits at distance 4: the hexads of S(5, 6, 12), six disjoint pairs, and their complements.

    Source: Julin 1965; MacWilliams and Sloane, chapter 2, section 7. The hexads are the supports of the words of
        weight 6 in the ternary Golay code.
    """
    generator = np.hstack([np.eye(6, dtype=np.int8), conference_matrix(6)])
    words = np.array(list(product(range(3), repeat=6))) @ generator % 3 != 0
    hexads = np.unique(words[words.sum(axis=1) == 6], axis=0)
    pairs = np.kron(np.eye(6, dtype=bool), np.ones((1, 2), dtype=bool))
    return (1 - 2 * np.concatenate([hexads, pairs, ~pairs]).astype(np.int8)).astype(np.int8)


def kerdock_code(degree: int) -> Int8[np.ndarray, "4**({degree}+1) 2**({degree}+1)"]:
    """The Kerdock code of 2^(r+1) bits: 4^(r+1) words at distance 2^r − 2^((r−1)/2) for odd r.

    Args:
        degree: r: 3 gives the Nordstrom–Robinson code (16 bits, 256 words, distance 6), 5 gives 64 bits,
            4,096 words and distance 28.

    Source: Hammons, Kumar, Calderbank, Sloane and Solé 1994: the Gray image of the words over Z4 that satisfy
        the recursion of a primitive polynomial lifted to Z4, with all constant words and a symbol at infinity.
    """
    return gray_map(_quaternary_kerdock(degree))


def delsarte_goethals_code(degree: int) -> Int8[np.ndarray, "2**(3*{degree}+2) 2**({degree}+1)"]:
    """A Delsarte–Goethals code of 2^(r+1) bits: 2^(3r+2) words at distance 2^r − 2^((r+1)/2) for odd r.

    Args:
        degree: r; 5 gives 64 bits, 131,072 words and distance 24, twice the words of the extended BCH code.

    Source: Hammons, Kumar, Calderbank, Sloane and Solé 1994: to a word of the Kerdock code over Z4 twice a linear
        function of the cubes of the powers of ξ is added.
    """
    powers = _quaternary_generator(degree)[1:, 1:]
    cubes = powers[:, 3 * np.arange(2**degree - 1) % (2**degree - 1)]
    coefficients = np.array(list(product(range(2), repeat=degree)))
    added = np.pad(2 * (coefficients @ cubes % 2), ((0, 0), (1, 0))).astype(np.int8)
    words = _quaternary_kerdock(degree)[:, None] + added
    return gray_map(words.reshape(-1, 2**degree) % 4)


def ball_section(
    words: Int8[np.ndarray, "words bits"], places: Sequence[int]
) -> Int8[np.ndarray, "kept bits-len({places})"]:
    """The words with at most one −1 at some places, without these bits.

    Two such words differ in at most 2 of the bits that go, so the distance falls by at most 2.

    Source: the argument behind Elias's bound, MacWilliams and Sloane, chapter 17.
    """
    kept = words[(words[:, places] == -1).sum(axis=1) <= 1]
    return np.delete(kept, places, axis=1)


def kerdock_section() -> Int8[np.ndarray, "256 57"]:
    """256 words of 57 bits at distance 26 out of the Kerdock code, twice what shortening and puncturing leave."""
    return ball_section(kerdock_code(5), range(7))


def delsarte_goethals_section() -> Int8[np.ndarray, "304 51"]:
    """304 words of 51 bits at distance 22 out of the Delsarte–Goethals code; 13 random places leave 224 on average.

    Source: the places were found by exchanging one at a time, as long as more words are left.
    """
    places = (2, 3, 4, 24, 25, 26, 27, 29, 30, 35, 36, 47, 59)
    return ball_section(delsarte_goethals_code(5), places)


def gray_map(symbols: Integer[np.ndarray, "words symbols"]) -> Int8[np.ndarray, "words 2*symbols"]:
    """Two bits a symbol, 0, 1, 2, 3 → 00, 01, 11, 10: Lee distances over Z4 become Hamming distances."""
    high = symbols // 2
    bits = np.concatenate([high, high ^ (symbols % 2)], axis=1)
    return (1 - 2 * bits).astype(np.int8)


def _quaternary_kerdock(degree: int) -> Int8[np.ndarray, "4**({degree}+1) 2**{degree}"]:
    """The words of the Kerdock code over Z4."""
    coefficients = np.array(list(product(range(4), repeat=degree + 1)))
    return (coefficients @ _quaternary_generator(degree) % 4).astype(np.int8)


def _quaternary_generator(degree: int) -> Int[np.ndarray, "{degree}+1 2**{degree}"]:
    """The rows 1 and 1, ξ, ξ², ... (as coefficient vectors over Z4), with the symbol at infinity first."""
    powers = powers_of_root(-_lift(primitive_polynomial(degree))[:degree], 4, 2**degree - 1)
    return np.vstack([np.ones(2**degree, dtype=np.int64), np.pad(powers.T, ((0, 0), (1, 0)))])


def _lift(polynomial: int) -> Int[np.ndarray, "coefficients"]:
    """Graeffe's lift to Z4: the monic polynomial whose roots are the squares, from e(x)² − o(x)²."""
    degree = polynomial.bit_length() - 1
    coefficients = np.array([polynomial >> place & 1 for place in range(degree + 1)])
    even = np.where(np.arange(degree + 1) % 2 == 0, coefficients, 0)
    odd = coefficients - even
    squares = (np.convolve(even, even) - np.convolve(odd, odd))[::2] % 4
    return squares * squares[degree] % 4
