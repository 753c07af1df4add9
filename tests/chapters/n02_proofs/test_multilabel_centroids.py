from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from notebook_code import definitions

from basics.errors import InputError
from chapters.n02_proofs.centroid_theory import (
    check_even_like_odd,
    check_triple_formula,
    coefficients,
    expected_distance,
    sign,
    tied,
    zero_xor_probability,
)
from chapters.n02_proofs.multilabel_centroids import (
    all_sets,
    check_bound,
    check_doubled_bound,
    check_mean_bound,
    check_mean_formula,
    check_mean_is_half,
    check_ties_exist,
    count_distances,
    count_doubled,
    counted_mean,
    mean_over_ties,
)
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix

NOTEBOOK = definitions("02_proofs")


def distances_one_by_one(rows, size):
    """Mean distances over independent ties, pair by pair and bit by bit."""
    found = []
    for first in combinations(range(len(rows)), size):
        for second in combinations(range(len(rows)), size):
            if set(first) & set(second):
                continue
            total = 0.0
            for left, right in zip(rows[list(first)].sum(0), rows[list(second)].sum(0), strict=True):
                total += 0.5 if left == 0 or right == 0 else float((left > 0) != (right > 0))
            found.append(total)
    return found


@pytest.mark.parametrize("size", [1, 2, 3])
def test_counts_against_a_naive_loop(size):
    rows = hadamard_matrix(8)
    counts = count_distances(rows, size)
    values, numbers = np.unique(distances_one_by_one(rows, size), return_counts=True)
    assert counts["distance"].tolist() == values.tolist()
    assert counts["pairs"].tolist() == numbers.tolist()


def test_all_sets_are_there_once():
    sets = all_sets(6, 3)
    assert len(np.unique(sets, axis=0)) == len(sets) == 20 and (sets.sum(axis=1) == 3).all()


def test_counts_do_not_depend_on_the_block_size(monkeypatch):
    whole = count_distances(hadamard_matrix(16), 2, ties="shared")
    monkeypatch.setattr("chapters.n02_proofs.multilabel_centroids.BLOCK_BYTES", 1000)
    assert count_distances(hadamard_matrix(16), 2, ties="shared").equals(whole)


def test_one_triple_stands_for_all_of_them():
    every = count_distances(hadamard_matrix(16), 3)
    one = count_distances(hadamard_matrix(16), 3, first=(0, 1, 2))
    assert np.allclose(every["pairs"] / every["pairs"].sum(), one["pairs"] / one["pairs"].sum())


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("ties", ["independent", "shared"])
def test_the_formula_is_the_count(size, ties):
    assert check_mean_formula(hadamard_matrix(8), size, ties=ties).holds


def test_a_matrix_that_is_not_hadamards_breaks_the_formula():
    rows = hadamard_matrix(16)
    rows[5, 3] *= -1
    assert not check_mean_formula(rows, 3).holds


def test_a_shared_tie_vector_brings_pairs_nearer_by_half_their_common_ties():
    first, second = np.array([[0, 2, -2, 0]]), np.array([[0, 2, 2, -2]])
    assert mean_over_ties(first, second, ties="independent").tolist() == [2.0]
    assert mean_over_ties(first, second, ties="shared").tolist() == [1.5]


def test_published_excess_for_triples_and_pairs():
    excess = [float(expected_distance(bits, 3)) - bits / 2 for bits in (16, 32, 64)]
    assert excess == pytest.approx([0.811, 0.705, 0.662], abs=5e-4)
    assert float(expected_distance(64, 2, ties="shared")) == pytest.approx(23.869, abs=5e-4)
    assert expected_distance(64, 2) == 32


def test_the_excess_tends_to_five_eighths():
    assert float(NOTEBOOK.mean_of_triples(2**20) - 2**19) == pytest.approx(0.625, abs=1e-4)


@pytest.mark.parametrize("count", range(1, 7))
def test_zero_xor_against_all_sets(count):
    sets = list(combinations(range(16), count))
    zero = sum(np.bitwise_xor.reduce(numbers) == 0 for numbers in sets)
    assert zero_xor_probability(count, 16) == Fraction(zero, len(sets))


@pytest.mark.parametrize("size", range(1, 7))
def test_coefficients_rebuild_sign_and_ties(size):
    for minus in range(size + 1):
        signs = np.array([-1] * minus + [1] * (size - minus))
        products = [sum(np.prod(c) for c in combinations(signs, order)) for order in range(size + 1)]
        rebuilt = sum(c * int(p) for c, p in zip(coefficients(sign, size), products, strict=True))
        ties = sum(c * int(p) for c, p in zip(coefficients(tied, size), products, strict=True))
        assert rebuilt == np.sign(signs.sum())
        assert ties == (signs.sum() == 0)


def test_closed_forms_hold():
    assert check_triple_formula(NOTEBOOK.mean_of_triples, NOTEBOOK.p, [8, 16, 64, 1024]).holds
    assert check_even_like_odd([16, 64], [2, 4, 6]).cases == 6
    assert check_even_like_odd([16, 64], [2, 4, 6]).holds


def test_the_documents_mean_holds_for_pairs_and_fails_for_triples():
    assert check_mean_is_half(64, 2).holds
    assert check_mean_is_half(64, 3).counter_example == "K = 64, n = 3: mean 32.662, K/2 = 32"


def test_the_bound_fails_with_rows_that_are_really_that_near():
    check = check_bound(hadamard_matrix(16), 3)
    assert "rows [0, 1, 2] and [4, 8, 15]: 6 < K/2 = 8" in check.counter_example
    rows = hadamard_matrix(16)
    sums = rows[[[0, 1, 2], [4, 8, 15]]].sum(axis=1)
    assert (np.sign(sums[0]) != np.sign(sums[1])).sum() == 6
    assert check_bound(hadamard_matrix(8), 3).holds


def test_the_share_below_the_bound_is_the_probability_of_equal_xor():
    counts = count_distances(hadamard_matrix(32), 3, first=(0, 1, 2))
    below = counts.loc[counts["distance"] < 16, "pairs"].sum() / counts["pairs"].sum()
    assert below == pytest.approx(float(zero_xor_probability(6, 32)))
    assert counts["distance"].min() == 12
    assert counted_mean(counts) == NOTEBOOK.mean_of_triples(32)


def test_three_votes_never_tie_and_four_sometimes_do():
    assert check_ties_exist(hadamard_matrix(16), 3).counter_example == "rows [0, 1, 2]: no bit is tied"
    assert check_ties_exist(hadamard_matrix(16), 2).holds


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expected_distance(24, 3), "bits must be a power of two, got 24"),
        (lambda: expected_distance(8, 5), "must have 1 to 4 rows each, got 5"),
        (lambda: count_distances(hadamard_matrix(4), 3), "must have 1 to 2 rows each, got 3"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_two_triples_stand_for_all_of_h_2k():
    every = count_distances(double_hadamard(8), 3)
    assert count_doubled(8).to_dict("list") == every.to_dict("list")


def test_triples_of_h_2k_come_as_near_as_a_quarter_of_the_bits():
    check = check_doubled_bound(64)
    assert check.counter_example.startswith("distance 16 < K/2 = 32 (4.9% of pairs are below; the mean is +0.58")
    assert float(counted_mean(count_doubled(64))) - 32 == pytest.approx(0.5761, abs=5e-5)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("bits", [16, 32, 64])
def test_in_the_mean_the_bound_holds_for_independent_ties(bits, size):
    assert check_mean_bound(bits, size, ties="independent").holds


def test_in_the_mean_the_bound_fails_for_shared_ties():
    assert check_mean_bound(64, 2, ties="shared").counter_example == "K = 64, n = 2: mean 23.87 < K/2 = 32"


@pytest.mark.parametrize(("bits", "excess"), [(16, 2.0), (64, 1.38)])
def test_five_labels_have_more_than_a_fraction_of_a_bit(bits, excess):
    assert float(expected_distance(bits, 5)) - bits / 2 == pytest.approx(excess, abs=0.005)


def test_one_triple_has_the_mean_of_all_at_longer_codes():
    assert check_mean_formula(hadamard_matrix(32), 3, first=(0, 1, 2)).holds
    wrong = hadamard_matrix(32).copy()
    wrong[7, 11] *= -1
    assert not check_mean_formula(wrong, 3, first=(0, 1, 2)).holds
