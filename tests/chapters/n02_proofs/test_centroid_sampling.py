import numpy as np
import pytest

from chapters.n02_proofs.centroid_sampling import (
    check_sampled_means,
    means_table,
    overlap_of_ties,
    sample_votes,
    sampled_distance,
)
from chapters.shared.centroids import centroid_distances
from hashcenters.centers.hadamard import hadamard_matrix


def test_sampled_votes_are_sums_of_so_many_rows():
    first, second = sample_votes(hadamard_matrix(16), 3, samples=100, seed=0)
    assert (first[:, 0] == 3).all() and (second[:, 0] == 3).all()
    assert set(np.unique(first)) <= {-3, -1, 1, 3}


def test_the_same_seed_draws_the_same_and_another_one_does_not():
    first, again, other = (sample_votes(hadamard_matrix(16), 2, samples=50, seed=seed)[0] for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()


@pytest.mark.parametrize("ties", ["independent", "shared"])
def test_drawn_ties_average_to_the_mean_over_ties(ties):
    rows = hadamard_matrix(32)
    drawn = centroid_distances(rows, [2], samples=3000, seed=0).groupby("ties")["distance"].mean()[ties]
    mean, error = sampled_distance(rows, 2, samples=3000, seed=0, ties=ties)
    assert drawn == pytest.approx(mean, abs=0.4) and 0 <= error < 0.1


def test_sampled_means_agree_with_the_exact_ones_and_a_wrong_mean_is_noticed():
    table = means_table([16, 32], [2, 3], samples=2000, seed=0)
    assert table["ties"].tolist() == ["independent", "shared", "none"] * 2
    assert check_sampled_means(table, samples=2000).holds
    assert (table["above K/2"] == table["exact mean"] - table["bits"] / 2).all()
    mean, error = sampled_distance(hadamard_matrix(16), 3, samples=2000, seed=0, ties="independent")
    assert table.loc[2, ["sampled mean", "95 % ±"]].tolist() == [mean, 1.959964 * error]
    table.loc[2, "errors off"] = 6.0
    assert check_sampled_means(table, samples=2000).counter_example == "K = 16, n = 3, none"


def test_tied_bits_of_two_centroids_lie_in_different_places():
    pairs = overlap_of_ties(hadamard_matrix(16), 2, samples=500, seed=0)
    assert pairs["tied"] == 0.5 and pairs["equal lengths"] == 1 and pairs["same bits"] < 0.2
    assert overlap_of_ties(hadamard_matrix(16), 3, samples=50, seed=0)["tied"] == 0
