import numpy as np
import pytest

from basics.errors import InputError
from shelf.codes.paley import conference_matrix, hadamard_of_order, has_hadamard, prime_power, quadratic_characters

# orders up to 260 that need constructions beyond Sylvester, Paley and Kronecker
ELSEWHERE = {92, 116, 156, 172, 184, 188, 232, 236, 260}


@pytest.mark.parametrize("order", [n for n in range(4, 261, 4) if n not in ELSEWHERE] + [1, 2])
def test_rows_are_orthogonal(order):
    matrix = hadamard_of_order(order).astype(int)
    assert set(np.unique(matrix)) <= {-1, 1}
    assert np.array_equal(matrix @ matrix.T, order * np.eye(order))


@pytest.mark.parametrize("order", [3, 6, 22, *sorted(ELSEWHERE)])
def test_other_orders_are_refused(order):
    assert not has_hadamard(order)
    with pytest.raises(InputError, match=f"order {order}"):
        hadamard_of_order(order)


@pytest.mark.parametrize("order", [4, 6, 8, 10, 14, 26, 28, 50, 82, 122, 126])
def test_conference_matrices(order):
    matrix = conference_matrix(order).astype(int)
    assert np.array_equal(matrix @ matrix.T, (order - 1) * np.eye(order))
    assert not np.diag(matrix).any()
    assert np.array_equal(matrix.T, matrix if order % 4 == 2 else -matrix)


@pytest.mark.parametrize("prime", [3, 5, 7, 11, 101])
def test_characters_of_a_prime_field_are_euler_s(prime):
    expected = [[pow(a - b, (prime - 1) // 2, prime) for b in range(prime)] for a in range(prime)]
    assert np.array_equal(quadratic_characters(prime) % prime, expected)


@pytest.mark.parametrize("order", [9, 25, 27, 49, 81, 125, 243])
def test_characters_of_an_extension_field(order):
    characters = quadratic_characters(order).astype(int)
    assert (characters.sum(axis=0) == 0).all()
    assert np.array_equal(characters @ characters.T, order * np.eye(order) - np.ones((order, order)))


def test_prime_powers_below_fifty():
    found = [number for number in range(2, 50) if prime_power(number)]
    primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47]
    assert found == sorted([*primes, 4, 8, 16, 32, 9, 27, 25, 49])


@pytest.mark.parametrize("order", [1, 6, 8, 12])
def test_characters_need_an_odd_prime_power(order):
    with pytest.raises(InputError, match=f"odd prime, got {order}"):
        quadratic_characters(order)
