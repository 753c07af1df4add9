"""Five draws of centers: a row of Table 1, and what their deviation is judged by."""

import numpy as np
import pandas as pd
import pytest
from made_up import OPTIONS

from chapters.shared import draws
from chapters.shared.setting import parse_options
from hashcenters.datasets.digits import load_digits100
from workbook.intervals import spread_of
from workbook.literature import numbers_of


@pytest.fixture(scope="module")
def data():
    return load_digits100(**parse_options(OPTIONS))


def drawn(data, values, *, converged=True, kind="x"):
    """A row of Table 1 from mAPs (draws, seeds)."""
    values = np.asarray(values, dtype=float)
    rows = [
        {"method": f"draw {draw}", "bits": 64, "seed": seed, "mAP": value, "converged": converged}
        for (draw, seed), value in np.ndenumerate(values)
    ]
    return pd.DataFrame([draws.draw_row(kind, pd.DataFrame(rows), data)])


def judged_draws(row):
    return draws.judge_draws(draws.data_across(row))


FIVE = np.array([[-1.0], [-1.0], [0.0], [1.0], [1.0]])  # standard deviation 1


@pytest.mark.parametrize(
    ("points", "verdict"),
    [(0.2, "trend"), (0.34, "trend"), (0.38, "inconclusive"), (0.8, "inconclusive"), (2, "not-shown")],
)
def test_draws_are_judged_by_the_interval_of_their_deviation(data, points, verdict):
    """Two seeds that agree leave the interval of a plain sample of five draws."""
    judged = judged_draws(drawn(data, 0.8 + points / 100 * np.tile(FIVE, 2)))
    assert judged["verdict"] == verdict
    assert f"{0.5991 * points:.2f} to {2.8736 * points:.2f}" in judged["why"]


@pytest.mark.parametrize("points", [0.2, 2])
def test_one_seed_a_draw_is_no_evidence(data, points):
    judged = judged_draws(drawn(data, 0.8 + points / 100 * FIVE))
    assert judged["verdict"] == "inconclusive"
    assert judged["why"].endswith("one seed a draw is no evidence")
    assert drawn(data, 0.8 + points / 100 * FIVE)["σ of the rest"].item() == draws.NONE


def test_draws_that_have_not_converged_earn_no_trend(data):
    judged = judged_draws(drawn(data, 0.8 + 0.002 * np.tile(FIVE, 2), converged=False))
    assert judged["verdict"] == "inconclusive"
    assert judged["why"].endswith("trainings without a plateau earn no trend")


def test_the_spread_of_trainings_is_not_that_of_draws(data):
    """Seeds 3 points apart, draws a tenth: with seeds crossed the draws are found to be alike."""
    crossed = 0.8 + 0.001 * FIVE + 0.03 * np.array([[-1.0, 0.0, 1.0]])
    row = drawn(data, crossed)
    assert row["spread"].item().estimate == pytest.approx(0.1)
    judged = judged_draws(row)
    assert judged["verdict"] == "trend"
    assert "apart from the spread of trainings" in judged["why"]
    assert row["σ of seeds"].item().startswith("3.00 pp (") and row["σ of the rest"].item() == "below 0.01 pp"


def test_the_components_of_variance_are_those_of_two_factors(data):
    """Draws 1 and seeds 2 apart, and a rest that is orthogonal to both: by the mean squares, worked out by hand."""
    rest = 0.001 * np.array([[1.0, -1.0], [-1.0, 1.0]])
    row = drawn(data, 0.8 + 0.01 * np.array([[-1.0], [1.0]]) + 0.02 * np.array([[-1.0, 1.0]]) + rest)
    # mean squares, points²: draws 2·2, seeds 2·8, the rest 4·0.01; (4 − 0.04)/2, (16 − 0.04)/2
    assert row["spread"].item().estimate == pytest.approx(1.98**0.5)
    assert row["mAP"].item().endswith("± 1.41 pp")
    assert row["σ of seeds"].item().startswith("2.82 pp (") and row["σ of the rest"].item() == "0.20 pp"


def test_the_table_has_the_interval_that_the_claim_goes_by(data):
    rows = pd.concat([drawn(data, 0.8 + 0.002 * np.tile(FIVE, 2), kind=kind) for kind in ("a", "b")])
    table = draws.data_across(rows)
    why = draws.judge_draws(table)["why"]
    (ends,) = table.loc[table["quantity"] == "the same by Holm's procedure", ["a", "b"]].to_numpy()
    assert all(f"{kind} {end.removesuffix(' pp')}" in why for kind, end in zip("ab", ends, strict=True))


def test_draws_that_add_nothing_to_the_spread_of_trainings_are_no_zero(data):
    rows = {
        name: drawn(data, 0.8 + own + 0.03 * np.array([[-1.0, 0.0, 1.0]]))
        for name, own in {"alike": 0 * FIVE, "apart": 0.001 * FIVE}.items()
    }
    assert {name: row["mAP"].item() for name, row in rows.items()} == {
        "alike": "0.8000 ± below 0.01 pp",
        "apart": "0.8000 ± 0.10 pp",
    }


def test_the_bound_rests_on_the_printed_deviations():
    printed = [number.plus_minus for number in numbers_of("CSQ Table 1")]
    assert (min(printed), max(printed)) == draws.PRINTED_DEVIATIONS
    assert spread_of(np.array([-1.0, -1.0, 0.0, 1.0, 1.0])).interval()[1] * max(printed) == pytest.approx(1.0, abs=0.01)
