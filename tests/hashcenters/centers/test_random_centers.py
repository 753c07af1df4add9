import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basics.errors import InputError
from hashcenters.centers.algorithm1 import balanced_centers, bernoulli_centers
from hashcenters.codes import pairwise_distances


@given(bits=st.integers(2, 40), num_classes=st.integers(2, 30), seed=st.integers(0, 1000))
@settings(max_examples=40)
def test_every_draw_is_valid_by_its_mean(bits, num_classes, seed):
    num_classes = min(num_classes, 2**bits)
    centers = bernoulli_centers(bits, num_classes, seed=seed)
    assert centers.shape == (num_classes, bits)
    assert set(np.unique(centers)) <= {-1, 1}
    assert pairwise_distances(centers).mean() >= bits / 2


def test_an_invalid_first_draw_is_not_kept():
    first = [np.random.default_rng(seed).integers(0, 2, size=(5, 8), dtype=np.int8) * 2 - 1 for seed in range(30)]
    invalid = [seed for seed, draw in enumerate(first) if pairwise_distances(draw).mean() < 4]
    assert invalid
    for seed in invalid:
        assert not np.array_equal(bernoulli_centers(8, 5, seed=seed), first[seed])


@pytest.mark.parametrize("bits", [16, 17])
def test_balanced_rows_have_half_ones(bits):
    centers = balanced_centers(bits, 30, seed=3)
    assert ((centers == 1).sum(axis=1) == bits // 2).all()


def test_more_balanced_draws_never_come_closer():
    minima = [pairwise_distances(balanced_centers(32, 40, seed=1, draws=draws)).min() for draws in (1, 5, 50)]
    assert minima == sorted(minima)
    assert minima[0] < minima[-1]


@pytest.mark.parametrize("generator", [bernoulli_centers, balanced_centers])
def test_seed_decides(generator):
    first, again, other = (generator(16, 9, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("generator", [bernoulli_centers, balanced_centers])
@pytest.mark.parametrize(("bits", "num_classes", "message"), [(3, 9, r"at most 2\^bits = 8"), (3, 1, "at least 2")])
def test_bad_sizes(generator, bits, num_classes, message):
    with pytest.raises(InputError, match=message):
        generator(bits, num_classes, seed=0)


def test_no_draw_at_all():
    with pytest.raises(InputError, match="draws must be at least 1, got 0"):
        balanced_centers(8, 4, seed=0, draws=0)
