"""Category features made without a network."""

import numpy as np
import pytest

from basics.errors import InputError
from chapters.shared.similarities import digit_pair_features, grouped_features, name_similarity, noisy


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


def test_glosses_of_like_classes_are_alike():
    animals, things = ["baboon", "bison", "slug", "black widow"], ["umbrella", "kimono", "sandal", "refrigerator"]
    alike = name_similarity([*animals, *things])
    assert np.allclose(alike, alike.T) and np.allclose(np.diag(alike), 1)
    kinds = [alike[:4, :4], alike[4:, 4:]]
    inside = np.mean([kind[np.triu_indices(4, 1)] for kind in kinds])
    assert inside > 0.2 > 0.1 > np.abs(alike[:4, 4:]).mean()


@pytest.mark.parametrize("names", [["goldfish", "no such thing"], ["1", "22"]])
def test_names_that_say_nothing_are_refused(names: list[str]):
    with pytest.raises(InputError, match="numbers of one length or ImageNet's, got"):
        name_similarity(names)


def test_noise_is_symmetric_and_as_large_as_asked_for():
    clean = name_similarity([f"{number:02d}" for number in range(100)])
    found, different = noisy(clean, 2.0, seed=1) - clean, ~np.eye(100, dtype=bool)
    assert np.array_equal(found, found.T) and not np.diag(found).any()
    assert found[different].std() == pytest.approx(2 * clean[different].std(), rel=0.05)
    assert np.array_equal(noisy(clean, 0.0, seed=1), clean)
    assert not np.array_equal(noisy(clean, 2.0, seed=2) - clean, found)
