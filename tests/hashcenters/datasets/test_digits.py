"""digits100 and scenes: what they hold, and that no pixel of a query is seen anywhere else."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets import digits, scenes
from hashcenters.datasets.splits import check_no_overlap

SMALL = {"train_per_class": 2, "validation_per_class": 1, "query_per_class": 1, "database_per_class": 3}
SMALL_SCENES = {"train_size": 40, "validation_size": 10, "query_size": 10, "database_size": 60}


def pixels_of(data, split):
    """The base digits that a split is made of."""
    return {int(source) for source in getattr(data, split).sources()}


def test_the_base_digits_are_split_once_and_completely():
    parts = digits.split_base_digits(seed=3)
    joined = np.concatenate([np.concatenate(part) for part in parts.values()])
    assert sorted(joined) == list(range(1797))
    target = digits.base_digits()[1]
    for part in parts.values():
        assert [set(target[indices]) for indices in part] == [{digit} for digit in range(10)]


def test_grey_values_use_the_full_range():
    images, _ = digits.base_digits()
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 255)


@pytest.mark.parametrize("load", [lambda: digits.load_digits100(**SMALL), lambda: scenes.load_scenes(**SMALL_SCENES)])
def test_queries_share_no_base_digit_with_anything(load):
    data = load()
    for other in ("train", "validation", "database"):
        assert not pixels_of(data, "query") & pixels_of(data, other)
    assert not pixels_of(data, "train") & pixels_of(data, "validation")
    assert pixels_of(data, "train") <= pixels_of(data, "database")


def test_digits100_shows_what_its_labels_say():
    data = digits.load_digits100(**SMALL, noise=0.0, shift=0)
    images, target = digits.base_digits()
    assert data.num_classes == 100
    assert np.bincount(data.train.labels).tolist() == [2] * 100
    for picture, label, sources in zip(data.query.inputs.array[:, 0], data.query.labels, data.query.ids, strict=True):
        left, right = (int(index) for index in sources.split("\n"))
        assert (target[left], target[right]) == divmod(label, 10)
        assert np.array_equal(picture, np.hstack([images[left], images[right]]))


def test_scenes_show_what_their_labels_say():
    data = scenes.load_scenes(**SMALL_SCENES)
    target = digits.base_digits()[1]
    counts = data.train.labels.sum(axis=1)
    assert set(counts) <= {1, 2, 3}
    for row, sources in zip(data.train.labels, data.train.ids, strict=True):
        assert set(np.flatnonzero(row)) == {target[int(index)] for index in sources.split("\n")}


def test_the_database_begins_with_the_training_split():
    data = digits.load_digits100(**SMALL)
    count = len(data.train)
    assert np.array_equal(data.database.inputs.array[:count], data.train.inputs.array)
    assert len(data.database) == 300


@pytest.mark.parametrize(
    "data",
    [
        lambda: digits.load_digits100(**SMALL | {"database_per_class": 2}),
        lambda: scenes.load_scenes(**SMALL_SCENES | {"database_size": 40}),
    ],
)
def test_the_database_may_be_the_training_split_alone(data):
    made = data()
    assert np.array_equal(made.database.inputs.array, made.train.inputs.array)
    assert made.database.ids.tolist() == made.train.ids.tolist()


def test_the_same_seed_gives_the_same_fingerprint_and_another_seed_another():
    first, again, other = (digits.load_digits100(seed=seed, **SMALL).fingerprint for seed in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: digits.split_base_digits(seed=0, train_per_digit=0), "train_per_digit must be 1 to"),
        (
            lambda: digits.load_digits100(database_per_class=1),
            "must be as large, got 1 < 20$",
        ),
        (lambda: scenes.load_scenes(database_size=1), "must be as large, got 1 < 2000"),
        (
            lambda: check_no_overlap({"a", "b"}, {"b"}, names=("query", "train")),
            "query and train must not overlap",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call()
