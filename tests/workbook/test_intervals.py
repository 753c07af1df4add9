"""Intervals against small cases by hand and, by simulation, against what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basics.errors import InputError
from workbook.intervals import (
    Mean,
    Spread,
    crossing,
    holm,
    mean_of,
    mean_squares,
    prediction,
    spread_of,
    spread_of_rows,
)

T = {1: 12.706205, 2: 4.302653, 3: 3.182446, 4: 2.776445}  # 97.5 % quantiles of Student's t, from a printed table


def table_of(rng, runs, cases, *, of_runs, of_cases=0.1, rest=0.1):
    """Differences of a mean of 0, `of_runs` in units of the error that the cases leave in the mean."""
    error = np.sqrt(of_cases**2 / cases + rest**2 / (runs * cases))
    return (
        rng.normal(0, of_runs * error * np.sqrt(runs), (runs, 1))
        + rng.normal(0, of_cases, (1, cases))
        + rng.normal(0, rest, (runs, cases))
    )


def covered(intervals, truth=0.0):
    ends = np.array(intervals)
    return ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()


def crossed(values):
    return crossing(values).mean()


def these_runs(values):
    return crossing(values).these_runs()


def test_the_mean_of_three_runs_has_students_interval():
    reach = T[2] / np.sqrt(3)
    assert mean_of(np.array([1.0, 2.0, 3.0])).interval() == pytest.approx((2 - reach, 2 + reach), abs=1e-5)


def test_crossed_by_hand():
    values = np.array([[1.0, 2.0, 3.0], [6.0, 9.0, 6.0]])
    # row means 2 and 7; column means 3.5, 5.5, 4.5; mean 4.5; the rest is 0, −1, 1 in the first row and 0, 1, −1 below
    assert mean_squares(values) == pytest.approx((3 * 12.5, 2 * 1.0, 4 / 2))
    found = crossed(values)
    assert found.estimate == 4.5
    runs, cases = 37.5 / 6, 0.0
    assert found.parts == (pytest.approx((runs, 1)), (cases, 2))
    reach = T[1] * np.sqrt(runs)
    assert found.interval() == pytest.approx((4.5 - reach, 4.5 + reach), abs=1e-4)


def test_both_shares_by_hand():
    """Mean squares 6 and 24 and 2 / 3: as above with another table."""
    values = np.array([[0.0, 3.0, 7.0], [2.0, 6.0, 8.0]])  # row means 10/3, 16/3; columns 1, 4.5, 7.5; mean 13/3
    of_runs, of_cases, rest = mean_squares(values)
    assert (of_runs, of_cases, rest) == pytest.approx((6.0, 2 * 10.5833333, 0.5), abs=1e-6)
    runs, cases = 6 / 6, (21.1666667 - 0.5) / 6
    reach = np.sqrt(T[1] ** 2 * runs + T[2] ** 2 * cases)
    assert crossed(values).interval() == pytest.approx((13 / 3 - reach, 13 / 3 + reach), abs=1e-4)


def test_the_share_of_cases_is_floored_at_zero():
    values = np.array([[1.0, -1.0, 1.0, -1.0], [-1.0, 1.0, -1.0, 1.0]])
    assert crossed(values).parts == ((0.0, 1), (0.0, 3))


def test_runs_that_agree_leave_the_interval_of_the_cases():
    cases = np.random.default_rng(0).normal(size=50)
    both = np.tile(cases, (4, 1))
    assert crossed(both).interval() == pytest.approx(mean_of(cases).interval())
    assert these_runs(both).interval() == pytest.approx(mean_of(cases).interval())


def test_one_run_has_no_interval():
    alone = crossed(np.ones((1, 30)))
    assert (alone.estimate, alone.known, alone.identical) == (1.0, False, False)
    assert np.isnan(alone.interval()).all()
    assert these_runs(np.ones((1, 30))).interval() == (1.0, 1.0)


def test_sides_that_agree_everywhere_are_identical():
    assert crossed(np.zeros((3, 40))).identical
    assert not crossed(np.full((3, 40), 0.1)).identical
    assert not crossed(np.concatenate([np.zeros((2, 40)), np.eye(1, 40)])).identical
    assert not crossed(np.zeros((1, 40))).identical


@pytest.mark.parametrize(("runs", "cases"), [(3, 100), (3, 1000), (5, 100), (10, 100), (10, 1000)])
@pytest.mark.parametrize("of_runs", [0.0, 1.0, 2.0, 4.0])
def test_crossed_covers(runs, cases, of_runs):
    rng = np.random.default_rng(1000 * runs + cases)
    tables = (table_of(rng, runs, cases, of_runs=of_runs, of_cases=0.03) for _ in range(2000))
    assert 0.94 <= covered([crossed(values).interval() for values in tables]) <= 0.975


def test_crossed_covers_at_five_thousand_cases():
    rng = np.random.default_rng(5)
    tables = (table_of(rng, 3, 5000, of_runs=2.0) for _ in range(1000))
    assert 0.94 <= covered([crossed(values).interval() for values in tables]) <= 0.975


@pytest.mark.parametrize("level", [0.95, 0.99, 0.9958])
def test_crossed_covers_at_the_levels_of_a_family(level):
    """Where a chance agreement of three runs would hurt most."""
    rng = np.random.default_rng(7)
    tables = (table_of(rng, 3, 100, of_runs=2.0, of_cases=0.03) for _ in range(4000))
    missed = 1 - covered([crossed(values).interval(level) for values in tables])
    assert missed <= 1.3 * (1 - level)


def test_cases_alone_do_not_cover():
    """The planted falsehood: with runs that differ, an interval over cases is far too narrow."""
    rng = np.random.default_rng(0)
    tables = [table_of(rng, 3, 200, of_runs=3.0) for _ in range(1000)]
    assert covered([these_runs(values).interval() for values in tables]) < 0.6
    assert covered([crossed(values).interval() for values in tables]) > 0.93


def test_the_deviation_of_five_draws_by_hand():
    """Chi-square of 4 degrees of freedom: 0.484419 and 11.143287 (printed table)."""
    found = spread_of(np.array([2.0, 2.0, 3.0, 4.0, 4.0]))
    assert found.estimate == 1.0
    assert found.interval() == pytest.approx((np.sqrt(4 / 11.143287), np.sqrt(4 / 0.484419)), abs=1e-5)


def test_draws_crossed_with_seeds_by_hand():
    values = np.array([[1.0, 2.0], [3.0, 6.0]])  # mean squares 9, 4 and 1
    found = spread_of_rows(values)
    assert (found.square, found.noise, found.freedom, found.noise_freedom, found.repeats) == (9, 1, 1, 1, 2)
    assert found.estimate == 2.0
    assert spread_of_rows(values[:, :1]) == spread_of(values[:, 0])


def test_without_noise_both_formulas_agree():
    assert Spread(4.0, 4, 0.0, 8, 4).interval() == pytest.approx(spread_of(np.array([-1.0, -1, 0, 1, 1])).interval())


@pytest.mark.parametrize(("draws", "seeds"), [(5, 1), (5, 3), (10, 3)])
@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_the_interval_of_the_deviation_covers(draws, seeds, noise):
    rng, truth, found = np.random.default_rng(draws + seeds), 1.0, []
    for _ in range(2000):
        rest = rng.normal(0, noise, (draws, seeds)) if seeds > 1 else 0.0
        found.append(spread_of_rows(rng.normal(0, truth, (draws, 1)) + rng.normal(0, 2, (1, seeds)) + rest).interval())
    assert 0.93 <= covered(found, truth) <= 0.97
    assert np.mean(np.array(found)[:, 1] >= truth) >= 0.96  # the upper limit alone


def test_a_further_draw_falls_into_its_interval():
    low, high = prediction(10.0, 2.0, 5)
    assert (low, high) == pytest.approx((10 - T[4] * 2 * np.sqrt(1.2), 10 + T[4] * 2 * np.sqrt(1.2)), abs=1e-4)
    rng = np.random.default_rng(0)
    draws, further = rng.normal(3, 2, (4000, 5)), rng.normal(3, 2, 4000)
    ends = [prediction(row.mean(), row.std(ddof=1), 5) for row in draws]
    inside = [low <= value <= high for (low, high), value in zip(ends, further, strict=True)]
    assert 0.94 <= np.mean(inside) <= 0.96


def estimate(mean, error=1.0, freedom=10**9):
    return Mean(mean, ((error**2, freedom),))


def excludes(ends, against=0.0):
    return [not low <= against <= high for low, high in ends]


def test_holm_by_hand():
    """p = 0.0124, 0.0207, 0.0455 of normal scores 2.5, 2.312, 2.0: limits 0.0167, 0.025, 0.05 reject all three."""
    assert excludes(holm([estimate(2.0), estimate(2.5), estimate(2.312)])) == [True, True, True]
    # 0.0124 passes 0.0167, then 0.0357 (score 2.1) fails 0.025 and stops 0.0455, which would pass alone
    assert excludes(holm([estimate(2.0), estimate(2.5), estimate(2.1)])) == [False, True, False]
    assert excludes(holm([estimate(2.0)])) == [True]


def test_holm_counts_only_what_can_be_decided():
    fixed = [crossed(np.zeros((3, 5))), crossed(np.ones((1, 5)))]
    ends = holm([estimate(2.0), *fixed])
    assert ends[0] == estimate(2.0).interval()
    assert ends[1] == (0.0, 0.0)
    assert np.isnan(ends[2]).all()


def test_holm_keeps_the_family_wise_error():
    rng = np.random.default_rng(0)
    wrong = [any(excludes(holm([estimate(value) for value in rng.normal(size=6)]))) for _ in range(2000)]
    assert 0.035 <= np.mean(wrong) <= 0.065


def test_holm_against_a_bound():
    small, large = spread_of(0.2 * np.arange(5.0)), spread_of(5 * np.arange(5.0))
    ends = holm([small, large], against=1.0)
    assert ends[0][1] < 1.0 < ends[1][0]


@given(st.lists(st.floats(-4, 4), min_size=1, max_size=8))
@settings(max_examples=50)
def test_holm_agrees_with_its_textbook_form(scores):
    from scipy.stats import norm

    p = 2 * norm.sf(np.abs(scores))
    order, rejected = np.argsort(p, kind="stable"), [False] * len(p)
    for rank, place in enumerate(order):
        if p[place] > 0.05 / (len(p) - rank):
            break
        rejected[place] = True
    assert excludes(holm([estimate(score) for score in scores])) == rejected


@pytest.mark.parametrize("values", [np.ones((0, 4)), np.full((2, 2), np.nan), np.ones((3, 1))])
def test_what_cannot_be_crossed_is_refused(values):
    with pytest.raises(InputError):
        crossed(values)


def test_one_draw_has_no_deviation():
    with pytest.raises(InputError, match="at least two values"):
        spread_of_rows(np.ones((1, 4)))
