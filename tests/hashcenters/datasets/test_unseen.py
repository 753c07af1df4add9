"""Quarters of the classes that are searched and not learned: which rows, which labels, and what is refused."""

from types import MappingProxyType

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets.registry import load
from hashcenters.datasets.unseen import QUARTERS, quarter_of_classes, unseen_classes
from hashcenters.training.run import load_data

OPTIONS = MappingProxyType(
    {"train_per_class": 2, "validation_per_class": 1, "query_per_class": 1, "database_per_class": 3}
)


def test_quarters_share_no_class_and_leave_none_out():
    every = [quarter_of_classes(100, quarter) for quarter in range(QUARTERS)]
    assert np.array_equal(np.sum(every, axis=0), np.ones(100))
    assert [quarter.sum() for quarter in every] == [25] * 4
    assert [quarter_of_classes(10, quarter).sum() for quarter in range(QUARTERS)] == [3, 3, 2, 2]


@pytest.mark.parametrize("quarter", [0, 3])
def test_a_quarter_is_searched_and_the_rest_is_learned(quarter):
    every, some = load("digits100", **OPTIONS), load("digits100", **OPTIONS, unseen=quarter)
    unseen = quarter_of_classes(100, quarter)
    assert some.class_names == [name for name, left_out in zip(every.class_names, unseen, strict=True) if not left_out]
    order = [*np.flatnonzero(~unseen), *np.flatnonzero(unseen)]  # which class a label is
    for part, left_out in (("train", False), ("validation", False), ("query", True), ("database", True)):
        whole, chosen = getattr(every, part), getattr(some, part)
        rows = np.flatnonzero(unseen[whole.labels] == left_out)
        assert [order[label] for label in chosen.labels] == whole.labels[rows].tolist()
        assert set(chosen.labels) == set(range(75, 100) if left_out else range(75))
        assert np.array_equal(chosen.inputs.batch(np.arange(len(rows))), whole.inputs.batch(rows))
        assert np.array_equal(chosen.ids, whole.ids[rows])
    assert "learned are 75 classes, searched among the 25 others" in some.protocol


def test_each_quarter_is_a_data_set_of_its_own_to_trainings():
    found = [load_data("digits100", dict(OPTIONS) | {"unseen": quarter}) for quarter in range(QUARTERS)]
    whole = load_data("digits100", OPTIONS)
    assert len({data.fingerprint for data in [whole, *found]}) == 1 + QUARTERS
    assert found[1].fingerprint == load("digits100", **OPTIONS, unseen=1).fingerprint
    assert all(data.train.inputs.inputs is whole.train.inputs for data in found)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"unseen": 4}, "option unseen of digits100 must be a whole number in 0..3, got 4"),
        ({"unseen": "first"}, r"option unseen of digits100 must be int \| None, got 'first'"),
    ],
)
def test_what_is_no_quarter_is_refused(options, message):
    with pytest.raises(InputError, match=message):
        load("digits100", **OPTIONS, **options)
    with pytest.raises(InputError, match="option unseen"):
        load_data("digits100", dict(OPTIONS) | options)


def test_classes_too_few_and_several_labels_are_refused():
    with pytest.raises(InputError, match="needs at least 8 classes, got 7"):
        quarter_of_classes(7, 0)
    scenes = load("scenes", train_size=40, validation_size=10, query_size=10, database_size=50)
    with pytest.raises(InputError, match="one label a sample, scenes has several"):
        unseen_classes(scenes, 0)
