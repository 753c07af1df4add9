"""Polynomials over GF(2) as integers: bit i is the coefficient of x^i."""

from collections.abc import Iterable


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
