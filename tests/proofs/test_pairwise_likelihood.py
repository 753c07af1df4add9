import numpy as np
import pytest
import sympy
import torch
from hashcenters.proofs.pairwise_likelihood import (
    all_codes,
    check_gradients,
    check_identity,
    check_loss_form,
    check_monotone,
    check_rising,
    check_slope,
    check_two_forms,
    probability_table,
    signed_product,
)
from hypothesis import given
from hypothesis import strategies as st


def wrong_sign(theta, label):
    return sympy.log(1 + sympy.exp(theta)) + label * theta


def no_log(theta, label):
    return sympy.exp(theta) - label * theta


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_the_identity_holds_for_any_two_codes(pairs):
    first, second = (np.array([column], dtype=np.int8) for column in zip(*pairs, strict=True))
    product = int(signed_product(first, second)[0, 0])
    assert 2 * int((first != second).sum()) == len(pairs) - product


@pytest.mark.parametrize("bits", [1, 3, 6])
def test_the_identity_over_all_codes(bits):
    check = check_identity(bits)
    assert check.holds and check.cases == 4**bits


def test_the_identity_fails_without_its_minus_sign():
    assert check_identity(3, sign=1).counter_example == "code 0, against code 0: 3 instead of 0"


def test_all_codes_are_distinct():
    assert len(np.unique(all_codes(5), axis=0)) == 32


def test_symbolic_forms_agree():
    assert check_two_forms().holds
    assert check_loss_form().holds
    assert check_slope().holds
    assert check_rising().holds


@pytest.mark.parametrize("loss", [wrong_sign, no_log])
def test_another_loss_is_told_apart_from_s6(loss):
    assert not check_loss_form(loss).holds
    assert not check_slope(loss).holds


def test_gradients_agree_and_a_wrong_sign_is_noticed():
    assert check_gradients(bits=12, num_codes=6, seed=0).holds
    broken = check_gradients(
        bits=12,
        num_codes=6,
        seed=0,
        terms=lambda theta, similar: torch.nn.functional.softplus(theta) + similar * theta,
    )
    assert not broken.holds and broken.deviation > 1


def test_the_order_holds_over_all_pairs_and_fails_for_other_similarities():
    assert check_monotone(5).holds
    assert check_monotone(5, similarity=np.negative).counter_example.startswith("K = 5, D_H = 0 and 1")
    assert not check_monotone(4, similarity=np.abs).holds


def test_probabilities_cross_one_half_at_half_the_bits():
    table = probability_table([8]).set_index(["form", "distance"])["probability"]
    for form in table.index.get_level_values("form").unique():
        assert table[form, 4] == 0.5 and table[form, 0] > 0.99 and table[form, 8] < 0.01
