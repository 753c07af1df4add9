import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebook_code import definitions

from chapters.n02_proofs.linear_extension import (
    asymmetry_row,
    check_derivation,
    check_extension,
    check_nearest_identical,
    check_printed_equation,
    check_row_map,
    check_same_minimiser,
    check_symmetric,
    check_undefined,
    random_similarity,
    target_pairs,
    twins_row,
)
from chapters.shared.similarities import grouped_features
from hashcenters.centers.targets import category_similarity, target_matrix

EQ_3 = definitions("02_proofs").Eq_3
SIMILARITY = random_similarity(12, 5, seed=0)


def test_the_extension_passes_and_wrong_ones_fail():
    assert all(check.holds for check in check_extension(EQ_3))
    swapped = check_extension(lambda x, a, b, low, high: EQ_3(x, a, b, high, low))
    assert [check.holds for check in swapped] == [False, False, True, False]
    square = check_extension(lambda x, a, b, low, high: (high - low) * ((x - a) / (b - a)) ** 2 + low)
    assert [check.holds for check in square] == [True, True, False, False]


def test_eq_4_line_by_line_and_eq_2_as_an_equation():
    assert check_derivation(EQ_3).holds
    assert check_printed_equation(EQ_3).counter_example.endswith("(0 for min = −q, max = q: 0)")


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(3, 12), st.integers(1, 128))
def test_every_row_reaches_its_ends_keeps_its_order_and_is_affine(seed, classes, bits):
    similarity = random_similarity(classes, 4, seed=seed)
    assert all(check.holds for check in check_row_map(similarity, target_matrix(similarity, bits), bits))


def test_the_symmetric_form_gives_up_ends_order_and_affinity():
    target = target_matrix(SIMILARITY, 16, form="symmetric")
    assert not any(check.holds for check in check_row_map(SIMILARITY, target, 16))
    assert check_symmetric(target).holds


def test_a_map_by_the_ends_of_the_whole_matrix_is_told_apart():
    others = SIMILARITY[~np.eye(12, dtype=bool)]
    target = EQ_3(SIMILARITY, others.min(), others.max(), -16.0, 16.0)
    ends, order, affine = check_row_map(SIMILARITY, target, 16)
    assert not ends.holds and order.holds and affine.holds


def test_a_wrong_sign_loses_ends_and_order():
    ends, order, _ = check_row_map(SIMILARITY, -target_matrix(SIMILARITY, 16), 16)
    assert not ends.holds and not order.holds


def test_undefined_rows_are_refused(monkeypatch):
    assert check_undefined(16).holds
    monkeypatch.setattr("chapters.n02_proofs.linear_extension.target_matrix", lambda similarity, bits: similarity)
    assert not check_undefined(16).holds


def test_row_wise_targets_ask_for_twins_and_are_not_symmetric():
    target = target_matrix(SIMILARITY, 16)
    assert check_nearest_identical(target, 16).holds
    assert not check_symmetric(target).holds
    assert not check_nearest_identical(target / 2, 16).holds


def test_both_forms_have_the_same_best_centers(monkeypatch):
    assert check_same_minimiser(SIMILARITY, 16, draws=5, seed=0).holds
    monkeypatch.setattr("chapters.n02_proofs.linear_extension.asymmetry_floor", lambda target: 0.0)
    assert not check_same_minimiser(SIMILARITY, 16, draws=5, seed=0).holds


def test_asymmetry_by_hand():
    similarity = np.array([[9.0, 1, 2], [1, 9, 5], [2, 5, 9]])
    row = asymmetry_row("hand", similarity, 8)
    assert row["pairs that differ"] == pytest.approx(1 / 3)
    assert row["largest"] == 16 and row["mean |t_ij − t_ji|"] == pytest.approx(16 / 3)
    assert row["classes nearest to each other"] == pytest.approx(2 / 3)
    assert target_pairs(similarity, 8)["t_ij"].tolist() == [-8, 8, 8]


def test_classes_that_wish_for_one_code_seldom_have_it():
    apart = twins_row("random", random_similarity(100, 32, seed=0), 32, seed=0)
    assert (apart["wished"], apart["twins"]) == (100, 0) and apart["minimum"] > 0
    alike = category_similarity(grouped_features(100, groups=12, width=64, seed=0))
    assert twins_row("groups", alike, 16, seed=0)["twins"] > 0
