"""Eq. 2 of SHC: hand-computed targets, its properties, its asymmetry, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from basics.errors import InputError
from hashcenters.centers.targets import (
    asymmetry,
    asymmetry_floor,
    category_similarity,
    target_error,
    target_matrix,
)

OFF = ~np.eye(6, dtype=bool)


def _similarity(seed: int, classes: int = 6) -> np.ndarray:
    features = np.random.default_rng(seed).normal(size=(classes, 5))
    return category_similarity(features)


def test_by_hand():
    similarity = np.array([[100, 1, 3, 5], [1, 100, 2, 2], [3, 2, 100, 10], [5, 2, 10, 100]])
    expected = [[8, -8, 0, 8], [-8, 8, 8, 8], [-6, -8, 8, 8], [-2, -8, 8, 8]]
    assert target_matrix(similarity, 8) == pytest.approx(np.array(expected, dtype=float))
    symmetric = target_matrix(similarity, 8, form="symmetric")
    assert symmetric[0] == pytest.approx([8, -8, -3, 3])
    assert np.array_equal(symmetric, symmetric.T)


@given(st.integers(0, 10_000), st.integers(1, 256))
def test_ends_are_reached_and_order_is_kept_in_every_row(seed: int, bits: int):
    similarity = _similarity(seed)
    target = target_matrix(similarity, bits)
    for row in range(6):
        others, mapped = similarity[row][OFF[row]], target[row][OFF[row]]
        assert mapped.min() == pytest.approx(-bits) and mapped.max() == pytest.approx(bits)
        assert np.array_equal(np.argsort(others), np.argsort(mapped))
        slopes = np.diff(np.sort(mapped)) / np.diff(np.sort(others))
        assert slopes == pytest.approx(slopes[0])


def test_diagonal_is_not_read():
    similarity = _similarity(0)
    other = similarity + np.diag(np.full(6, 1e6))
    assert target_matrix(similarity, 16) == pytest.approx(target_matrix(other, 16))


def test_similarity_is_the_inner_product_of_features():
    features = np.array([[1.0, 2], [0, 1], [3, -1]])
    assert np.array_equal(category_similarity(features), [[5, 2, 1], [2, 1, -1], [1, -1, 10]])


def test_asymmetry_by_hand():
    target = np.array([[8.0, 2, 0], [-2, 8, 1], [0, 5, 8]])
    assert asymmetry(target) == pytest.approx((4 + 0 + 4) / 3)
    assert asymmetry_floor(target) == pytest.approx((16 + 0 + 16) / 3 / 4)
    assert asymmetry((target + target.T) / 2) == 0


@given(st.integers(0, 10_000), arrays(np.int8, (6, 16), elements=st.sampled_from([-1, 1])))
def test_both_forms_have_the_same_best_centers(seed: int, centers: np.ndarray):
    """Their errors differ by a constant, whatever the centers are."""
    similarity = _similarity(seed)
    row_wise, symmetric = target_matrix(similarity, 16), target_matrix(similarity, 16, form="symmetric")
    difference = target_error(centers, row_wise) - target_error(centers, symmetric)
    assert difference == pytest.approx(asymmetry_floor(row_wise))


def test_error_by_hand():
    centers = np.array([[1, 1], [1, -1], [-1, -1]], dtype=np.int8)
    target = np.array([[9.0, 1, -2], [0, 9, 1], [-2, 0, 9]])
    assert target_error(centers, target) == pytest.approx((1 + 0 + 0 + 1 + 0 + 0) / 6)


def _with(value: float, row: int, column: int) -> np.ndarray:
    similarity = _similarity(1)
    similarity[row, column] = value
    return similarity


CONSTANT = _similarity(2)
CONSTANT[3] = 0.25
TWINS = np.tile(np.random.default_rng(0).normal(size=(1, 40)), (5, 1)) * np.arange(1, 2)


@pytest.mark.parametrize(
    ("similarity", "message"),
    [
        (np.ones((4, 7)), r"square, got 4 x 7; for category features use category_similarity"),
        (np.eye(2), r"at least 3 classes .* got 2"),
        (_with(np.nan, 2, 4), r"similarity must be finite, got nan in row 2, column 4"),
        (_with(-np.inf, 0, 1), r"got -inf in row 0, column 1"),
        (CONSTANT, r"got 0.25 all over row 3"),
        (np.ones((4, 4), dtype=np.int64), r"all over row 0"),
        (category_similarity(TWINS), r"all over row 0"),
    ],
)
def test_similarities_that_have_no_target(similarity: np.ndarray, message: str):
    with pytest.raises(InputError, match=message):
        target_matrix(similarity, 16)


def test_bits_form_and_features():
    with pytest.raises(InputError, match="bits must be at least 1, got 0"):
        target_matrix(_similarity(0), 0)
    with pytest.raises(InputError, match=r"features must be finite, got nan in row 1, column 0"):
        category_similarity(np.array([[1.0], [np.nan]]))
