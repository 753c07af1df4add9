import numpy as np
import pytest
from hashcenters.centers.hadamard import hadamard_matrix
from hashcenters.errors import InputError
from hashcenters.proofs.centroid_sampling import (
    Interval,
    check_sampled_means,
    draw_disjoint_sets,
    histogram_table,
    means_table,
    overlap_of_ties,
    realised_distances,
    sampled_distance,
)
from hashcenters.proofs.multilabel_centroids import mean_over_ties, votes


def test_drawn_sets_are_disjoint_and_reach_every_row_evenly():
    first, second = draw_disjoint_sets(16, 3, samples=4000, seed=0)
    both = np.hstack([first, second])
    assert all(len(set(row)) == 6 for row in both.tolist())
    assert np.bincount(first.ravel(), minlength=16) / first.size == pytest.approx(
        np.full(16, 1 / 16), abs=0.01
    )


def test_the_same_seed_draws_the_same_and_another_one_does_not():
    draw = lambda seed: draw_disjoint_sets(16, 2, samples=50, seed=seed)[0]  # noqa: E731
    assert (draw(1) == draw(1)).all() and (draw(1) != draw(2)).any()


def test_sets_that_do_not_fit_are_refused():
    with pytest.raises(InputError, match="must have 1 to 4 rows each, got 5"):
        draw_disjoint_sets(8, 5, samples=1, seed=0)


def test_realised_distances_are_the_librarys_centroids():
    rows = hadamard_matrix(16)
    found = realised_distances(rows, 3, samples=200, seed=3, ties="independent")
    first, second = draw_disjoint_sets(16, 3, samples=200, seed=3)
    assert (
        found.tolist() == mean_over_ties(votes(rows, first), votes(rows, second), ties="independent").tolist()
    )


@pytest.mark.parametrize("ties", ["independent", "shared"])
def test_realised_ties_average_to_the_mean_over_ties(ties):
    rows = hadamard_matrix(32)
    found = realised_distances(rows, 2, samples=2000, seed=0, ties=ties).mean()
    assert found == pytest.approx(sampled_distance(rows, 2, samples=2000, seed=0, ties=ties).mean, abs=0.4)


def test_an_interval_knows_what_it_contains():
    interval = Interval(10.0, 0.5, 100)
    assert 10.5 in interval and 10.6 not in interval
    assert str(interval) == "10.000 ± 0.500"


def test_sampled_means_agree_with_the_exact_ones_and_a_wrong_mean_is_noticed():
    table = means_table([16, 32], [2, 3], samples=2000, seed=0)
    assert table["ties"].tolist() == ["independent", "shared", "none"] * 2
    assert check_sampled_means(table, samples=2000).holds
    table.loc[2, "standard errors off"] = 6.0
    assert check_sampled_means(table, samples=2000).counter_example == "K = 16, n = 3, none"


def test_histogram_shares_add_up():
    table = histogram_table(16, [(2, "shared"), (3, "independent")], samples=300, seed=0)
    assert table.groupby("case")["share"].sum().tolist() == pytest.approx([1, 1])
    assert table["case"].unique().tolist() == ["n = 2, shared ties", "n = 3, no ties"]


def test_tied_bits_of_two_centroids_lie_in_different_places():
    pairs = overlap_of_ties(hadamard_matrix(16), 2, samples=500, seed=0)
    assert pairs["tied"] == 0.5 and pairs["equal lengths"] == 1 and pairs["same bits"] < 0.2
    assert overlap_of_ties(hadamard_matrix(16), 3, samples=50, seed=0)["tied"] == 0
