import pytest
import torch
from hashcenters.proofs.float_limits import (
    bits_that_overflow,
    check_finite,
    first_infinity,
    literal_dissimilar,
    literal_term,
    overflow_table,
)
from torch.nn.functional import softplus


@pytest.mark.parametrize(
    ("term", "dtype", "theta", "bits"),
    [
        (literal_term, torch.float32, 88.7228, 89),
        (literal_term, torch.float64, 709.7827, 710),
        (literal_term, torch.float16, 11.0938, 12),
        (literal_dissimilar, torch.float32, 16.6355, 17),
        (softplus, torch.float32, float("inf"), float("inf")),
    ],
)
def test_where_each_form_leaves_the_range(term, dtype, theta, bits):
    assert first_infinity(term, dtype=dtype) == pytest.approx(theta, abs=1e-3)
    assert bits_that_overflow(term, dtype=dtype) == bits


def test_the_first_infinity_is_exact_to_the_last_bit():
    theta = torch.tensor(first_infinity(literal_term))
    below = torch.nextafter(theta, torch.tensor(0.0))
    assert literal_term(theta).isinf() and literal_term(below).isfinite()


def test_only_the_literal_unscaled_form_is_not_finite():
    lengths = range(1, 200)
    assert check_finite(literal_term, lengths).counter_example == "K = 89: loss inf, gradient nan"
    assert check_finite(softplus, lengths).holds
    assert check_finite(literal_term, lengths, scale="10/K").holds
    assert check_finite(literal_term, range(1, 89)).holds


def test_table_shows_the_three_ways_side_by_side():
    table = overflow_table([64, 128]).set_index("bits")
    assert table.loc[64, "literal loss"] == table.loc[64, "softplus loss"] == 64
    assert table.loc[128, "literal loss"] == float("inf") and table.loc[128, "softplus loss"] == 128
    assert table.loc[128, "scaled θ"] == 10
