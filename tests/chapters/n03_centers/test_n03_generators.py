"""The comparison of generators: cells against direct counts, what is left out, and the readable form."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from basics.errors import InputError
from chapters.n03_centers.generators import (
    COMPOSED,
    compare_generators,
    construction_table,
    judge_maximum,
    largest_mean,
    maximum_table,
    minimum_table,
)
from hashcenters.centers import generate
from hashcenters.centers.algorithm1 import bernoulli_centers
from hashcenters.centers.bounds import max_min_distance_bound

FRAME = compare_generators([12, 16], [10, 21, 40], seed=3)


def test_cells_are_what_the_generators_make():
    for bits, count in [(12, 10), (16, 40)]:
        centers = bernoulli_centers(bits, count, seed=3)
        distances = pdist(centers, "hamming") * bits
        row = FRAME[(FRAME.bits == bits) & (FRAME.num_classes == count) & (FRAME.method == "bernoulli")].iloc[0]
        assert row["minimum"] == round(distances.min())
        assert row["below_half"] == pytest.approx((distances < bits / 2 - 1e-9).mean())
        assert row["upper_bound"] == max_min_distance_bound(bits, count)
        assert row["gap"] == row["upper_bound"] - row["minimum"]


def test_hadamard_rows_only_where_they_exist():
    sizes = FRAME.loc[FRAME.method == "hadamard", ["bits", "num_classes", "minimum", "constant_bits"]]
    assert sizes.drop(columns="constant_bits").to_numpy().tolist() == [[16, 10, 8], [16, 21, 8]]
    assert sizes["constant_bits"].iloc[0] >= 1


def test_coding_names_its_construction():
    frame = compare_generators([16], [100], seed=0).set_index("method")
    assert frame.loc["coding", "minimum"] == frame.loc["coding", "upper_bound"] == 6
    assert frame["construction"].to_dict() == {
        "bernoulli": "",
        "balanced": "",
        "dpn": "",
        "mds": "",
        "coding": "Nordstrom–Robinson",
    }


def counting_centers(bits: int, num_classes: int, *, seed: int) -> np.ndarray:
    """The numbers below num_classes in binary: a generator of one's own."""
    if bits > 12:
        raise InputError(f"bits must be at most 12 for counting centers, got {bits}")
    return (1 - 2 * (np.arange(num_classes)[:, None] >> np.arange(bits) & 1)).astype(np.int8)


def test_a_new_generator_is_a_function_and_a_row_of_the_table(monkeypatch):
    monkeypatch.setitem(generate.GENERATORS, "counting", f"{__name__}:counting_centers")
    frame = compare_generators([12, 16], [10, 21, 40], seed=3)
    own = frame[frame["method"] == "counting"]
    assert own[["bits", "num_classes", "minimum", "constant_bits"]].to_numpy().tolist() == [
        [12, 10, 1, 8],
        [12, 21, 1, 7],
        [12, 40, 1, 6],
    ]
    assert set(own["construction"]) == {""}
    pd.testing.assert_frame_equal(frame[frame["method"] != "counting"], FRAME)
    assert "counting" in set(minimum_table(frame)["method"])


def test_every_generator_is_compared_but_the_one_composed_of_two_others():
    assert set(FRAME["method"]) == set(generate.GENERATORS) - set(COMPOSED)


def test_no_set_is_above_its_bound():
    assert (FRAME["gap"] >= 0).all()


def test_more_centers_than_codes_are_left_out():
    frame = compare_generators([4], [10, 16, 17], seed=0)
    assert frame.loc[frame["method"] == "bernoulli", "num_classes"].tolist() == [10, 16]


def test_readable_form():
    table = minimum_table(FRAME)
    assert list(table.columns) == ["bits", "method", "m = 10", "m = 21", "m = 40"]
    assert table["method"].tolist() == [
        *["bernoulli", "balanced", "dpn", "mds", "coding", "upper bound"],
        *["hadamard", "bernoulli", "balanced", "dpn", "mds", "coding", "upper bound"],
    ]
    by_name = table.set_index(["bits", "method"])
    assert by_name.loc[(16, "hadamard")].tolist() == [8, 8, "–"]
    assert by_name.loc[(16, "upper bound"), "m = 21"] == max_min_distance_bound(16, 21)


def test_table_of_constructions():
    frame = compare_generators([16], [10, 51, 80, 200], seed=0)
    frame = frame[frame["method"] == "coding"]
    table = construction_table(frame)
    assert table["num_classes"].tolist() == ["10", "51–200"]
    assert table["minimum"].tolist() == [8, 6]
    assert table["construction"].tolist() == frame["construction"].iloc[[0, 1]].tolist()


def test_bad_input():
    with pytest.raises(InputError, match="bits must be at least 1, got 0"):
        compare_generators([0], [1], seed=0)


@pytest.fixture(scope="module")
def largest():
    return maximum_table(64, [10, 21, 100], draws=5, seed=0)


def test_both_readings_contradict_and_say_where(largest):
    found = judge_maximum(largest, tight=True)
    assert (found["verdict"], found["checked"]) == ("contradicted", "checked")
    minimum, mean = found["observed"].split(". Mean, as in Definition 1: ")
    assert "m = 21: 33 are built (upper bound 33), rows have 32" in minimum
    assert "m = 100" not in minimum
    assert "m = 100: 32.233 of 32.323" in mean and "m = 10: 32.000 of 35.556" in mean


def test_rows_with_their_negatives_have_the_largest_mean(largest):
    assert largest["with negatives, mean"].tolist() == pytest.approx(largest["largest mean"].tolist())
    assert (largest["first rows, mean"] < largest["largest mean"]).all()


@pytest.mark.parametrize("count", [4, 5, 7, 8])
def test_no_centers_have_a_larger_mean(count):
    bound = float(largest_mean(4, count))
    words = np.array(list(product((-1, 1), repeat=4)))
    best = max(pdist(words[list(some)], "hamming").mean() * 4 for some in combinations(range(16), count))
    assert best <= bound + 1e-12
    assert best == pytest.approx(bound) or count % 2


def test_rows_that_are_best_in_both_readings_do_not_contradict(largest):
    best = largest.assign(**{"built, minimum": 32, "first rows, mean": largest["largest mean"]})
    found = judge_maximum(best, tight=False)
    assert (found["verdict"], found["checked"]) == ("not-shown", "it fails")
    one = judge_maximum(best.assign(**{"built, minimum": [32, 33, 32]}), tight=True)
    assert one["verdict"] == "contradicted"
