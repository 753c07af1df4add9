from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from notebook_code import definitions

from basics.errors import InputError
from chapters.n02_proofs.hadamard_distances import (
    check_across_halves,
    check_distance_formula,
    check_every_length,
    check_mean,
    check_mean_above_half,
    check_mean_symbolically,
    check_within_halves,
    distance_summary,
    halves,
    mean_distance,
)
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix

CHECKS = [check_within_halves, check_across_halves, check_mean]


@pytest.mark.parametrize("bits", [2, 4, 8, 64])
@pytest.mark.parametrize("check", CHECKS)
def test_hadamard_rows_pass_every_case(check, bits):
    assert check(double_hadamard(bits)).holds


@pytest.mark.parametrize("check", CHECKS)
def test_a_wrong_row_breaks_every_case(check):
    rows = double_hadamard(8)
    rows[3, 2] *= -1
    assert not check(rows).holds


def test_a_lower_half_that_is_not_negated_breaks_the_third_case_and_the_mean():
    rows = np.vstack([hadamard_matrix(8), hadamard_matrix(8)])
    assert check_within_halves(rows).holds
    assert not check_across_halves(rows).holds
    assert not check_mean(rows).holds


def test_number_of_cases_is_the_number_of_pairs():
    rows = double_hadamard(8)
    assert check_within_halves(rows).cases == 2 * 28
    assert check_across_halves(rows).cases == 64
    assert check_mean(rows).cases == 120


def test_a_hadamard_matrix_of_another_order_passes_too():
    residues = {i * i % 11 for i in range(1, 11)}
    core = np.array([[1 if (j - i) % 11 in residues else -1 for j in range(11)] for i in range(11)])
    np.fill_diagonal(core, -1)
    matrix = np.block([[np.ones((1, 1)), np.ones((1, 11))], [np.ones((11, 1)), core]]).astype(np.int8)
    assert all(check(np.vstack([matrix, -matrix])).holds for check in CHECKS)


def test_the_printed_formula_fails_and_the_corrected_one_holds():
    codes, notebook = double_hadamard(8), definitions("02_proofs")
    assert check_distance_formula(codes, notebook.with_minus).holds
    broken = check_distance_formula(codes, notebook.as_printed)
    assert broken.counter_example == "row 0, against row 1: 0 instead of 4"


def test_mean_distance_against_all_pairs_one_by_one():
    codes = np.random.default_rng(0).choice([-1, 1], (9, 5)).astype(np.int8)
    distances = [int((a != b).sum()) for a, b in combinations(codes, 2)]
    assert mean_distance(codes) == Fraction(sum(distances), len(distances))


def test_the_mean_is_above_half_in_h2k_and_equal_to_it_in_hk():
    assert check_mean_above_half(double_hadamard(16)).holds
    assert check_mean_above_half(hadamard_matrix(16)).counter_example.endswith("= K/2")
    assert check_mean_above_half(np.ones((2, 4), dtype=np.int8)).counter_example.endswith("< K/2")


def test_the_mean_follows_for_every_length():
    assert check_mean_symbolically().holds


def test_rows_stay_orthogonal_for_every_length_and_with_no_other_signs():
    assert check_every_length().holds
    assert check_every_length(((1, -1), (1, 1))).holds
    assert check_every_length(((1, 1), (1, 1))).counter_example.startswith("block 0, 1")


def test_halves_refuse_a_matrix_that_is_no_stack():
    with pytest.raises(InputError, match=r"must have 2 \* bits = 16 rows, got 8"):
        halves(hadamard_matrix(8))


def test_summary_of_a_small_stack():
    rows = double_hadamard(2)
    assert distance_summary(rows) == {
        "bits": 2,
        "pairs": 6,
        "K/2": 1.0,
        "minimum": 1,
        "mean": pytest.approx(4 / 3),
        "K²/(2K−1)": pytest.approx(4 / 3),
        "maximum": 2,
    }
