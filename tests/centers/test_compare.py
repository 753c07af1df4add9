"""The comparison of generators: cells against direct counts, what is left out, and the readable form."""

import numpy as np
import pytest
from basics.errors import InputError
from hashcenters.centers.bernoulli import bernoulli_centers
from hashcenters.centers.bounds import max_min_distance_bound
from hashcenters.centers.compare import (
    bernoulli_minimums,
    bernoulli_table,
    compare_generators,
    construction_table,
    distance_shares,
    distance_table,
)
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix
from scipy.spatial.distance import pdist

FRAME = compare_generators([12, 16], [10, 21, 40], seed=3, methods=("hadamard", "bernoulli", "balanced"))


def test_cells_are_what_the_generators_make():
    for bits, count in [(12, 10), (16, 40)]:
        centers = bernoulli_centers(bits, count, seed=3)
        distances = pdist(centers, "hamming") * bits
        row = FRAME[(FRAME.bits == bits) & (FRAME.num_classes == count) & (FRAME.method == "bernoulli")].iloc[
            0
        ]
        assert row["minimum"] == round(distances.min())
        assert row["below_half"] == pytest.approx((distances < bits / 2 - 1e-9).mean())
        assert row["upper_bound"] == max_min_distance_bound(bits, count)
        assert row["gap"] == row["upper_bound"] - row["minimum"]


def test_hadamard_rows_only_where_they_exist():
    sizes = FRAME.loc[FRAME.method == "hadamard", ["bits", "num_classes", "minimum", "constant_bits"]]
    assert sizes.drop(columns="constant_bits").to_numpy().tolist() == [[16, 10, 8], [16, 21, 8]]
    assert sizes["constant_bits"].iloc[0] >= 1


def test_coding_names_its_construction():
    frame = compare_generators([16], [100], seed=0, methods=("bernoulli", "coding"))
    assert frame["minimum"].iloc[1] == frame["upper_bound"].iloc[1] == 6
    assert frame["construction"].iloc[0] == "" and frame["construction"].iloc[1]


def test_shares_of_distances():
    frame = distance_shares({"H_4": hadamard_matrix(4), "H_8": double_hadamard(4)})
    assert frame.to_numpy().tolist() == [["H_4", 4, 2, 1.0], ["H_8", 4, 2, 24 / 28], ["H_8", 4, 4, 4 / 28]]


def test_no_set_is_above_its_bound():
    assert (FRAME["gap"] >= 0).all()


def test_more_centers_than_codes_are_left_out():
    frame = compare_generators([4], [10, 16, 17], seed=0, methods=("bernoulli",))
    assert frame["num_classes"].tolist() == [10, 16]


def test_readable_form():
    table = distance_table(FRAME)
    assert list(table.columns) == ["bits", "method", "m = 10", "m = 21", "m = 40"]
    assert table["method"].tolist() == [
        *["bernoulli", "balanced", "upper bound"],
        *["hadamard", "bernoulli", "balanced", "upper bound"],
    ]
    by_name = table.set_index(["bits", "method"])
    assert by_name.loc[(16, "hadamard")].tolist() == [8, 8, "–"]
    assert by_name.loc[(16, "upper bound"), "m = 21"] == max_min_distance_bound(16, 21)


@pytest.mark.parametrize("balanced", [True, False])
def test_minima_of_draws(balanced: bool):
    minima = bernoulli_minimums(16, 30, draws=4, seed=7, balanced=balanced)
    expected = [
        round(
            (
                pdist(bernoulli_centers(16, 30, seed=s, balanced=balanced, balanced_draws=1), "hamming") * 16
            ).min()
        )
        for s in (7, 8, 9, 10)
    ]
    assert minima.tolist() == expected
    assert balanced == bool(np.all(minima % 2 == 0))


def test_table_of_draws():
    table = bernoulli_table([(16, 30)], draws=5, seed=7)
    assert table.groupby("draws")["share"].sum().tolist() == pytest.approx([1, 1])
    minima = bernoulli_minimums(16, 30, draws=5, seed=7)
    flips = table[table["draws"] == "coin flips"].set_index("minimum")["share"]
    assert flips[minima[0]] == pytest.approx((minima == minima[0]).mean())
    assert set(table["coding"]) == {8} and set(table["upper_bound"]) == {8}


def test_table_of_constructions():
    frame = compare_generators([16], [10, 51, 80, 200], seed=0, methods=("coding",))
    table = construction_table(frame)
    assert table["num_classes"].tolist() == ["10", "51–200"]
    assert table["minimum"].tolist() == [8, 6]
    assert table["construction"].tolist() == frame["construction"].iloc[[0, 1]].tolist()


def test_bad_input():
    with pytest.raises(InputError, match=r"methods must be among .*, got magic"):
        compare_generators([16], [10], seed=0, methods=("bernoulli", "magic"))
    with pytest.raises(InputError, match="draws must be at least 1, got 0"):
        bernoulli_minimums(16, 10, draws=0, seed=0)
