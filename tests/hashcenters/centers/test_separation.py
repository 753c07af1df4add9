from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basics.errors import InputError
from hashcenters.centers.algorithm1 import bernoulli_centers
from hashcenters.centers.hadamard import double_hadamard
from hashcenters.centers.separation import separation


def test_hand_computed():
    centers = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, 1, 1, 1], [1, -1, -1, 1]])
    report = separation(centers)
    assert (report.minimum, report.mean, report.maximum) == (0, pytest.approx(10 / 6), 2)
    assert report.histogram.tolist() == [1, 0, 5, 0, 0]
    assert report.below_half == pytest.approx(1 / 6)
    assert (report.duplicates, report.constant_bits) == (1, 1)
    assert (report.ones, report.worst_bit) == (12 / 16, 0.5)
    assert (report.plotkin, report.singleton, report.gilbert_varshamov) == (2, 3, 2)
    assert report.gap == report.upper_bound == 2
    assert not report.valid_by_mean
    assert not report.valid_by_pairs


@given(bits=st.integers(4, 24), num_classes=st.integers(2, 12), seed=st.integers(0, 99))
@settings(max_examples=25)
def test_against_a_loop_over_pairs(bits, num_classes, seed):
    centers = bernoulli_centers(bits, num_classes, seed=seed)
    report = separation(centers)
    distances = [int((a != b).sum()) for a, b in combinations(centers, 2)]
    assert (report.minimum, report.maximum) == (min(distances), max(distances))
    assert report.mean == pytest.approx(np.mean(distances))
    assert report.histogram.tolist() == [distances.count(distance) for distance in range(bits + 1)]
    assert report.below_half == pytest.approx(np.mean([2 * distance < bits for distance in distances]))
    assert report.valid_by_mean
    assert report.minimum <= report.upper_bound


def test_the_two_readings_of_validity_differ():
    almost = double_hadamard(16)[:20].copy()
    almost[0, 0] *= -1
    report = separation(almost)
    assert report.valid_by_mean
    assert not report.valid_by_pairs


def test_row_is_a_flat_record():
    row = separation(double_hadamard(8)).row()
    assert "histogram" not in row
    assert (row["minimum"], row["delsarte"], row["gap"]) == (4, 4, 0)


@pytest.mark.parametrize(
    ("centers", "message"),
    [
        (np.ones((1, 4)), "at least 2, got 1"),
        (np.zeros((2, 4)), "got 0.0 in row 0"),
        (np.ones((3, 1)), r"at most 2\^bits = 2"),
    ],
)
def test_bad_centers(centers, message):
    with pytest.raises(InputError, match=message):
        separation(centers)
