"""Minimum distances of random draws, and the verdict on what they guarantee."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from basics.errors import InputError
from chapters.n03_centers.random_draws import DRAWN, bernoulli_table, drawn_minimums, judge_draws
from hashcenters.centers.algorithm1 import balanced_centers


@pytest.mark.parametrize("kind", DRAWN)
def test_minima_of_draws(kind: str):
    minima = drawn_minimums(kind, 16, 30, draws=4, seed=7)
    expected = [round((pdist(DRAWN[kind](16, 30, seed=s), "hamming") * 16).min()) for s in (7, 8, 9, 10)]
    assert minima.tolist() == expected
    assert (kind == "K/2 ones a row") == bool(np.all(minima % 2 == 0))


def test_draws_are_single_ones():
    one = balanced_centers(16, 30, seed=7, draws=1)
    assert drawn_minimums("K/2 ones a row", 16, 30, draws=1, seed=7) == round((pdist(one, "hamming") * 16).min())


def test_table_of_draws():
    table = bernoulli_table([(16, 30)], draws=5, seed=7)
    assert table.groupby("draws")["share"].sum().tolist() == pytest.approx([1, 1])
    minima = drawn_minimums("coin flips", 16, 30, draws=5, seed=7)
    flips = table[table["draws"] == "coin flips"].set_index("minimum")["share"]
    assert flips[minima[0]] == pytest.approx((minima == minima[0]).mean())
    assert set(table["coding"]) == {8} and set(table["upper_bound"]) == {8}


def test_no_draw_at_all_is_refused():
    with pytest.raises(InputError, match="draws must be at least 1, got 0"):
        drawn_minimums("coin flips", 16, 10, draws=0, seed=0)


def test_one_draw_below_half_proves_that_nothing_is_guaranteed():
    table = bernoulli_table([(8, 3), (16, 30)], draws=5, seed=7)
    found = judge_draws(table, bits=16, draws=5)
    flips = drawn_minimums("coin flips", 16, 30, draws=5, seed=7)
    best = max(flips.max(), drawn_minimums("K/2 ones a row", 16, 30, draws=5, seed=7).max())
    assert found == {
        "verdict": "proved",
        "observed": f"K = 16, m = 30: minimum {flips.mean():.1f} on average over 5 draws, {flips.min()} at worst, "
        f"{best} at best in either way of drawing",
        "half": 8,
    }
    lucky = table.assign(minimum=8)
    assert judge_draws(lucky, bits=16, draws=5)["verdict"] == "inconclusive"
