"""Precision and recall against sorted relevances, under every tie rule; radii; bad input."""

import numpy as np
import pytest
from basics.errors import InputError
from hashcenters.codes import hamming_distance
from hashcenters.metrics import TIES, curves
from hypothesis import given, settings
from hypothesis import strategies as st

CODES = np.ones((4, 8), dtype=np.int8)
LABELS = np.zeros(4, dtype=np.int64)
ARRAYS = (CODES, LABELS, CODES, LABELS)


@st.composite
def evaluations(draw):
    """Three queries, of which the last may have no relevant item; few bits, so that ties are many."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bits, items = draw(st.integers(1, 10)), draw(st.integers(1, 40))
    codes = rng.choice(np.array([-1, 1], dtype=np.int8), (items + 3, bits))
    labels = rng.integers(0, draw(st.integers(1, 4)), items + 3)
    labels[0] = labels[3]
    return codes[:3], labels[:3], codes[3:], labels[3:]


def sorted_relevances(query, query_labels, database, database_labels, ties):
    distances = hamming_distance(query, database)
    relevant = query_labels[:, None] == database_labels
    first = {"stable": 0, "relevant_first": -1, "relevant_last": 1}[ties] * relevant
    order = np.array([np.lexsort((tie, distance)) for tie, distance in zip(first, distances, strict=True)])
    return np.take_along_axis(relevant, order, axis=1)


@settings(deadline=None, max_examples=60)
@given(evaluations(), st.sampled_from(["stable", "relevant_first", "relevant_last"]))
def test_precision_and_recall_at_every_rank(arrays, ties):
    ranks = np.arange(1, len(arrays[2]) + 1)
    hits = sorted_relevances(*arrays, ties).cumsum(axis=1)
    some = hits[:, -1] > 0
    precision = curves.precision_at(*arrays, cutoffs=ranks, ties=ties)
    np.testing.assert_allclose(precision, (hits / ranks).mean(axis=0), atol=1e-12)
    recall = curves.recall_at(*arrays, cutoffs=ranks, ties=ties)
    np.testing.assert_allclose(recall, (hits[some] / hits[some, -1:]).mean(axis=0), atol=1e-12)
    curve = curves.precision_recall_by_rank(*arrays, ranks=ranks, ties=ties)
    np.testing.assert_allclose(curve["precision"], (hits[some] / ranks).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(curve["recall"], recall, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(evaluations())
def test_expected_precision_lies_between_and_shares_the_ends_of_blocks(arrays):
    ranks = np.arange(1, len(arrays[2]) + 1)
    by_rule = {rule: curves.precision_at(*arrays, cutoffs=ranks, ties=rule) for rule in TIES}
    assert (by_rule["relevant_last"] <= by_rule["expected"] + 1e-12).all()
    assert (by_rule["expected"] <= by_rule["relevant_first"] + 1e-12).all()
    assert by_rule["expected"][-1] == pytest.approx(by_rule["stable"][-1])


def test_expected_precision_by_hand():
    query, database = (
        np.ones((1, 2), dtype=np.int8),
        np.array([[1, 1], [1, -1], [-1, 1], [1, -1]], dtype=np.int8),
    )
    arrays = (query, np.array([1]), database, np.array([0, 1, 0, 1]))
    found = curves.precision_at(*arrays, cutoffs=[1, 2, 3, 4])
    np.testing.assert_allclose(found, [0, (2 / 3) / 2, (4 / 3) / 3, 2 / 4])
    np.testing.assert_allclose(curves.recall_at(*arrays, cutoffs=[2, 4]), [1 / 3, 1])


@settings(deadline=None, max_examples=60)
@given(evaluations())
def test_radii_against_a_mask(arrays):
    query, query_labels, database, database_labels = arrays
    distances, relevant = hamming_distance(query, database), query_labels[:, None] == database_labels
    within = distances[..., None] <= np.arange(query.shape[1] + 1)
    found, hits = within.sum(axis=1), (within & relevant[..., None]).sum(axis=1)
    precision, some = hits / np.maximum(found, 1), relevant.any(axis=1)
    table = curves.precision_recall_by_radius(*arrays)
    np.testing.assert_allclose(table["precision"], precision[some].mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(
        table["recall"], (hits[some] / relevant[some].sum(axis=1)[:, None]).mean(axis=0), atol=1e-12
    )
    np.testing.assert_allclose(table["empty"], (found == 0).mean(axis=0), atol=1e-12)
    for radius in range(min(3, query.shape[1] + 1)):
        assert curves.precision_within_radius(*arrays, radius=radius) == pytest.approx(
            precision[:, radius].mean()
        )


def test_precision_within_radius_2_by_hand():
    database = np.ones((4, 8), dtype=np.int8)
    for row in range(4):
        database[row, :row] = -1
    labels = np.array([1, 0, 1, 1])
    found = curves.precision_within_radius(np.ones((1, 8), dtype=np.int8), np.array([1]), database, labels)
    assert found == pytest.approx(2 / 3)


def test_a_query_without_any_relevant_item_has_no_recall():
    labels = np.array([0, 1, 1, 1])
    found = curves.recall_at(CODES, np.array([0, 5, 6, 7]), CODES, labels, cutoffs=[4])
    np.testing.assert_allclose(found, [1.0])
    nothing = curves.recall_at(CODES, LABELS + 9, CODES, labels, cutoffs=[1, 4])
    assert np.isnan(nothing).all()


@pytest.mark.parametrize(("size", "points"), [(1, 1), (5, 5), (10**6, 200)])
def test_default_ranks_reach_from_1_to_all(size, points):
    ranks = curves.curve_ranks(size)
    assert ranks[0] == 1 and ranks[-1] == size and len(ranks) <= points and (np.diff(ranks) > 0).all()


@pytest.mark.parametrize(
    ("cutoffs", "message"),
    [
        ([0, 1], "must lie in 1..4"),
        ([1, 5], "must lie in 1..4"),
        ([2, 1], "rising"),
        ([1, 1], "rising"),
        ([], "rising"),
        ([1.5], "rising whole numbers"),
    ],
)
def test_bad_cutoffs_get_one_line(cutoffs, message):
    for function in (curves.precision_at, curves.recall_at):
        with pytest.raises(InputError, match=message):
            function(*ARRAYS, cutoffs=cutoffs)


def test_bad_radius_and_ties_get_one_line():
    for radius in (-1, 9):
        with pytest.raises(InputError, match=rf"radius must lie in 0..8, got {radius}"):
            curves.precision_within_radius(*ARRAYS, radius=radius)
    with pytest.raises(InputError, match="ties must be one of"):
        curves.precision_recall_by_rank(*ARRAYS, ties="unstable")
