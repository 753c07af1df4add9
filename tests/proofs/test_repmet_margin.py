from itertools import combinations

import numpy as np
import pytest
import torch
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix
from hashcenters.losses.repmet import repmet_loss
from hashcenters.proofs.repmet_margin import (
    check_at_most_2k,
    check_flip_costs_two,
    check_zero_is_margin,
    flip_costs,
    flips_table,
    largest_code,
    losses,
    margins,
    zero_loss_classes,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("rows", [hadamard_matrix(4), double_hadamard(4), hadamard_matrix(8)[:3]])
def test_zero_exactly_at_the_margin(rows):
    assert check_zero_is_margin(rows).holds


@given(st.integers(0, 2**32 - 1))
def test_zero_exactly_at_the_margin_for_continuous_outputs(seed):
    rng = np.random.default_rng(seed)
    centers = torch.from_numpy(rng.choice([-1.0, 1.0], (5, 8)))
    output = torch.from_numpy(rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], (1, 8)))
    distance = (8 - output @ centers.T)[0] / 2
    own = torch.zeros(1, 5, dtype=torch.bool)
    own[0, 2] = True
    margin = min(distance[i] for i in (0, 1, 3, 4)) - distance[2]
    assert (repmet_loss(output, centers, own) == 0) == (margin >= 4)


@pytest.mark.parametrize("margin", [2.0, 5.0], ids=["too small", "too large"])
def test_another_margin_is_told_apart(margin):
    def other(outputs, centers, own):
        return repmet_loss(outputs, centers, own, margin=margin)

    check = check_zero_is_margin(hadamard_matrix(8), loss=other)
    assert not check.holds and check.deviation > 0


def test_margins_by_hand():
    centers = np.array([[1, 1, 1, 1], [1, 1, -1, -1]], dtype=np.int8)
    codes = np.array([[1, 1, 1, 1], [1, 1, 1, -1]], dtype=np.int8)
    assert margins(codes, centers, 0).tolist() == [2, 0]
    assert losses(codes, centers, 0).tolist() == [0, 2]


def test_one_flipped_bit_costs_two_but_in_the_constant_bit():
    cost = flip_costs(hadamard_matrix(8))
    assert (cost[:, 0] == 0).all() and (cost[:, 1:] == 2).all()
    assert (flip_costs(double_hadamard(8)) == 2).all()
    assert check_flip_costs_two(hadamard_matrix(16)).holds


def test_the_cost_of_flips_grows_by_two_at_first():
    table = flips_table(double_hadamard(16), max_flips=2, samples=10, seed=0)
    assert table["mean"].tolist() == [0, 2, 4]


@pytest.mark.parametrize(("bits", "most"), [(1, 2), (2, 4), (3, 4), (4, 8), (5, 4), (6, 8)])
def test_largest_codes_are_the_known_ones(bits, most):
    assert largest_code(bits) == most
    assert check_at_most_2k(bits).holds


def test_largest_code_against_all_subsets():
    codes = np.array(np.meshgrid(*[[-1, 1]] * 3)).reshape(3, -1).T
    near = [(a != b).sum() >= 1.5 for a, b in combinations(codes, 2)]
    pairs = {pair for pair, ok in zip(combinations(range(8), 2), near, strict=True) if ok}
    sizes = [n for n in range(2, 9) for s in combinations(range(8), n) if set(combinations(s, 2)) <= pairs]
    assert largest_code(3) == max(sizes)


def test_no_class_of_too_many_has_zero_loss_with_random_centers():
    centers = np.random.default_rng(0).choice(np.array([-1, 1], dtype=np.int8), (20, 8))
    assert not zero_loss_classes(centers).all()
    assert zero_loss_classes(double_hadamard(8)).all()
