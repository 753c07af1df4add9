"""Labels in every form they come in, and who is relevant to whom."""

import tracemalloc

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.metrics import relevance


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.float32, np.float64])
def test_whole_numbers_of_any_type_are_classes(dtype):
    labels = relevance.as_labels(np.array([3, 0], dtype=dtype))
    assert labels.dtype == np.int64 and labels.tolist() == [3, 0]


@pytest.mark.parametrize("dtype", [np.bool_, np.int64, np.float32])
def test_zeros_and_ones_of_any_type_are_label_sets(dtype):
    labels = relevance.as_labels(np.array([[1, 0], [0, 0]], dtype=dtype))
    assert labels.dtype == np.uint8 and labels.tolist() == [[1, 0], [0, 0]]


@pytest.mark.parametrize("labels", [[[3], [0]], [[1], [1]]])
def test_a_column_of_classes_is_read_as_classes(labels):
    assert relevance.as_labels(np.array(labels)).tolist() == [row[0] for row in labels]


@pytest.mark.parametrize(("dtype", "largest"), [(np.float32, 2**24), (np.float64, 2**53), (np.int64, 2**63 - 1)])
def test_ids_are_read_up_to_the_largest_that_their_type_tells_from_the_next(dtype, largest):
    assert relevance.as_labels(np.array([0, largest], dtype=dtype)).tolist() == [0, largest]


def test_foreign_classes_are_left_out():
    made = relevance.by_class(np.array([900, 5]), np.array([5, 900, 7, 5, 10**12]))
    assert made.classes.tolist() == [1, 0]
    assert made.database_classes.tolist() == [0, 1, -1, 0, -1]


def test_label_sets_longer_than_a_word_are_packed():
    rows = np.zeros((2, 130), dtype=np.uint8)
    rows[0, 129] = rows[1, 0] = 1
    for ordered in (rows, np.asfortranarray(rows)):
        words, counts = relevance.pack_labels(ordered)
        assert counts.tolist() == [1, 1]
        made = relevance.by_label(words, words)
        assert made.labels.shape == (3, 2)
        assert (made.labels != 0).T.tolist() == [[False, False, True], [True, False, False]]
        assert (made.query_labels == made.labels.T).all()


@pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.float32])
@pytest.mark.parametrize("labels_each", [1, 2])
def test_label_sets_need_little_memory_beside_themselves(dtype, labels_each):
    labels = np.zeros((30_000, 1000), dtype=dtype)
    labels[:, :labels_each] = 1
    tracemalloc.start()
    try:
        relevance.relate(labels[:10], labels)
        assert tracemalloc.get_traced_memory()[1] < 15 * 2**20  # half of the smallest form
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.float64])
def test_classes_need_little_memory_beside_themselves(dtype):
    labels = np.arange(2_000_000, dtype=dtype) % 1000
    tracemalloc.start()
    try:
        relevance.relate(labels[:10], labels)
        assert tracemalloc.get_traced_memory()[1] < 12 * 2**20  # 8 MiB of them are the result
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.zeros((2, 2, 2)), "class indices \\(n,\\) or multi-hot rows"),
        (np.array(["a"]), "class indices \\(n,\\) or multi-hot rows"),
        (np.array([[0.5, 1.0]]), "must be 0 or 1; class indices have shape"),
        (np.array([[np.nan, 1.0]]), "got NaN in row 0"),
        (np.array([1.0, np.inf]), "class indices 0, 1, 2, ..., got inf"),
        (np.array(["a"]), "number names with np.unique"),
        (np.array([[0], [1]]), r"either class indices, labels\[:, 0\], or one label"),
        (np.array([2**24 + 2], np.float32), "of type float32 must be at most 16777216, got 16777218.0; try int64"),
        (np.array([2**63], np.uint64), "of type uint64 must be at most 9223372036854775807"),
        (np.array([-1]), "class indices 0, 1, 2, ..., got -1"),
    ],
)
def test_bad_labels_get_one_line(labels, message):
    with pytest.raises(InputError, match=message):
        relevance.as_labels(labels)
