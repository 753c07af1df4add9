import numpy as np
import pytest
from basics.errors import InputError
from hashcenters.centers.bernoulli import bernoulli_centers
from hashcenters.codes import pairwise_distances
from hypothesis import given, settings
from hypothesis import strategies as st


@given(bits=st.integers(2, 40), num_classes=st.integers(2, 30), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_every_draw_is_valid_by_its_mean(bits, num_classes, seed):
    num_classes = min(num_classes, 2**bits)
    centers = bernoulli_centers(bits, num_classes, seed=seed)
    assert centers.shape == (num_classes, bits)
    assert set(np.unique(centers)) <= {-1, 1}
    assert pairwise_distances(centers).mean() >= bits / 2


def test_an_invalid_first_draw_is_not_kept():
    first = [
        np.random.default_rng(seed).integers(0, 2, size=(5, 8), dtype=np.int8) * 2 - 1 for seed in range(30)
    ]
    invalid = [seed for seed, draw in enumerate(first) if pairwise_distances(draw).mean() < 4]
    assert invalid
    for seed in invalid:
        assert not np.array_equal(bernoulli_centers(8, 5, seed=seed), first[seed])


@pytest.mark.parametrize("bits", [16, 17])
def test_balanced_rows_have_half_ones(bits):
    centers = bernoulli_centers(bits, 30, seed=3, balanced=True)
    assert ((centers == 1).sum(axis=1) == bits // 2).all()


def test_more_balanced_draws_never_come_closer():
    minima = [
        pairwise_distances(bernoulli_centers(32, 40, seed=1, balanced=True, balanced_draws=draws)).min()
        for draws in (1, 5, 50)
    ]
    assert minima == sorted(minima)
    assert minima[0] < minima[-1]


@pytest.mark.parametrize("balanced", [False, True])
def test_seed_decides(balanced):
    first, again, other = (bernoulli_centers(16, 9, seed=seed, balanced=balanced) for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bits": 3, "num_classes": 9}, r"at most 2\^bits = 8"),
        ({"bits": 3, "num_classes": 1}, "at least 2"),
        ({"bits": 8, "num_classes": 4, "balanced": True, "balanced_draws": 0}, "balanced_draws must be"),
    ],
)
def test_bad_input(options, message):
    with pytest.raises(InputError, match=message):
        bernoulli_centers(**options, seed=0)
