"""MDS: the distance that it asks for, that it is kept, and the published distances reached."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.bounds import gilbert_varshamov_distance
from hashcenters.centers.lpbox import lpbox_row
from hashcenters.centers.mds import mds_centers, mds_distance
from hashcenters.codes import pairwise_distances

PUBLISHED = {(16, 100): 4, (32, 100): 10, (16, 196): 4, (32, 196): 10, (64, 196): 23}


def test_the_distance_asked_for_is_mostly_one_more_than_gilberts():
    sizes = [(bits, count) for count in (100, 196, 555) for bits in (16, 32, 64)]
    assert [mds_distance(*size) for size in sizes] == [4, 10, 24, 4, 10, 23, 3, 9, 21]
    assert [mds_distance(*size) - gilbert_varshamov_distance(*size) for size in sizes] == [1, 0, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("size", "reached"), PUBLISHED.items())
def test_the_published_distance_is_reached(size, reached):
    assert pairwise_distances(csq_centers(*size, seed=0)).min() < reached
    assert pairwise_distances(mds_centers(*size, seed=0)).min() == reached


def test_centers_that_keep_the_distance_are_left_alone():
    np.testing.assert_array_equal(mds_centers(64, 100, seed=1), csq_centers(64, 100, seed=1))


def test_a_distance_that_cannot_be_had_leaves_centers_no_closer_than_they_were():
    """No 32 words of 6 bits are 3 apart (the bound for 3 is 8)."""
    assert mds_distance(6, 32) == 2
    start, made = csq_centers(6, 32, seed=0), mds_centers(6, 32, seed=0, passes=3)
    excess = [np.maximum(2 - pairwise_distances(centers), 0).sum() for centers in (start, made)]
    assert excess[1] < excess[0]


def test_a_row_without_a_square_goes_to_the_side_of_its_aims():
    """With no pair near the limit the best code is the sign of the weighted sum of the others."""
    rng = np.random.default_rng(0)
    others, aims = rng.choice([-1.0, 1.0], (9, 12)), rng.normal(size=9)
    best = np.sign(aims @ others)
    found = lpbox_row(others, aims, 12, rng.choice([-1.0, 1.0], 12), square=0.0)
    np.testing.assert_array_equal(np.sign(found), best)


def test_bad_sizes():
    with pytest.raises(InputError, match=r"at most 2\^bits = 8"):
        mds_centers(3, 9, seed=0)
