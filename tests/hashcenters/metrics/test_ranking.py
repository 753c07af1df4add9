"""Average precision against a plain loop, every order of ties, and scikit-learn; released codes; bad input."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from basics.errors import InputError
from hashcenters.codes import hamming_distance
from hashcenters.metrics import code_files, ranking

RELEASED = Path(os.environ.get("HASHCENTERS_DATA", "data")) / "csq-official/video/dataset/HMDB51"
relaxed = settings(max_examples=60)


def random_codes(rng, count, bits):
    return rng.choice(np.array([-1, 1], dtype=np.int8), (count, bits))


def relevances(query_labels, database_labels):
    if query_labels.ndim == 1:
        return query_labels[:, None] == database_labels
    return query_labels.astype(int) @ database_labels.T.astype(int) > 0


def mean_average_precision(*arrays, top_k, ties=ranking.DEFAULT_TIES):
    return np.nanmean(ranking.average_precision(*arrays, top_k=top_k, ties=ties))


def plain_average_precision(relevant, top_k):
    found, summed = 0, 0.0
    for rank, hit in enumerate(relevant[:top_k], start=1):
        if hit:
            found += 1
            summed += found / rank
    return summed / found if found else 0.0


def plain_orders(distances, relevant):
    """One query's relevances in the three orders that a sort gives."""
    first = np.lexsort((~relevant, distances))
    last = np.lexsort((relevant, distances))
    orders = {"stable": np.argsort(distances, kind="stable"), "relevant_first": first, "relevant_last": last}
    return {rule: relevant[order] for rule, order in orders.items()}


def mean_over_all_orders(distances, relevant, top_k):
    blocks = [relevant[distances == d].tolist() for d in np.unique(distances)]
    orders = itertools.product(*[list(itertools.permutations(block)) for block in blocks])
    return np.mean([plain_average_precision(list(itertools.chain(*order)), top_k) for order in orders])


@st.composite
def evaluations(draw, most_items=60, most_bits=200, most_queries=4):
    """Random codes and labels: few bits make many ties; some label sets are empty; classes may be absent."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bits = draw(st.one_of(st.integers(1, 12), st.sampled_from([63, 64, 65, 128]), st.integers(1, most_bits)))
    queries, items = draw(st.integers(1, most_queries)), draw(st.integers(1, most_items))
    classes = draw(st.sampled_from([2, 5, 20, 70]))
    if draw(st.booleans()):
        labels = [rng.integers(0, classes, count) for count in (queries, items)]
    else:
        share = draw(st.sampled_from([0.02, 0.2, 0.6]))
        labels = [(rng.random((count, classes)) < share).astype(np.uint8) for count in (queries, items)]
        for rows in labels:
            rows[0, 0] = 1
    return (random_codes(rng, queries, bits), labels[0], random_codes(rng, items, bits), labels[1])


@relaxed
@given(evaluations(), st.one_of(st.none(), st.integers(1, 80)))
def test_sorted_orders_agree_with_a_plain_loop(arrays, top_k):
    query, query_labels, database, database_labels = arrays
    distances, relevant = hamming_distance(query, database), relevances(query_labels, database_labels)
    for rule in ("stable", "relevant_first", "relevant_last"):
        found = ranking.average_precision(*arrays, top_k=top_k, ties=rule)
        for row, score in enumerate(found):
            if query_labels.ndim == 2 and not query_labels[row].any():
                assert np.isnan(score)
                continue
            plain = plain_average_precision(plain_orders(distances[row], relevant[row])[rule], top_k or len(database))
            assert score == pytest.approx(plain, abs=1e-12)


@relaxed
@given(evaluations(most_items=7, most_queries=2), st.one_of(st.none(), st.integers(1, 8)))
def test_expected_is_the_mean_over_all_permutations_of_tied_blocks(arrays, top_k):
    query, query_labels, database, database_labels = arrays
    distances, relevant = hamming_distance(query, database), relevances(query_labels, database_labels)
    found = ranking.average_precision(*arrays, top_k=top_k)
    for row in range(len(query)):
        if query_labels.ndim == 1 or query_labels[row].any():
            exact = mean_over_all_orders(distances[row], relevant[row], top_k or len(database))
            assert found[row] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("bits", [8, 64, 100, 1024])
def test_without_ties_every_rule_is_scikit_learns_average_precision(rng, bits):
    query = random_codes(rng, 1, bits)
    flips = np.tril(np.ones((bits + 1, bits), dtype=bool), k=-1)
    database = rng.permutation(np.where(flips, -query, query)).astype(np.int8)
    labels = rng.integers(0, 2, bits + 1)
    labels[0] = 1
    exact = average_precision_score(labels, -hamming_distance(query, database)[0])
    for rule in ranking.TIES:
        found = mean_average_precision(query, np.array([1]), database, labels, top_k=None, ties=rule)
        assert found == pytest.approx(exact, abs=1e-12)


def test_hand_computed():
    codes = np.array([[1, 1], [1, -1], [-1, -1]], dtype=np.int8)
    labels = np.array([7, 3, 7])
    assert mean_average_precision(codes[:1], labels[:1], codes, labels, top_k=None) == pytest.approx(5 / 6)
    assert mean_average_precision(codes[:1], labels[:1], codes, labels, top_k=2) == 1.0
    assert mean_average_precision(codes[:1], np.array([5]), codes, labels, top_k=2) == 0.0


def test_relevant_first_can_score_below_relevant_last():
    distances = [0, *range(1, 10), 10, 10]
    database = np.array([[-1] * d + [1] * (10 - d) for d in distances], dtype=np.int8)
    labels = np.array([1, *[0] * 9, 1, 0])
    found = ranking.all_ties(np.ones((1, 10), dtype=np.int8), np.array([1]), database, labels, top_k=11)
    assert found["relevant_first"] == pytest.approx(13 / 22)
    assert found["relevant_last"] == pytest.approx(1.0)


@relaxed
@given(evaluations(), st.integers(1, 80))
def test_all_ties_is_the_mean_of_each_rule(arrays, top_k):
    means = ranking.all_ties(*arrays, top_k=top_k)
    assert list(means) == list(ranking.TIES)
    for rule, mean in means.items():
        assert mean == mean_average_precision(*arrays, top_k=top_k, ties=rule)


def test_inputs_stay_as_they_are(rng):
    codes, labels = random_codes(rng, 50, 70), (rng.random((50, 5)) < 0.5).astype(np.uint8)
    given_arrays = [codes[:9].copy(), labels[:9].copy(), codes.copy(), labels.copy()]
    for array in given_arrays:
        array.flags.writeable = False
    ranking.all_ties(*given_arrays, top_k=3)
    assert (given_arrays[2] == codes).all() and (given_arrays[3] == labels).all()


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float64])
def test_any_number_type_and_memory_order(rng, dtype):
    codes, labels = random_codes(rng, 40, 30), rng.integers(0, 3, 40)
    plain = ranking.all_ties(codes[:5], labels[:5], codes, labels, top_k=9)
    turned = np.asfortranarray(codes.astype(dtype))
    assert ranking.all_ties(turned[:5], labels[:5].astype(np.float32), turned, labels, top_k=9) == plain
    assert ranking.all_ties(codes[:10:2], labels[:10:2], codes[::-1], labels[::-1], top_k=9)["expected"] > 0


@pytest.mark.parametrize("top_k", [np.int64(9), np.uint8(9)])
def test_a_rank_may_be_a_numpy_number(rng, top_k):
    codes, labels = random_codes(rng, 40, 30), rng.integers(0, 3, 40)
    arrays = (codes[:5], labels[:5], codes, labels)
    assert ranking.all_ties(*arrays, top_k=top_k) == ranking.all_ties(*arrays, top_k=9)


def test_one_hot_labels_score_as_classes(rng):
    codes, classes = random_codes(rng, 300, 16), rng.integers(0, 4, 300)
    one_hot = np.eye(4, dtype=np.uint8)[classes]
    by_class = ranking.average_precision_table(ranking.prepare(codes[:20], classes[:20], codes, classes), top_k=50)
    two_labels = np.repeat(one_hot, 2, axis=1)
    for labels in (one_hot, two_labels):
        by_label = ranking.average_precision_table(ranking.prepare(codes[:20], labels[:20], codes, labels), top_k=50)
        np.testing.assert_allclose(by_label, by_class, rtol=0, atol=1e-15)


def test_queries_without_any_label_are_left_out_of_the_mean(rng):
    codes = random_codes(rng, 30, 12)
    labels = np.ones((30, 3), dtype=np.uint8)
    labels[1] = 0
    found = ranking.average_precision(codes[:3], labels[:3], codes, labels, top_k=5, ties="stable")
    assert np.isnan(found[1])
    mean = mean_average_precision(codes[:3], labels[:3], codes, labels, top_k=5, ties="stable")
    assert mean == (found[0] + found[2]) / 2


@pytest.mark.skipif(not RELEASED.is_dir(), reason="needs csq-official under HASHCENTERS_DATA")
def test_the_authors_released_video_codes():
    codes = code_files.load_codes(RELEASED)
    arrays = (codes.query_codes, codes.query_labels, codes.database_codes, codes.database_labels)
    found = ranking.all_ties(*arrays, top_k=70)
    assert found["stable"] == pytest.approx(0.57675, abs=2e-5)
    assert found["relevant_first"] == pytest.approx(0.604, abs=5e-4)
    assert found["relevant_last"] == pytest.approx(0.553, abs=5e-4)
    assert mean_average_precision(*arrays, top_k=None) == pytest.approx(0.490, abs=5e-4)


CODES = np.ones((4, 8), dtype=np.int8)
LABELS = np.zeros(4, dtype=np.int64)
MULTI = np.ones((4, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"top_k": 0}, "top_k must be a whole number >= 1.*got 0"),
        ({"top_k": 1.5}, "top_k must be a whole number"),
        ({"top_k": True}, "top_k must be a whole number"),
        ({"ties": "random"}, "ties must be one of expected, stable.*'random'"),
        ({"query_codes": CODES * 0}, "query codes must be -1 or \\+1, got 0.*2 \\* codes - 1"),
        ({"database_codes": CODES * 2}, "database codes must be -1 or \\+1, got 2 in row 0, bit 0"),
        ({"query_codes": CODES * np.nan}, "query codes must be -1 or \\+1, got nan"),
        ({"query_codes": CODES[:, :7]}, "the same bits, got .7.* and .8"),
        ({"query_codes": CODES[0]}, "query codes must have shape .n, bits. and labels one row a code, got .8,. and"),
        ({"query_codes": CODES < 0}, "got False in row 0.*2 \\* codes - 1"),
        ({"query_codes": np.full((4, 8), 255, np.uint8)}, "255 is -1 without its sign: codes.astype"),
        ({"query_codes": np.full((4, 8), 7, np.uint8)}, r"unpack\(codes.view"),
        ({"query_codes": CODES * np.tile([9, -9], 4)}, "signs: hashcenters.codes.binarise"),
        ({"query_codes": CODES * 0.9}, r"binarise\(outputs - 0.5\)"),
        ({"query_codes": CODES.astype(str)}, "query codes must be numbers of shape"),
        ({"query_labels": np.array(7)}, "one row a code, got .4, 8. and ..$"),
        ({"query_codes": CODES[:0], "query_labels": LABELS[:0]}, "query codes must have shape.*n >= 1"),
        ({"database_codes": CODES[:0], "database_labels": LABELS[:0]}, "database codes must have shape"),
        ({"query_labels": LABELS[:3]}, "query needs one label a code, got 4 codes and 3 labels"),
        ({"query_labels": np.array([[0], [1], [0], [1]])}, "with 0 and 1 only are either class indices"),
        ({"query_labels": LABELS - 1}, "query labels must be class indices 0, 1, 2, ..., got -1"),
        ({"query_labels": LABELS * np.nan}, "query labels must be numbers, got NaN in row 0"),
        ({"query_labels": LABELS + 0.5}, "query labels must be class indices 0, 1, 2, ..., got 0.5"),
        ({"query_labels": LABELS.astype(str)}, "query labels must be class indices \\(n,\\) or multi-hot"),
        ({"query_labels": MULTI}, "labels must be of one kind"),
        ({"query_labels": MULTI, "database_labels": MULTI[:, :2]}, "same number of classes, got 3 and 2"),
        ({"query_labels": MULTI * 2, "database_labels": MULTI}, "query labels .* must be 0 or 1"),
        ({"query_labels": MULTI * 0, "database_labels": MULTI}, "at least one query must have a label"),
        (
            {"query_labels": MULTI, "database_labels": MULTI * 0},
            "at least one database item must have a label",
        ),
    ],
)
def test_bad_input_gets_one_line(change, message):
    arguments = {
        "query_codes": CODES,
        "query_labels": LABELS,
        "database_codes": CODES,
        "database_labels": LABELS,
        "top_k": 2,
    }
    with pytest.raises(InputError, match=message) as caught:
        ranking.average_precision(**(arguments | change))
    assert "\n" not in str(caught.value)


@pytest.fixture
def rng():
    return np.random.default_rng(7)
