import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shelf.codes.binary_codes import polynomial_of_roots, powers_of_x, primitive_polynomial, remainder


@given(dividend=st.integers(0, 2**20), divisor=st.integers(1, 2**8))
def test_remainder_against_numpy(dividend, divisor):
    top_first = [[int(bit) for bit in bin(number)[2:]] for number in (dividend, divisor)]
    rest = np.polydiv(*[np.array(number, dtype=float) for number in top_first])[1] if divisor > 1 else [0]
    assert remainder(dividend, divisor) == int("".join(str(round(c) % 2) for c in rest), 2)


@pytest.mark.parametrize(
    ("degree", "expected"), [(2, 0b111), (3, 0b1011), (4, 0b10011), (5, 0b100101), (6, 0b1000011), (8, 0b100011101)]
)
def test_primitive_polynomials_are_the_tabulated_ones(degree, expected):
    assert primitive_polynomial(degree) == expected
    assert sorted(powers_of_x(expected)) == list(range(1, 2**degree))


def test_generator_polynomials_of_bch_codes_of_15_bits():
    assert polynomial_of_roots(0b10011, [1]) == 0b10011
    assert polynomial_of_roots(0b10011, [1, 3, 5]) == 0b10100110111
    assert polynomial_of_roots(0b10011, range(1, 15)) == 2**15 - 1
