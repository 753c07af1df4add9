import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basics.errors import InputError
from chapters.shared.multilabel import majority_centroids
from hashcenters.centers.hadamard import hadamard_rows

CENTERS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]], dtype=np.int8)


def naive(centers, labels, tie_vectors):
    codes = np.empty((len(labels), centers.shape[1]), dtype=np.int8)
    for sample, row in enumerate(labels):
        fill = tie_vectors[sample if len(tie_vectors) > 1 else 0]
        for bit in range(centers.shape[1]):
            chosen = centers[row == 1, bit]
            ones, others = (chosen == 1).sum(), (chosen == -1).sum()
            codes[sample, bit] = fill[bit] if ones == others else (1 if ones > others else -1)
    return codes


@given(seed=st.integers(0, 10_000), ties=st.sampled_from(["independent", "shared"]))
@settings(max_examples=30)
def test_against_a_naive_loop(seed, ties):
    rng = np.random.default_rng(seed)
    centers = hadamard_rows(16, 8, seed=seed)
    labels = rng.integers(0, 2, size=(12, 8), dtype=np.uint8)
    labels[~labels.any(axis=1), 0] = 1
    made = majority_centroids(centers, labels, ties=ties, seed=seed)
    assert np.array_equal(made.codes, naive(centers, labels, made.tie_vectors))
    assert np.array_equal(made.tied, (labels.astype(int) @ centers) == 0)


def test_hand_computed():
    labels = np.array([[0, 1, 0], [1, 1, 1], [1, 1, 0]], dtype=np.uint8)
    made = majority_centroids(CENTERS, labels, ties="shared", seed=0)
    assert made.codes[:2].tolist() == [[1, -1, 1, -1], [1, 1, 1, -1]]
    assert made.tied.tolist() == [[False] * 4, [False] * 4, [False, True, False, True]]
    assert made.tied_share == pytest.approx(2 / 12)
    assert made.codes[2, [1, 3]].tolist() == made.tie_vectors[0, [1, 3]].tolist()


def test_shared_ties_are_one_vector_and_independent_ones_are_not():
    centers = hadamard_rows(64, 40, seed=0)
    labels = np.zeros((20, 40), dtype=np.uint8)
    labels[np.arange(20), np.arange(20)] = labels[np.arange(20), np.arange(20, 40)] = 1
    shared = majority_centroids(centers, labels, ties="shared", seed=1)
    independent = majority_centroids(centers, labels, ties="independent", seed=1)
    assert shared.tie_vectors.shape == (1, 64)
    assert len(np.unique(independent.tie_vectors, axis=0)) == 20


def test_equal_label_sets_share_a_centroid_wherever_they_stand():
    labels = np.array([[1, 1, 0], [0, 1, 1], [1, 1, 0]], dtype=np.uint8)
    made = majority_centroids(CENTERS, labels, ties="independent", seed=7)
    alone = majority_centroids(CENTERS, labels[2:], ties="independent", seed=7)
    assert np.array_equal(made.codes[0], made.codes[2])
    assert np.array_equal(alone.codes[0], made.codes[2])


@pytest.mark.parametrize(
    ("labels", "ties", "message"),
    [
        ([[1, 0, 0], [0, 0, 0]], "shared", "got none in row 1"),
        ([[1, 0]], "shared", r"one column a center \(3\), got 2"),
        ([[1, 2, 0]], "shared", "0 or 1, got 2"),
        ([[1, 1, 0]], "both", "independent"),
    ],
)
def test_bad_input(labels, ties, message):
    # the type checker of the tests would refuse an unknown `ties` first
    with pytest.raises((InputError, TypeError), match=message):
        majority_centroids(CENTERS, np.array(labels, dtype=np.uint8), ties=ties, seed=0)
