import numpy as np
import pytest
import sympy
import torch
from notebook_code import definitions
from torch.nn.functional import softplus

from chapters.n02_proofs.hadamard_distances import check_distance_formula
from chapters.n02_proofs.pairwise_likelihood import (
    all_codes,
    check_finite,
    check_gradients,
    check_loss_form,
    check_monotone,
    check_rising,
    check_slope,
    check_two_forms,
    first_infinity,
    overflow_table,
    probability_table,
)
from hashcenters.losses.pairwise import pairwise_terms

NOTEBOOK = definitions("02_proofs")


def wrong_sign(theta, label):
    return sympy.log(1 + sympy.exp(theta)) + label * theta


def no_log(theta, label):
    return sympy.exp(theta) - label * theta


def literal(theta):
    return NOTEBOOK.L(theta, 0)


def literal_likelihood(theta):
    return -NOTEBOOK.S_5(0, theta).log()


@pytest.mark.parametrize("bits", [1, 3, 6])
def test_the_identity_over_all_codes(bits):
    check = check_distance_formula(all_codes(bits), NOTEBOOK.D_H, ordered=True)
    assert check.holds and check.cases == 4**bits


def test_the_identity_fails_without_its_minus_sign():
    def plus(first, second):
        return (first.shape[1] + (2 * first - 1) @ (2 * second - 1).T) / 2

    check = check_distance_formula(all_codes(3), plus, ordered=True)
    assert check.counter_example == "row 0, against row 0: 3 instead of 0"


def test_all_codes_are_distinct():
    assert len(np.unique(all_codes(5), axis=0)) == 32


def test_symbolic_forms_agree():
    assert check_two_forms(NOTEBOOK.S_4, NOTEBOOK.S_5).holds
    assert check_loss_form(NOTEBOOK.S_5, NOTEBOOK.L).holds
    assert check_slope(NOTEBOOK.L, NOTEBOOK.sigma).holds
    assert check_rising(NOTEBOOK.L, NOTEBOOK.sigma).holds


def test_a_form_with_its_labels_swapped_is_told_apart():
    check = check_two_forms(NOTEBOOK.S_4, lambda s, theta: NOTEBOOK.S_5(1 - s, theta))
    assert check.counter_example.startswith("s = 1: off by")


@pytest.mark.parametrize("loss", [wrong_sign, no_log])
def test_another_loss_is_told_apart_from_s6(loss):
    assert not check_loss_form(NOTEBOOK.S_5, loss).holds
    assert not check_slope(loss, NOTEBOOK.sigma).holds


def test_what_falls_does_not_rise():
    falling = check_rising(NOTEBOOK.L, lambda theta: NOTEBOOK.sigma(-theta))
    assert falling.counter_example == "σ does not rise"
    assert check_rising(lambda theta, s: -theta, NOTEBOOK.sigma).counter_example.startswith("log(1 + exp θ)")


def test_gradients_agree_and_a_wrong_sign_is_noticed():
    size = {"bits": 12, "num_codes": 6, "seed": 0}
    assert check_gradients(NOTEBOOK.S_5, pairwise_terms, **size).holds
    broken = check_gradients(NOTEBOOK.S_5, lambda theta, similar: softplus(theta) + similar * theta, **size)
    assert not broken.holds and broken.deviation > 1


def test_the_order_holds_over_all_pairs_and_fails_for_other_probabilities():
    assert check_monotone(NOTEBOOK.sigma, 5).holds
    falling = check_monotone(lambda theta: NOTEBOOK.sigma(-theta), 5)
    assert falling.counter_example.startswith("K = 5, D_H = 0 and 1: P")
    assert not check_monotone(torch.abs, 4).holds


def test_probabilities_cross_one_half_at_half_the_bits():
    table = probability_table([8]).set_index(["form", "distance"])["probability"]
    for form in table.index.get_level_values("form").unique():
        assert table[form, 4] == 0.5 and table[form, 0] > 0.99 and table[form, 8] < 0.01


@pytest.mark.parametrize(
    ("term", "dtype", "theta"),
    [
        (literal, torch.float32, 88.7228),
        (literal, torch.float64, 709.7827),
        (literal, torch.float16, 11.0938),
        (literal_likelihood, torch.float32, 16.6355),
        (softplus, torch.float32, float("inf")),
    ],
)
def test_where_each_form_leaves_the_range(term, dtype, theta):
    assert first_infinity(term, dtype=dtype) == pytest.approx(theta, abs=1e-3)


def test_the_first_infinity_is_exact_to_the_last_bit():
    theta = torch.tensor(first_infinity(literal))
    below = torch.nextafter(theta, torch.tensor(0.0))
    assert literal(theta).isinf() and literal(below).isfinite()


def test_only_the_literal_unscaled_form_is_not_finite():
    lengths = range(1, 200)
    assert check_finite(literal, lengths).counter_example == "K = 89: loss inf, gradient nan"
    assert check_finite(softplus, lengths).holds
    assert check_finite(literal, lengths, scale="10/K").holds
    assert check_finite(literal, range(1, 89)).holds


def test_table_shows_the_three_ways_side_by_side():
    table = overflow_table(literal, [64, 128]).set_index("bits")
    assert table.loc[64, "literal loss"] == table.loc[64, "softplus loss"] == 64
    assert table.loc[128, "literal loss"] == float("inf") and table.loc[128, "softplus loss"] == 128
    assert table.loc[128, "scaled θ"] == 10
