import numpy as np
import pytest
import sympy

from basics.errors import InputError
from chapters.n02_proofs.check import (
    Check,
    about,
    check_table,
    combine,
    compare,
    identity,
    outcome_table,
    tally,
    verdict,
)

EXACT = Check("a", "exhaustive", 3)
SAMPLED = Check("b", "sampled", 5, 0.25)
BROKEN = Check("c", "exhaustive", 2, 1.0, "row 1")


def test_compare_names_the_first_wrong_entry_and_the_largest_deviation():
    observed = np.array([[1.0, 2.0], [5.0, 7.0]])
    check = compare("s", "numeric", observed, np.array([[1, 2], [4, 4]]), names=("row", "bit"))
    assert not check.holds
    assert check.counter_example == "row 1, bit 0: 5 instead of 4"
    assert check.deviation == 3 and check.cases == 4


def test_compare_counts_only_the_cases_it_is_told_of():
    check = compare("s", "numeric", np.array([1.0, 9.0]), 1, names=["i"], among=np.array([True, False]))
    assert check.holds and check.cases == 1 and check.deviation == 0


def test_compare_never_accepts_nan():
    assert not compare("s", "numeric", np.array([np.nan]), 0, names=["i"], tolerance=10).holds


def test_compare_takes_what_is_expected_of_every_row():
    observed = np.array([[1.0, 2.0], [1.0, 3.0]])
    check = compare("s", "numeric", observed, np.array([1, 2]), names=("row", "bit"))
    assert check.counter_example == "row 1, bit 1: 3 instead of 2"


def test_a_tally_keeps_the_first_wrong_case():
    assert tally("s", "sampled", 9, iter(["a", "b"]), 2.0) == Check("s", "sampled", 9, 2.0, "a")
    assert tally("s", "sampled", 9, []).holds


def test_an_identity_holds_for_every_value_of_its_symbols():
    x = sympy.symbols("x")
    assert identity("s", one=sympy.sin(x) ** 2 + sympy.cos(x) ** 2 - 1, two=x - x).cases == 2
    assert identity("s", one=x - x, two=2 * x).counter_example == "two: off by 2*x"


@pytest.mark.parametrize(("off", "holds"), [(0.1, True), (0.1001, False)])
def test_compare_accepts_the_tolerance_and_no_more(off, holds):
    assert compare("s", "numeric", np.array([off]), 0, names=["i"], tolerance=0.1).holds == holds


@pytest.mark.parametrize(
    ("checks", "word"),
    [
        ([EXACT], "proved"),
        ([EXACT, SAMPLED], "inconclusive"),
        ([SAMPLED], "inconclusive"),
        ([EXACT, BROKEN], "contradicted"),
    ],
)
def test_verdict_needs_an_exact_check_and_no_broken_one(checks, word):
    assert verdict(*checks) == word


def test_a_claim_is_proved_by_what_speaks_of_all_cases_only():
    assert verdict(EXACT, also=[SAMPLED]) == "proved"
    assert verdict(SAMPLED, also=[EXACT]) == "inconclusive"
    assert verdict(EXACT, also=[BROKEN]) == "contradicted"


def test_verdict_of_nothing_is_refused():
    with pytest.raises(InputError, match="at least one check of the claim"):
        verdict()


def test_combine_adds_cases_and_keeps_the_first_counter_example_with_its_label():
    both = combine("all", [EXACT, BROKEN], labels=["K = 2", "K = 4"])
    assert both == Check("all", "exhaustive", 5, 1.0, "K = 4: row 1")
    assert combine("all", [EXACT, EXACT]).holds


@pytest.mark.parametrize("checks", [[], [EXACT, SAMPLED]])
def test_combine_refuses_nothing_and_mixed_methods(checks):
    with pytest.raises(InputError, match="must share one method"):
        combine("all", checks)


def test_outcome_says_how_many_cases_or_which_one_broke_it():
    assert Check("s", "numeric", 1200, 3e-16).outcome == "holds in all of 1,200 cases"
    assert Check("s", "symbolic", 2).outcome == "holds identically"
    assert BROKEN.outcome == "fails at row 1"


def test_table_hides_rounding_and_an_empty_column():
    table = check_table(Check("s", "numeric", 1, 3e-16), SAMPLED)
    assert table["deviation"].tolist() == ["below 1e-09", "0.25"]
    assert "counter-example" not in table
    assert check_table(EXACT, BROKEN)["counter-example"].tolist() == ["", "row 1"]


def test_outcomes_of_several_subjects_stand_side_by_side():
    table = outcome_table({"one": [EXACT, EXACT], "two": [EXACT, BROKEN]}, rows="step")
    assert table["two"].tolist() == ["holds", "fails: row 1"]
    assert table["step"].tolist() == ["a", "a"]


def test_table_has_a_row_a_check():
    table = check_table(about("K = 8", EXACT), BROKEN)
    assert table["holds"].tolist() == ["yes", "no"]
    assert table["statement"][0] == "K = 8: a"
