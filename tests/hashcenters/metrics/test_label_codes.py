"""Classes alone as codes: hand-made cases, a plain loop, and the numbers of the authors' own codes."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.metrics import average_precision
from hashcenters.metrics.label_codes import (
    CENTER_OF_LABEL,
    CENTER_OF_PREDICTED,
    CODES,
    LABELLED,
    PREDICTED,
    ROWS,
    label_code_precisions,
    label_codes,
    nearest_center,
)

CENTERS = np.array([[1, 1, 1, 1], [-1, -1, -1, -1], [1, 1, -1, -1]], dtype=np.int8)


def draw(seed, *, queries=40, items=120, classes=5, bits=12):
    rng = np.random.default_rng(seed)
    centers = rng.choice(np.array([-1, 1], np.int8), (classes, bits))
    labels = [rng.integers(0, classes, count) for count in (queries, items)]
    codes = [np.where(rng.random((len(own), bits)) < 0.3, -centers[own], centers[own]) for own in labels]
    return codes[0], labels[0], codes[1], labels[1], centers


def test_equal_classes_are_at_distance_zero_and_all_others_equally_far():
    words = label_codes(4)
    np.testing.assert_array_equal((words[:, None] != words[None]).sum(axis=2), 2 * (1 - np.eye(4)))


def test_a_hand_made_case():
    """The query is taken for class 0, which it is; of the two items of class 0 one is taken for class 2."""
    database, labels = CENTERS[[0, 2, 1, 2]], np.array([0, 0, 1, 2])
    found = label_code_precisions(CENTERS[:1], np.array([0]), database, labels, CENTERS, top_k=2)
    assert set(found) == set(ROWS)
    assert found[LABELLED].tolist() == [1.0]
    # item 0 first, then one of three ties, relevant in a third of the orders: AP is 1 in all of them
    assert found[PREDICTED].tolist() == [1.0]
    # all four: item 0, then the relevant one second, third or fourth
    deep = label_code_precisions(CENTERS[:1], np.array([0]), database, labels, CENTERS, top_k=None)
    assert deep[PREDICTED] == pytest.approx([(1 + (2 / 2 + 2 / 3 + 2 / 4) / 3) / 2])
    # stored as centers, classes 2, 2 tie in front of class 1
    assert deep[CENTER_OF_PREDICTED] == pytest.approx([(1 + (2 / 2 + 2 / 3) / 2) / 2])
    assert deep[CENTER_OF_LABEL].tolist() == [1.0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("top_k", [7, None])
def test_every_row_is_the_ranking_of_what_is_stored(seed, top_k):
    query, truth, database, labels, centers = draw(seed)
    taken, stored = (np.abs(codes[:, None] - centers[None]).sum(axis=2).argmin(axis=1) for codes in (query, database))
    np.testing.assert_array_equal(taken, nearest_center(query, centers))
    assert (taken != truth).any() and (stored != labels).any()
    found = label_code_precisions(query, truth, database, labels, centers, top_k=top_k)

    def plain(own, theirs):
        distance = np.where(own[:, None] == theirs[None], -1, 1).astype(np.int8)  # one bit a database item
        same = np.array([average_precision(np.ones((1, 1), np.int8), truth[i : i + 1], -distance[i][:, None], labels,
                                           top_k=top_k)[0] for i in range(len(own))])  # fmt: skip
        return same

    np.testing.assert_allclose(found[PREDICTED], plain(taken, stored), atol=1e-12)
    np.testing.assert_allclose(found[LABELLED], plain(taken, labels), atol=1e-12)
    wanted = average_precision(centers[taken], truth, centers[stored], labels, top_k=top_k)
    np.testing.assert_allclose(found[CENTER_OF_PREDICTED], wanted, atol=1e-12)
    np.testing.assert_array_equal(found[CODES], average_precision(query, truth, database, labels, top_k=top_k))
    wanted = average_precision(query, truth, centers[labels], labels, top_k=top_k)
    np.testing.assert_array_equal(found[CENTER_OF_LABEL], wanted)


def test_a_right_answer_in_a_labelled_database_is_perfect():
    query, truth, database, labels, centers = draw(5)
    found = label_code_precisions(query, truth, database, labels, centers, top_k=None)[LABELLED]
    right = nearest_center(query, centers) == truth
    assert (found[right] == 1).all()
    assert (found[~right] < 1).all() and (~right).any()


def test_several_labels_and_classes_without_a_center_are_refused():
    query, truth, database, labels, centers = draw(0)
    with pytest.raises(InputError, match="one class an item"):
        label_code_precisions(
            query, np.eye(5, dtype=int)[truth], database, np.eye(5, dtype=int)[labels], centers, top_k=5
        )
    with pytest.raises(InputError, match="every class must have a center, got classes up to 4"):
        label_code_precisions(query, truth, database, labels, centers[:4], top_k=5)
