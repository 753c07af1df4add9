import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix, hadamard_rows
from hashcenters.codes import pairwise_distances

POWERS = [2**exponent for exponent in range(11)]


@pytest.mark.parametrize("bits", POWERS)
def test_matrix_is_the_kronecker_power_of_h2(bits):
    expected = np.ones((1, 1), dtype=int)
    while len(expected) < bits:
        expected = np.kron([[1, 1], [1, -1]], expected)
    assert np.array_equal(hadamard_matrix(bits), expected)


@pytest.mark.parametrize("bits", POWERS[1:])
def test_all_pairs_of_the_double_matrix_are_half_or_whole_apart(bits):
    codes = double_hadamard(bits)
    distances = pairwise_distances(codes)
    assert (distances == bits).sum() == bits
    assert (distances == bits // 2).sum() == len(distances) - bits
    assert distances.mean() == pytest.approx(bits**2 / (2 * bits - 1))


@pytest.mark.parametrize(("bits", "num_classes"), [(4, 2), (16, 16), (16, 21), (16, 32), (64, 100)])
def test_rows_are_different_and_half_apart(bits, num_classes):
    for seed in (None, 0, 1):
        centers = hadamard_rows(bits, num_classes, seed=seed)
        assert centers.shape == (num_classes, bits)
        assert pairwise_distances(centers).min() == bits // 2


def test_without_a_seed_the_first_rows_come_in_order():
    assert np.array_equal(hadamard_rows(64, 100, seed=None), double_hadamard(64)[:100])


def test_up_to_k_classes_come_from_h_k_alone():
    assert (hadamard_rows(32, 32, seed=5)[:, 0] == 1).all()


def test_seed_chooses_the_rows():
    first, again, other = (hadamard_rows(32, 10, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("bits", "num_classes", "message"),
    [
        (48, 10, r'power of two .* got 48; use method="coding"'),
        (0, 2, "at least 1, got 0"),
        (16, 1, "at least 2, got 1"),
        (16, 33, r"at most 2 \* bits = 32 .* got 33"),
        (4, 17, r"at most 2\^bits = 16"),
    ],
)
def test_bad_sizes(bits, num_classes, message):
    with pytest.raises(InputError, match=message):
        hadamard_rows(bits, num_classes, seed=0)
