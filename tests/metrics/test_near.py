"""Counting only down to the cut: the same numbers, bit for bit, as from whole histograms and from plain counts."""

import numpy as np
import pytest
from hashcenters.codes import hamming_distance
from hashcenters.kernels.near import count_near
from hashcenters.metrics import curves, engine, ranking
from hypothesis import example, given, settings
from hypothesis import strategies as st

relaxed = settings(deadline=None, max_examples=60)
ORDERS = ("random", "rising", "falling", "equal", "near sample")


def random_codes(rng, count, bits):
    return rng.choice(np.array([-1, 1], dtype=np.int8), (count, bits))


def evaluation(*, bits, queries, items, classes, order, seed):
    """Random codes and classes; the database by its distance to the first query, of one code, or with every
    fourth item at distance 0 and the others far."""
    rng = np.random.default_rng(seed)
    query, database = random_codes(rng, queries, bits), random_codes(rng, items, bits)
    nearest_first = np.argsort(hamming_distance(query[:1], database)[0], kind="stable")
    if order in ("rising", "falling"):
        database = database[nearest_first[:: 1 if order == "rising" else -1]]
    if order == "equal":
        database[:] = database[0]
    if order == "near sample":
        query[:], database[:] = 1, -1
        database[::4] = 1
    labels = rng.integers(0, classes, queries), rng.integers(0, classes, items)
    return query, labels[0], database, labels[1]


EVALUATIONS = st.builds(
    evaluation,
    bits=st.one_of(st.integers(1, 12), st.sampled_from([63, 64, 65, 128, 255, 256, 1024])),
    queries=st.integers(1, 5),
    items=st.one_of(st.integers(1, 130), st.sampled_from([1023, 1024, 1025, 2048, 4096, 5003])),
    classes=st.sampled_from([1, 2, 5, 300]),
    order=st.sampled_from(ORDERS),
    seed=st.integers(0, 2**32),
)


def table_with_share(arrays, top_k, share):
    """The table where the cut may take this share of the database for counting only down to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "NEAR_SHARE", share)
        return ranking.average_precision_table(ranking.prepare(*arrays), top_k=top_k)


@relaxed
@given(EVALUATIONS, st.one_of(st.just(1), st.integers(1, 200), st.integers(1, 6000)))
@example(evaluation(bits=8, queries=3, items=4096, classes=3, order="near sample", seed=0), 2000)
def test_the_same_bits_as_from_whole_histograms(arrays, top_k):
    near, whole = (table_with_share(arrays, top_k, share) for share in (1, 0))
    np.testing.assert_array_equal(near, whole)


@relaxed
@given(EVALUATIONS, st.integers(1, 5003))
@example(evaluation(bits=8, queries=3, items=4096, classes=3, order="near sample", seed=0), 2000)
def test_counts_and_places_are_those_of_plain_counting(arrays, top_k):
    query, query_labels, database, labels = arrays
    top_k = min(top_k, len(database))
    inputs = ranking.prepare(*arrays)
    count, distances = len(query), inputs.bits + 1
    items, relevant = np.zeros((2, count, distances), dtype=np.uint32)
    room = int(np.diff(inputs.relevance.starts).max()) + 1
    places, depths = np.empty((count, room), dtype=np.uint32), np.empty((count, room), dtype=np.uint16)
    noted = np.empty(count, dtype=np.int64)
    noting = (places, depths, noted)
    count_near(inputs.query, inputs.database, inputs.relevance, top_k, items, relevant, *noting)
    for q, found in enumerate(hamming_distance(query, database)):
        cut = np.sort(found)[top_k - 1]
        within, members = found <= cut, labels == query_labels[q]
        np.testing.assert_array_equal(items[q], np.bincount(found[within], minlength=distances))
        np.testing.assert_array_equal(relevant[q], np.bincount(found[within & members], minlength=distances))
        kept = depths[q, : noted[q]] <= cut
        rows = np.flatnonzero(within & members)
        np.testing.assert_array_equal(depths[q, : noted[q]][kept], found[rows])
        exact = [np.count_nonzero(found[: row + 1] == found[row]) for row in rows]
        np.testing.assert_array_equal(places[q, : noted[q]][kept], exact)


@pytest.mark.parametrize("bits", [8, 64, 80])
def test_a_large_database_in_database_order(bits):
    arrays = evaluation(bits=bits, queries=3, items=20_003, classes=9, order="random", seed=bits)
    found = ranking.average_precision(*arrays, top_k=700, ties="stable")
    for row, distances in enumerate(hamming_distance(arrays[0], arrays[2])):
        hits = (arrays[3] == arrays[1][row])[np.argsort(distances, kind="stable")[:700]]
        exact = np.mean(hits.cumsum()[hits] / (np.flatnonzero(hits) + 1))
        assert found[row] == pytest.approx(exact, abs=1e-12)


def test_queries_whose_class_the_database_lacks_score_zero():
    query, _, database, labels = evaluation(bits=16, queries=4, items=2000, classes=3, order="random", seed=0)
    found = ranking.average_precision_table(
        ranking.prepare(query, np.array([7, 0, 8, 9]), database, labels), top_k=20
    )
    assert (found[[0, 2, 3]] == 0).all() and (found[1] > 0).all()


class _Used(Exception):
    pass


def _use(*arguments):
    raise _Used


@pytest.mark.parametrize(("top_k", "used"), [(1, True), (100, True), (101, False), (None, False)])
def test_only_shallow_cuts_are_counted_so(monkeypatch, top_k, used):
    arrays = evaluation(bits=16, queries=4, items=1600, classes=3, order="random", seed=0)
    monkeypatch.setattr(engine, "count_near", _use)
    if used:
        with pytest.raises(_Used):
            ranking.all_ties(*arrays, top_k=top_k)
    else:
        ranking.all_ties(*arrays, top_k=top_k)


def test_curves_label_sets_and_tight_memory_take_whole_histograms(monkeypatch):
    query, query_labels, database, labels = evaluation(
        bits=16, queries=4, items=1600, classes=3, order="random", seed=0
    )
    monkeypatch.setattr(engine, "count_near", _use)
    curves.precision_at(query, query_labels, database, labels, cutoffs=[1, 1600])
    curves.precision_recall_by_radius(query, query_labels, database, labels)
    sets = np.eye(3, dtype=np.uint8)[[*query_labels, *labels]] | np.array([1, 0, 0], dtype=np.uint8)
    ranking.all_ties(query, sets[:4], database, sets[4:], top_k=10)
    monkeypatch.setattr(engine, "MEMORY_BUDGET", 1000)
    ranking.all_ties(query, query_labels, database, labels, top_k=10)
