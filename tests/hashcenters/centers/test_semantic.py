"""Semantic centers end to end: what is reported, the solvers beside each other, distances that cannot be."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from basics.errors import InputError
from hashcenters.centers.bounds import gilbert_varshamov_distance, max_min_distance_bound
from hashcenters.centers.semantic import rank_correlation, semantic_centers
from hashcenters.centers.targets import category_similarity, target_error, target_matrix
from hashcenters.codes import hamming_distance, pairwise_distances


def _similarity(classes: int, groups: int = 5) -> np.ndarray:
    """Classes in groups: near inside a group, unrelated across."""
    rng = np.random.default_rng(classes)
    features = rng.normal(size=(groups, 24))[rng.integers(0, groups, classes)] + rng.normal(size=(classes, 24))
    return category_similarity(features)


SIMILARITY = _similarity(40)


def test_report_says_what_the_centers_are():
    result = semantic_centers(SIMILARITY, 16, seed=0)
    assert result.centers.shape == (40, 16)
    assert result.required_distance == gilbert_varshamov_distance(16, 40)
    assert result.min_distance == pairwise_distances(result.centers).min()
    assert result.objective == target_error(result.centers, target_matrix(SIMILARITY, 16))
    assert result.rank_correlation == rank_correlation(SIMILARITY, result.centers)
    assert result.feasible
    assert result.rank_correlation > 0.5
    assert result.seconds > 0


@pytest.mark.parametrize(("classes", "bits"), [(12, 8), (40, 16), (60, 32)])
def test_annealing_beats_the_papers_solver_at_no_smaller_distance(classes: int, bits: int):
    similarity = _similarity(classes)
    paper = semantic_centers(similarity, bits, seed=0, solver="lpbox")
    ours = semantic_centers(similarity, bits, seed=0, min_distance=max(paper.min_distance, paper.required_distance))
    assert ours.feasible
    assert ours.min_distance >= paper.min_distance
    assert ours.objective <= paper.objective


def test_authors_rule_loses_the_similarity():
    mended = semantic_centers(SIMILARITY, 16, seed=0, solver="lpbox", sweeps=4)
    released = semantic_centers(SIMILARITY, 16, seed=0, solver="lpbox", acceptance="authors", sweeps=4)
    assert released.objective > 1.5 * mended.objective
    assert abs(released.rank_correlation) < 0.5 * mended.rank_correlation


def test_larger_distance_costs_objective():
    errors = [semantic_centers(SIMILARITY, 32, seed=0, min_distance=d).objective for d in (0, 6, 12)]
    assert errors == sorted(errors)


def test_rank_correlation_against_scipy():
    centers = semantic_centers(SIMILARITY, 16, seed=0).centers
    different = ~np.eye(40, dtype=bool)
    expected = spearmanr(SIMILARITY[different], -hamming_distance(centers, centers)[different]).statistic
    assert rank_correlation(SIMILARITY, centers) == pytest.approx(expected)


def test_rank_correlation_of_equal_distances_is_nan():
    centers = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], dtype=np.int8)
    assert np.isnan(rank_correlation(_similarity(3), centers))


@pytest.mark.parametrize(
    ("classes", "bits", "options", "message"),
    [
        (
            40,
            16,
            {"min_distance": 8},
            r"8 is impossible for 40 centers of 16 bits: Delsarte's .* allows 7 at most",
        ),
        (
            12,
            4,
            {"min_distance": 2},
            r"2 is impossible for 12 centers of 4 bits: the trivial .* allows 1 at most",
        ),
        (40, 16, {"min_distance": -1}, r"min_distance must be a whole number >= 0 or \"gilbert"),
        (40, 16, {"min_distance": "plotkin"}, r'or "gilbert-varshamov", got \'plotkin\''),
        (40, 5, {}, r"num_classes must be at most 2\^bits = 32"),
        (40, 0, {}, r"bits must be at least 1, got 0"),
        (40, 16, {"solver": "lpbox", "sweeps": 0}, r"sweeps must be at least 1, got 0"),
        (40, 16, {"sweeps": 9}, r'sweeps=9 belongs to solver="lpbox", got solver="annealing"'),
        (40, 16, {"acceptance": "authors"}, r"acceptance='authors' belongs to solver=\"lpbox\""),
    ],
)
def test_what_cannot_be(classes: int, bits: int, options: dict, message: str):
    call = getattr(semantic_centers, "__wrapped__", semantic_centers)
    with pytest.raises(InputError, match=message):
        call(_similarity(classes), bits, seed=0, **options)


def test_largest_possible_distance_named_by_the_error_is_the_bound():
    limit = max_min_distance_bound(16, 40)
    with pytest.raises(InputError, match=f"allows {limit} at most"):
        semantic_centers(SIMILARITY, 16, seed=0, min_distance=limit + 1)
