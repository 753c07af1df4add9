"""Centroids case by case, and what the tie vector does to them."""

import pandas as pd
import pytest

from basics.errors import InputError
from chapters.n03_centers.centroids import centroid_table, tie_sensitivity
from hashcenters.centers.hadamard import hadamard_matrix

ROWS = hadamard_matrix(16)
FRAME = pd.DataFrame(
    {
        "centers": "rows",
        "set_size": [2, 2, 2, 3],
        "ties": ["shared"] * 3 + ["none"],
        "distance": [6, 8, 8, 9],
        "tied": [0.5, 0.25, 0.75, 0],
    }
)


def test_table_summarises_the_distances():
    assert centroid_table(FRAME, 16).to_numpy().tolist() == [
        ["rows", 2, "shared", pytest.approx(22 / 3), 6, 0.5, pytest.approx(1 / 3)],
        ["rows", 3, "none", 9, 9, 0, 0],
    ]


def test_sensitivity():
    frame = tie_sensitivity(ROWS, [2, 3], samples=400, vectors=6, seed=0).set_index("set_size")
    assert frame.loc[3, ["tied", "moved"]].tolist() == [0, 0]
    assert frame.loc[3, "lowest_mean"] == frame.loc[3, "highest_mean"]
    assert frame.loc[2, "moved"] == pytest.approx(frame.loc[2, "tied"] / 2, abs=0.08)
    assert frame.loc[2, "lowest_mean"] < frame.loc[2, "highest_mean"] < 8


def test_bad_input():
    with pytest.raises(InputError, match="vectors must be at least 2, got 1"):
        tie_sensitivity(ROWS, [2], samples=2, vectors=1, seed=0)
    assert (hadamard_matrix(16) == ROWS).all()
