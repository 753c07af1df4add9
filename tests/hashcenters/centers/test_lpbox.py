"""SHC's row solver and its sweeps: known optima, all codes of a few bits, the two acceptance rules."""

from itertools import product

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.lpbox import lpbox_centers, lpbox_row
from hashcenters.centers.targets import category_similarity, target_error, target_matrix
from hashcenters.codes import hamming_distance, pairwise_distances


def _codes(rng: np.random.Generator, rows: int, bits: int) -> np.ndarray:
    return rng.choice([-1.0, 1.0], size=(rows, bits))


def _target(classes: int, bits: int) -> np.ndarray:
    features = np.random.default_rng(classes).normal(size=(classes, 12))
    return target_matrix(category_similarity(features), bits)


@pytest.mark.parametrize("seed", range(5))
def test_row_that_meets_its_target_is_found_as_a_code(seed: int):
    rng = np.random.default_rng(seed)
    others, wanted = _codes(rng, 40, 16), _codes(rng, 1, 16)[0]
    outputs = lpbox_row(others, others @ wanted, 16, _codes(rng, 1, 16)[0])
    assert outputs == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize("min_distance", [0, 3])
def test_row_is_nearly_the_best_of_all_codes(min_distance: int):
    rng, ranks = np.random.default_rng(0), []
    every = np.array(list(product([-1.0, 1.0], repeat=10)))
    for _ in range(10):
        others, aims = _codes(rng, 30, 10), rng.uniform(-10, 10, 30)
        allowed = every[(others @ every.T).max(axis=0) <= 10 - 2 * min_distance]
        outputs = lpbox_row(others, aims, 10 - 2 * min_distance, _codes(rng, 1, 10)[0])
        found = np.where(outputs >= 0, 1.0, -1.0)
        errors = ((allowed @ others.T - aims) ** 2).sum(axis=1)
        ranks.append((errors < ((others @ found - aims) ** 2).sum()).mean())
    assert np.median(ranks) < 0.02


def test_objective_rule_lowers_the_error_and_keeps_a_distance_it_starts_with():
    start, target = csq_centers(16, 20, seed=0), _target(20, 16)
    centers = lpbox_centers(start, target, 5, sweeps=3)
    assert pairwise_distances(start).min() == 8
    assert pairwise_distances(centers).min() >= 5
    assert target_error(centers, target) < 0.6 * target_error(start, target)


def test_objective_rule_moves_towards_a_distance_it_lacks():
    start, target = np.ones((12, 16), dtype=np.int8), _target(12, 16)
    assert pairwise_distances(lpbox_centers(start, target, 4, sweeps=6)).min() >= 4


def test_authors_rule_never_lowers_a_rows_mean_plus_minimum_and_ignores_the_distance():
    start, target = csq_centers(16, 60, seed=1), _target(60, 16)
    centers = lpbox_centers(start, target, 7, acceptance="authors", sweeps=2)
    assert np.array_equal(centers, lpbox_centers(start, target, 0, acceptance="authors", sweeps=2))
    before, after = pairwise_distances(start), pairwise_distances(centers)
    assert after.mean() >= before.mean() - 1e-9 or after.min() > before.min()
    assert target_error(centers, target) > 1.2 * target_error(lpbox_centers(start, target, 0, sweeps=2), target)


def test_authors_rule_changes_nothing_about_hadamard_rows():
    start = csq_centers(16, 30, seed=0)
    centers = lpbox_centers(start, _target(30, 16), 0, acceptance="authors", sweeps=2)
    rows = np.flatnonzero((centers != start).any(axis=1))
    for row in rows:  # a row and its negative may trade places, at the same distances or larger ones
        others = np.delete(start, row, axis=0)
        assert hamming_distance(centers[[row]], others).min() >= 8


def test_unknown_rule():
    with pytest.raises(InputError, match="acceptance must be one of objective, authors"):
        lpbox_centers.__wrapped__(np.ones((3, 4), dtype=np.int8), np.zeros((3, 3)), 0, acceptance="mine")
