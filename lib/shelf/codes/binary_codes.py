"""Textbook families of binary codes as ±1 arrays, one word a row.

A linear code's 0 is +1 and its 1 is −1, so that the sum of two words is their product bit by bit. Polynomials over
GF(2) are integers: bit i is the coefficient of x^i.
"""

from collections.abc import Iterable
from itertools import product

import numpy as np
from jaxtyping import Int8, UInt8

from shelf.codes.paley import hadamard_of_order


def all_words(bits: int) -> Int8[np.ndarray, "words {bits}"]:
    """All 2^bits words, at distance 1.

    >>> all_words(2).tolist()
    [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    """
    return np.array(list(product((1, -1), repeat=bits)), dtype=np.int8)


def repetition(bits: int) -> Int8[np.ndarray, "2 {bits}"]:
    """The word of ones and its negative."""
    word = np.ones((1, bits), dtype=np.int8)
    return np.concatenate([word, -word])


def span(generator: UInt8[np.ndarray, "dimension bits"]) -> Int8[np.ndarray, "words bits"]:
    """All words of the linear code with these generator rows of 0 and 1."""
    words = np.ones((1, generator.shape[1]), dtype=np.int8)
    for row in generator:
        words = np.concatenate([words, words * (1 - 2 * row.astype(np.int8))])
    return words


def signed_hadamard(order: int) -> Int8[np.ndarray, "2*{order} {order}"]:
    """The 2n rows of a Hadamard matrix and its negative, at distance n / 2.

    Source: MacWilliams and Sloane, chapter 2, section 3 (shortened: their codes A and B, punctured: C).
    """
    matrix = hadamard_of_order(order)
    return np.concatenate([matrix, -matrix])


def extended_bch(degree: int, distance: int) -> Int8[np.ndarray, "words bits"]:
    """The BCH code of 2^degree − 1 bits with consecutive zeros α, ..., α^(d−2), and a parity bit: distance d.

    Args:
        degree: 3 to 8.
        distance: even, the designed distance with the parity bit.

    Source: MacWilliams and Sloane, chapter 9.
    """
    bits = 2**degree - 1
    divisor = polynomial_of_roots(primitive_polynomial(degree), range(1, distance - 1))
    dimension = bits + 1 - divisor.bit_length()
    shifts = [divisor << place for place in range(dimension)]
    generator = np.array([[word >> bit & 1 for bit in range(bits)] for word in shifts], dtype=np.uint8)
    return with_parity(span(generator))


def with_parity(words: Int8[np.ndarray, "words bits"]) -> Int8[np.ndarray, "words bits+1"]:
    """A bit more, the product of all: an odd minimum distance grows by one."""
    return np.concatenate([words, words.prod(axis=1, dtype=np.int8, keepdims=True)], axis=1)


def extended_golay() -> Int8[np.ndarray, "4096 24"]:
    """The Golay code [24, 12, 8]: a row of the generator is a unit vector and a row of the icosahedron's matrix.

    Source: MacWilliams and Sloane, chapter 2, section 6 (the squares modulo 11, with 0).
    """
    residues = [place * place % 11 for place in range(11)]
    circulant = [[int((column + row) % 11 in residues) for column in range(11)] for row in range(11)]
    border = np.pad(np.array(circulant, dtype=np.uint8), ((1, 0), (1, 0)), constant_values=1)
    border[0, 0] = 0
    return span(np.hstack([np.eye(12, dtype=np.uint8), border]))


def remainder(dividend: int, divisor: int) -> int:
    """`dividend` modulo `divisor`.

    >>> bin(remainder(0b10000, 0b10011))
    '0b11'
    """
    while dividend.bit_length() >= divisor.bit_length():
        dividend ^= divisor << (dividend.bit_length() - divisor.bit_length())
    return dividend


def powers_of_x(modulus: int) -> list[int]:
    """1, x, x², ... modulo a polynomial with constant term 1, up to the last before 1 comes again.

    >>> powers_of_x(0b111)
    [1, 2, 3]
    """
    powers = [1]
    while (following := remainder(powers[-1] << 1, modulus)) != 1:
        powers.append(following)
    return powers


def primitive_polynomial(degree: int) -> int:
    """The smallest polynomial of a degree modulo which x runs through all 2^degree − 1 nonzero residues.

    >>> bin(primitive_polynomial(4))
    '0b10011'
    """
    candidates = range(2**degree + 1, 2 ** (degree + 1), 2)
    return next(modulus for modulus in candidates if len(powers_of_x(modulus)) == 2**degree - 1)


def polynomial_of_roots(primitive: int, exponents: Iterable[int]) -> int:
    """The smallest polynomial over GF(2) that vanishes at α^e for every exponent e; α is a root of `primitive`.

    Source: MacWilliams and Sloane, chapter 7, section 5 (generator polynomials from cyclotomic cosets).

    >>> bin(polynomial_of_roots(0b10011, [1, 2, 3]))
    '0b111010001'
    """
    powers = powers_of_x(primitive)
    order = len(powers)
    logarithm = {power: exponent for exponent, power in enumerate(powers)}
    degree = primitive.bit_length() - 1
    roots = {exponent * 2**step % order for exponent in exponents for step in range(degree)}
    coefficients = [1]
    for root in roots:
        scaled = [powers[(logarithm[c] + root) % order] if c else 0 for c in coefficients]
        coefficients = [a ^ b for a, b in zip([0, *coefficients], [*scaled, 0], strict=True)]
    return sum(coefficient << place for place, coefficient in enumerate(coefficients))
