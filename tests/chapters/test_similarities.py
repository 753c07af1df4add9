"""Category features made without a network."""

import numpy as np
import pytest

from basics.errors import InputError
from chapters.shared.similarities import digit_pair_features, grouped_features


def test_grouped_features_are_alike_inside_a_group():
    features = grouped_features(40, groups=4, width=64, seed=0)
    assert np.linalg.norm(features, axis=1) == pytest.approx(np.ones(40))
    products = (features @ features.T)[np.triu_indices(40, 1)]
    upper = products > 0.3
    assert 0.1 < upper.mean() < 0.5  # a quarter of the pairs share a group
    assert products[upper].mean() == pytest.approx(0.5, abs=0.05)
    assert products[~upper].mean() == pytest.approx(0, abs=0.1)


def test_pairs_of_digits_are_alike_where_they_share_one():
    features = digit_pair_features()
    products = features @ features.T
    assert products[37, 38] > products[37, 88]
    assert products[37, 77] > products[37, 73]  # the place of a digit counts
    assert features.mean(axis=0) == pytest.approx(np.zeros(128))


@pytest.mark.parametrize("options", [{"groups": 0, "width": 8}, {"groups": 2, "width": 1}])
def test_bad_sizes(options: dict):
    with pytest.raises(InputError, match="must be at least 3, 1, 2"):
        grouped_features(10, seed=0, **options)
