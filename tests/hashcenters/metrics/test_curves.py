"""Precision and recall against sorted relevances, under every tie rule; radii."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashcenters.codes import hamming_distance
from hashcenters.metrics import DEFAULT_TIES, TIES, curves
from hashcenters.metrics.engine import histograms
from hashcenters.metrics.inputs import prepare

CODES = np.ones((4, 8), dtype=np.int8)
LABELS = np.zeros(4, dtype=np.int64)


@st.composite
def evaluations(draw):
    """Three queries, of which the last may have no relevant item; few bits, so that ties are many."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bits, items = draw(st.integers(1, 10)), draw(st.integers(1, 40))
    codes = rng.choice(np.array([-1, 1], dtype=np.int8), (items + 3, bits))
    labels = rng.integers(0, draw(st.integers(1, 4)), items + 3)
    labels[0] = labels[3]
    return codes[:3], labels[:3], codes[3:], labels[3:]


def whole(arrays, cutoffs=None):
    """A checked evaluation and its whole histograms."""
    inputs = prepare(*arrays)
    return inputs, list(histograms(inputs, top_k=inputs.database_size, cutoffs=cutoffs))


def rank_table(arrays, cutoffs, ties="expected"):
    cutoffs = np.array(cutoffs)
    return curves.rank_table(*whole(arrays, cutoffs), cutoffs, ties=ties)


def sorted_relevances(query, query_labels, database, database_labels, ties):
    distances = hamming_distance(query, database)
    relevant = query_labels[:, None] == database_labels
    first = {"stable": 0, "relevant_first": -1, "relevant_last": 1}[ties] * relevant
    order = np.array([np.lexsort((tie, distance)) for tie, distance in zip(first, distances, strict=True)])
    return np.take_along_axis(relevant, order, axis=1)


@settings(max_examples=60)
@given(evaluations(), st.sampled_from(["stable", "relevant_first", "relevant_last"]))
def test_precision_and_recall_at_every_rank(arrays, ties):
    ranks = np.arange(1, len(arrays[2]) + 1)
    hits = sorted_relevances(*arrays, ties).cumsum(axis=1)
    some = hits[:, -1] > 0
    table = rank_table(arrays, ranks, ties)
    np.testing.assert_allclose(table["precision"], (hits / ranks).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(table["recall"], (hits[some] / hits[some, -1:]).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(table["paired_precision"], (hits[some] / ranks).mean(axis=0), atol=1e-12)


@settings(max_examples=30)
@given(evaluations())
def test_the_curve_pairs_precision_and_recall_of_the_same_queries(arrays):
    table = rank_table(arrays, np.arange(1, len(arrays[2]) + 1), DEFAULT_TIES)
    curve = curves.precision_recall_by_rank(*arrays)
    assert curve["rank"].tolist() == curves.curve_ranks(len(arrays[2])).tolist()
    at = table.set_index("rank").loc[curve["rank"]]
    np.testing.assert_array_equal(curve["precision"], at["paired_precision"])
    np.testing.assert_array_equal(curve["recall"], at["recall"])


@settings(max_examples=60)
@given(evaluations())
def test_expected_precision_lies_between_and_shares_the_ends_of_blocks(arrays):
    ranks = np.arange(1, len(arrays[2]) + 1)
    by_rule = {rule: rank_table(arrays, ranks, rule)["precision"].to_numpy() for rule in TIES}
    assert (by_rule["relevant_last"] <= by_rule["expected"] + 1e-12).all()
    assert (by_rule["expected"] <= by_rule["relevant_first"] + 1e-12).all()
    assert by_rule["expected"][-1] == pytest.approx(by_rule["stable"][-1])


def test_expected_precision_by_hand():
    query, database = (
        np.ones((1, 2), dtype=np.int8),
        np.array([[1, 1], [1, -1], [-1, 1], [1, -1]], dtype=np.int8),
    )
    arrays = (query, np.array([1]), database, np.array([0, 1, 0, 1]))
    found = rank_table(arrays, [1, 2, 3, 4])
    np.testing.assert_allclose(found["precision"], [0, (2 / 3) / 2, (4 / 3) / 3, 2 / 4])
    np.testing.assert_allclose(found["recall"][[1, 3]], [1 / 3, 1])


@settings(max_examples=60)
@given(evaluations())
def test_radii_against_a_mask(arrays):
    query, query_labels, database, database_labels = arrays
    distances, relevant = hamming_distance(query, database), query_labels[:, None] == database_labels
    within = distances[..., None] <= np.arange(query.shape[1] + 1)
    found, hits = within.sum(axis=1), (within & relevant[..., None]).sum(axis=1)
    table = curves.radius_table(*whole(arrays), largest=query.shape[1])
    np.testing.assert_allclose(table["precision"], (hits / np.maximum(found, 1)).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(table["empty"], (found == 0).mean(axis=0), atol=1e-12)


def test_precision_within_radius_2_by_hand():
    database = np.ones((4, 8), dtype=np.int8)
    for row in range(4):
        database[row, :row] = -1
    arrays = (np.ones((1, 8), dtype=np.int8), np.array([1]), database, np.array([1, 0, 1, 1]))
    assert curves.radius_table(*whole(arrays), largest=2)["precision"][2] == pytest.approx(2 / 3)


def test_a_query_without_any_relevant_item_has_no_recall():
    labels = np.array([0, 1, 1, 1])
    found = rank_table((CODES, np.array([0, 5, 6, 7]), CODES, labels), [4])
    np.testing.assert_allclose(found["recall"], [1.0])
    nothing = rank_table((CODES, LABELS + 9, CODES, labels), [1, 4])
    assert nothing[["recall", "paired_precision"]].isna().all(axis=None)


@pytest.mark.parametrize(("size", "points"), [(1, 1), (5, 5), (10**6, 200)])
def test_default_ranks_reach_from_1_to_all(size, points):
    ranks = curves.curve_ranks(size)
    assert ranks[0] == 1 and ranks[-1] == size and len(ranks) <= points and (np.diff(ranks) > 0).all()
