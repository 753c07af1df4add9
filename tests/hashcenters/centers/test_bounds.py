from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from scipy.optimize import linprog

from basics.errors import InputError
from hashcenters.centers.bounds import (
    delsarte_distance,
    delsarte_size,
    gilbert_varshamov_distance,
    max_min_distance_bound,
    plotkin_distance,
    singleton_distance,
)

# A(n, d) for the small cases that exhaustive search has settled (MacWilliams and Sloane, table I of appendix A)
LARGEST_CODE = {(5, 3): 4, (6, 3): 8, (7, 3): 16, (8, 3): 20, (9, 3): 40, (8, 5): 4, (9, 5): 6, (10, 5): 12}
TABLE_SIZES = (10, 21, 51, 80, 100, 101, 196, 200, 555, 1000)
DELSARTE = {
    16: (8, 8, 6, 6, 6, 6, 6, 6, 4, 4),
    32: (17, 16, 16, 15, 14, 14, 14, 14, 13, 12),
    64: (35, 33, 32, 32, 32, 32, 30, 30, 29, 28),
}


def krawtchouk(bits, degree, weight):
    return sum((-1) ** j * comb(weight, j) * comb(bits - weight, degree - j) for j in range(degree + 1))


def primal_size(bits, distance):
    """The textbook program over A_d, ..., A_n, without any of the reductions."""
    weights = range(distance, bits + 1)
    rows = [[-krawtchouk(bits, degree, weight) for weight in weights] for degree in range(bits + 1)]
    right = [comb(bits, degree) for degree in range(bits + 1)]
    return 1 - linprog(-np.ones(len(weights)), A_ub=rows, b_ub=right, method="highs").fun


def best_of_all_sets(bits, num_classes):
    words = [0, *range(1, 2**bits)]
    return max(
        min((a ^ b).bit_count() for a, b in combinations((0, *others), 2))
        for others in combinations(words[1:], num_classes - 1)
    )


@pytest.mark.parametrize(("bits", "num_classes"), [(3, 3), (4, 3), (4, 5), (5, 3), (5, 4), (6, 3), (4, 9)])
def test_no_set_of_centers_passes_an_upper_bound(bits, num_classes):
    best = best_of_all_sets(bits, num_classes)
    assert gilbert_varshamov_distance(bits, num_classes) <= best
    for bound in (singleton_distance, plotkin_distance, delsarte_distance, max_min_distance_bound):
        assert best <= bound(bits, num_classes)


@pytest.mark.parametrize(("size", "largest"), LARGEST_CODE.items())
def test_the_program_allows_the_largest_codes(size, largest):
    assert largest <= delsarte_size(*size)


@pytest.mark.parametrize(("bits", "distance"), [(8, 4), (10, 4), (13, 6), (16, 6), (20, 8), (24, 8)])
def test_the_program_agrees_with_the_textbook_primal(bits, distance):
    assert delsarte_size(bits, distance) == int(primal_size(bits, distance) + 1e-6)


def test_an_odd_distance_is_worth_the_next_even_one():
    assert delsarte_size(23, 7) == delsarte_size(24, 8) == 4096
    assert primal_size(12, 5) + 1e-6 >= delsarte_size(12, 5)


@pytest.mark.parametrize("bits", DELSARTE)
def test_published_table(bits):
    assert tuple(delsarte_distance(bits, num_classes) for num_classes in TABLE_SIZES) == DELSARTE[bits]


@pytest.mark.parametrize("bits", [8, 32, 100, 128, 255, 256])
def test_bounds_fall_with_more_centers_and_stay_in_order(bits):
    sizes = [size for size in (2, 3, 10, 100, 257, 1000) if size <= 2**bits]
    bounds = [max_min_distance_bound(bits, size) for size in sizes]
    assert bounds == sorted(bounds, reverse=True)
    for size, bound in zip(sizes, bounds, strict=True):
        assert gilbert_varshamov_distance(bits, size) <= bound


@pytest.mark.parametrize("bits", [16, 64, 256])
def test_hadamard_rows_meet_the_bound(bits):
    assert delsarte_distance(bits, 2 * bits) == bits // 2
    assert delsarte_size(bits, bits // 2) == 2 * bits


def test_gilbert_varshamov_is_what_greed_reaches():
    for bits, num_classes in product((5, 6, 7), (2, 3, 5, 9)):
        distance = gilbert_varshamov_distance(bits, num_classes)
        code = []
        for word in range(2**bits):
            if all((word ^ other).bit_count() >= distance for other in code):
                code.append(word)
        assert len(code) >= num_classes


def test_singleton_is_met_by_all_words_and_by_even_ones():
    assert singleton_distance(6, 64) == 1
    assert singleton_distance(6, 32) == 2
    assert singleton_distance(6, 2) == 6


@pytest.mark.parametrize(("bits", "num_classes"), [(8, 1), (3, 9), (0, 2)])
@pytest.mark.parametrize("bound", [singleton_distance, plotkin_distance, delsarte_distance, gilbert_varshamov_distance])
def test_bad_sizes(bound, bits, num_classes):
    with pytest.raises(InputError):
        bound(bits, num_classes)


def test_plotkin_with_parity_is_levenshtein_s_theorem():
    """A(n, d) = 2⌊d / (2d − n)⌋ for even d with 2d > n; (22, 5, 13) would need (23, 5, 14), but A(23, 14) = 4."""
    assert plotkin_distance(22, 5) == 12
    for bits in range(4, 60):
        for distance in range(bits // 2 + 1 + (bits // 2 + 1) % 2, bits + 1, 2):
            largest = 2 * (distance // (2 * distance - bits))
            assert largest < 2 or plotkin_distance(bits, largest) >= distance
            assert plotkin_distance(bits, largest + 1) < distance
