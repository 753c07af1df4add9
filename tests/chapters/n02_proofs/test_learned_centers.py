from itertools import combinations

import numpy as np
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from notebook_code import definitions

from chapters.n02_proofs.check import verdict
from chapters.n02_proofs.learned_centers import (
    check_any_count,
    check_at_most_2k,
    check_center_gradient,
    check_flip_costs_two,
    check_full_step,
    check_hinge,
    check_mean_minimises,
    check_printed_face_loss,
    check_sign_minimises,
    check_update_for_any_count,
    check_zero_is_margin,
    flip_costs,
    flips_table,
    largest_code,
    losses,
    margins,
    minimisers,
    random_batch,
)
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix
from hashcenters.losses.face import center_step
from hashcenters.losses.repmet import repmet_loss

BATCH = random_batch(num_classes=4, bits=6, seed=0)
NOTEBOOK = definitions("02_proofs")


def test_s8_by_hand():
    outputs, centers = torch.tensor([[1.0], [0.0], [0.5]]), torch.tensor([[0.2], [0.5], [0.9]])
    step = NOTEBOOK.delta_c(outputs, torch.tensor([0, 0, 1]), centers)
    assert step.ravel().tolist() == pytest.approx([(-0.8 + 0.2) / 3, 0.0, 0.0])


def test_the_last_class_of_a_batch_is_absent():
    outputs, labels, centers = BATCH
    assert outputs.shape == (16, 6) and centers.shape == (4, 6)
    assert labels.max() == 2 and outputs.abs().max() <= 1


def test_the_librarys_update_is_the_gradient():
    assert check_center_gradient(center_step, *BATCH).holds


@pytest.mark.parametrize(
    "step",
    [
        lambda outputs, member, centers: -center_step(outputs, member, centers),
        lambda outputs, member, centers: (
            center_step(outputs, member, centers) * (1 + member.sum(0)[:, None]) / member.sum(0)[:, None].clamp(min=1)
        ),
    ],
    ids=["wrong sign", "divided by n"],
)
def test_another_update_is_told_apart(step):
    assert not check_center_gradient(step, *BATCH).holds


def test_the_full_step_is_the_mean_with_the_old_center():
    assert check_full_step(1).holds
    assert check_full_step(2).counter_example.startswith("center: off by")


def test_the_printed_loss_is_no_number():
    steps = NOTEBOOK.delta_c(*BATCH)
    assert check_printed_face_loss(steps).counter_example == "Δc_1 is a vector of 6 numbers"
    assert check_printed_face_loss(steps[:, :1]).holds


@pytest.mark.parametrize("count", [1, 2, 5])
def test_the_mean_minimises_for_real_centers(count):
    assert check_mean_minimises(NOTEBOOK.cost, count).holds


def test_the_sign_minimises_for_binary_centers():
    check = check_sign_minimises(NOTEBOOK.cost, 5, batches=20, batch_size=4, seed=0)
    assert check.holds and check.cases == 20 * 32
    assert check.method == "sampled"


def test_both_minimisers_for_any_number_of_points():
    assert verdict(*check_any_count(NOTEBOOK.cost)) == "proved"
    assert not check_any_count(lambda c, u: ((c + u) ** 2).sum())[0].holds
    assert not check_any_count(lambda c, u: ((c - u) ** 2).prod())[0].holds


def test_the_update_is_the_damped_gradient_for_any_number_of_samples():
    assert check_update_for_any_count().outcome == "holds identically"


def test_every_evenly_split_bit_doubles_the_minimisers():
    points = np.array([[1, 1, 1], [1, -1, -1]], dtype=np.int8)
    assert minimisers(NOTEBOOK.cost, points) == 4
    assert minimisers(NOTEBOOK.cost, points[:1]) == 1


@pytest.mark.parametrize("rows", [hadamard_matrix(4), double_hadamard(4), hadamard_matrix(8)[:3]])
def test_zero_exactly_at_the_margin(rows):
    assert check_zero_is_margin(repmet_loss, rows).holds


def test_the_hinge_is_zero_exactly_at_the_margin_for_every_length():
    assert check_hinge().holds
    assert check_hinge(sympy.Abs).counter_example.startswith("margin held")
    assert check_hinge(lambda t: sympy.Max(2 * t, 0)).counter_example.startswith("margin missed")


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

    check = check_zero_is_margin(other, hadamard_matrix(8))
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
