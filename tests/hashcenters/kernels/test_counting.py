"""Counts, places and orders down to the cut: those of plain counting, whatever the order of the database."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hashcenters.codes import hamming_distance
from hashcenters.kernels import ranking as kernels
from hashcenters.metrics import engine, ranking

relaxed = settings(max_examples=60)
ORDERS = ("random", "rising", "falling", "equal", "near sample")


def random_codes(rng, count, bits):
    return rng.choice(np.array([-1, 1], dtype=np.int8), (count, bits))


def evaluation(*, bits, queries, items, classes, order, seed, sets=False):
    """Random codes, and classes or label sets; the database by its distance to the first query, of one code, or with
    every fourth item at distance 0 and the others far."""
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
    if sets:
        labels = [(rng.random((count, classes)) < 0.1).astype(np.uint8) for count in (queries, items)]
        for rows in labels:
            rows[0, 0] = 1
    else:
        labels = [rng.integers(0, classes, count) for count in (queries, items)]
    return query, labels[0], database, labels[1]


def relevances(query_labels, database_labels):
    if query_labels.ndim == 1:
        return query_labels[:, None] == database_labels
    return query_labels.astype(int) @ database_labels.T.astype(int) > 0


EVALUATIONS = st.builds(
    evaluation,
    bits=st.one_of(st.integers(1, 12), st.sampled_from([63, 64, 65, 128, 255, 256, 1024])),
    queries=st.integers(1, 5),
    items=st.one_of(st.integers(1, 130), st.sampled_from([1023, 2047, 2048, 2049, 4096, 5003])),
    classes=st.sampled_from([2, 5, 300]),
    order=st.sampled_from(ORDERS),
    seed=st.integers(0, 2**32),
    sets=st.booleans(),
)


@relaxed
@given(EVALUATIONS, st.one_of(st.just(1), st.integers(1, 200), st.integers(1, 5003)))
@example(evaluation(bits=8, queries=3, items=4096, classes=3, order="near sample", seed=0), 2000)
def test_counts_and_places_are_those_of_plain_counting(arrays, top_k):
    query, query_labels, database, labels = arrays
    top_k = min(top_k, len(database))
    inputs = ranking.prepare(*arrays)
    count, distances = len(query), inputs.bits + 1
    items, relevant = np.zeros((2, count, distances), dtype=np.uint32)
    room = engine.most_relevant(inputs.relevance) + 1
    places, depths = np.empty((count, room), dtype=np.uint32), np.empty((count, room), dtype=np.uint16)
    noted = np.empty(count, dtype=np.int64)
    counted = (items, relevant, places, depths, noted)
    kernels.count_items(inputs.query, inputs.database, inputs.relevance, top_k, *counted)
    for q, (found, hit) in enumerate(
        zip(hamming_distance(query, database), relevances(query_labels, labels), strict=True)
    ):
        cut = np.sort(found)[top_k - 1]
        within = found <= cut
        np.testing.assert_array_equal(items[q], np.bincount(found[within], minlength=distances))
        np.testing.assert_array_equal(relevant[q], np.bincount(found[within & hit], minlength=distances))
        kept = depths[q, : noted[q]] <= cut
        rows = np.flatnonzero(within & hit)
        np.testing.assert_array_equal(depths[q, : noted[q]][kept], found[rows])
        exact = [np.count_nonzero(found[: row + 1] == found[row]) for row in rows]
        np.testing.assert_array_equal(places[q, : noted[q]][kept], exact)


@relaxed
@given(st.integers(1, 500), st.integers(0, 64), st.floats(0, 1), st.integers(0, 2**32))
def test_all_within_reach_are_picked_and_no_others(count, reach, share, seed):
    rng = np.random.default_rng(seed)
    near = np.where(rng.random(512) < share, rng.integers(0, 65, 512), 64).astype(np.uint16)
    room = (np.full(512, 1, np.uint8), np.empty(65, np.uint32), np.empty(512, np.uint32))
    found = kernels._pick(near, count, reach, *room)
    assert room[2][:found].tolist() == np.flatnonzero(near[:count] <= reach).tolist()


@pytest.mark.parametrize("bits", [8, 64, 80])
@pytest.mark.parametrize("sets", [False, True])
@pytest.mark.parametrize("top_k", [700, 9000])
def test_a_large_database_in_database_order(bits, sets, top_k):
    arrays = evaluation(bits=bits, queries=3, items=20_003, classes=9, order="random", seed=bits, sets=sets)
    found = ranking.average_precision(*arrays, top_k=top_k, ties="stable")
    hits = relevances(arrays[1], arrays[3])
    for row, distances in enumerate(hamming_distance(arrays[0], arrays[2])):
        if not sets or arrays[1][row].any():
            ranked = hits[row][np.argsort(distances, kind="stable")[:top_k]]
            exact = np.mean(ranked.cumsum()[ranked] / (np.flatnonzero(ranked) + 1))
            assert found[row] == pytest.approx(exact, abs=1e-12)


def test_queries_whose_class_the_database_lacks_score_zero():
    query, _, database, labels = evaluation(bits=16, queries=4, items=2000, classes=3, order="random", seed=0)
    for classes, lacking in (([7, 0, 8, 9], [0, 2, 3]), ([7, 7, 8, 9], [0, 1, 2, 3])):
        inputs = ranking.prepare(query, np.array(classes), database, labels)
        found = ranking.average_precision_table(inputs, top_k=20)
        assert (found[lacking] == 0).all() and (np.delete(found, lacking, axis=0) > 0).all()


@pytest.mark.parametrize("sets", [False, True])
def test_memory_is_shared_so_that_the_budget_holds(monkeypatch, sets):
    arrays = evaluation(bits=16, queries=90, items=900, classes=3, order="random", seed=0, sets=sets)
    inputs = ranking.prepare(*arrays)
    roomy = ranking.average_precision_table(inputs, top_k=10)
    for budget in (100, 30_000, 10**6):
        monkeypatch.setattr(engine, "MEMORY_BUDGET", budget)
        threads, block = engine._share_memory(inputs, 6000)
        assert threads * block * 6000 * 2 <= max(budget, 6000 * 2)
        tight = ranking.average_precision_table(inputs, top_k=10)
        np.testing.assert_array_equal(tight, roomy)
