"""Values as text, by hand-computed cases."""

import math

import pandas as pd
import pytest

from basics.frames import cells, is_numeric


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.5, 0.25], ["0.50", "0.25"]),
        ([32.0, 64.0], ["32", "64"]),
        ([0.861234, 0.5], ["0.8612", "0.5000"]),
        ([1234.567, math.nan], ["1234.57", "–"]),
        ([math.inf, -math.inf, 1.0], ["∞", "−∞", "1"]),
        ([-0.25, 1e-9], ["−0.25", "1.0e−09"]),
        ([math.nan, math.nan], ["–", "–"]),
    ],
)
def test_floats_get_the_fewest_decimals_that_tell_them_apart(values, expected):
    assert cells(pd.DataFrame({"x": values}))["x"].tolist() == expected


def test_other_cells():
    frame = pd.DataFrame({"x": [None, True, "a", -3, 0.123456]}, dtype=object)
    assert cells(frame)["x"].tolist() == ["–", "yes", "a", "−3", "0.1235"]


def test_named_indices_and_column_pairs_become_headings():
    frame = pd.DataFrame(
        [[1, 2]],
        index=pd.Index(["a"], name="method"),
        columns=pd.MultiIndex.from_product([["map"], [16, 32]]),
    )
    assert list(cells(frame).columns) == ["method", "map 16", "map 32"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [(["1", "−2.5", "–", "1.0e−09", "∞"], True), (["1", "a"], False), (["0.5 ± 0.1"], False), ([], False)],
)
def test_columns_of_numbers_are_recognised(column, expected):
    assert is_numeric(pd.Series(column, dtype=object)) is expected
