"""Distances of multi-label centroids."""

import numpy as np
import pandas as pd
import pytest

from basics.errors import InputError
from chapters.n02_proofs.centroid_theory import expected_distance
from chapters.shared.centroids import centroid_distances, centroid_shares, disjoint_label_sets
from hashcenters.centers.hadamard import hadamard_matrix

ROWS = hadamard_matrix(16)


def test_label_sets_are_disjoint_and_of_the_size_asked():
    first, second = disjoint_label_sets(9, 4, samples=50, seed=0)
    assert (first.sum(axis=1) == 4).all() and (second.sum(axis=1) == 4).all()
    assert (first + second).max() == 1
    assert first.any(axis=0).all()


def test_single_labels_are_the_centers_themselves():
    frame = centroid_distances(ROWS, [1], samples=30, seed=0)
    assert set(frame["distance"]) == {8}
    assert set(frame["ties"]) == {"none"} and frame["tied"].max() == 0


def test_means_are_the_exact_ones():
    frame = centroid_distances(ROWS, [2, 3, 4], samples=4000, seed=1)
    groups = frame.groupby(["set_size", "ties"])["distance"]
    errors = groups.std() / 4000**0.5
    for (size, ties), mean in groups.mean().items():
        exact = float(expected_distance(16, size, ties="shared" if ties == "shared" else "independent"))
        # with shared ties all samples lean on one and the same tie vector
        slack = 0.3 if ties == "shared" else 5 * errors[size, ties]
        assert mean == pytest.approx(exact, abs=slack)
    assert frame.loc[frame["set_size"] == 2, "tied"].mean() == pytest.approx(0.5)


def test_shares_count_the_distances():
    frame = pd.DataFrame({"set_size": [2, 2, 2, 3], "ties": ["shared"] * 3 + ["none"], "distance": [6, 8, 8, 9]})
    assert centroid_shares(frame, 16).to_numpy().tolist() == [
        ["n = 2, shared ties", 16, 6, pytest.approx(1 / 3)],
        ["n = 2, shared ties", 16, 8, pytest.approx(2 / 3)],
        ["n = 3, no ties", 16, 9, 1.0],
    ]


def test_bad_input():
    with pytest.raises(InputError, match="set_size must be 1 to 8 for 16 labels, got 9"):
        centroid_distances(ROWS, [9], samples=2, seed=0)
    assert np.array_equal(ROWS, hadamard_matrix(16))
