"""clips: what it says it is, the paths of its motions, and what it refuses."""

import numpy as np
import pytest

from basics.errors import InputError
from hashcenters.datasets.clips import FRAMES, MOTIONS, compose_clip, load_clips, motion_path
from hashcenters.datasets.digits import base_digits
from hashcenters.datasets.splits import HashingData

SMALL = {
    "train_per_class": 2,
    "validation_per_class": 1,
    "query_per_class": 1,
    "database_per_class": 3,
    "top_k": 3,
}


@pytest.fixture(scope="module")
def clips() -> HashingData:
    return load_clips(seed=3, **SMALL)


def test_sizes_types_and_class_names(clips: HashingData) -> None:
    assert clips.num_classes == 50
    assert clips.class_names[:6] == ["0 right", "0 left", "0 down", "0 up", "0 circle", "1 right"]
    for name, per_class in (("train", 2), ("validation", 1), ("query", 1), ("database", 3)):
        split = getattr(clips, name)
        inputs = split.inputs.batch(np.arange(len(split)))
        assert inputs.shape == (50 * per_class, 1, 16, 16, 16) and inputs.dtype == np.uint8
        assert (np.bincount(split.labels, minlength=50) == per_class).all()


def test_labels_are_the_digits_that_the_ids_name(clips: HashingData) -> None:
    target = base_digits()[1]
    for split in (clips.train, clips.validation, clips.query, clips.database):
        assert (target[split.ids.astype(int)] == split.labels // len(MOTIONS)).all()


def test_no_base_digit_is_shared_and_the_training_split_lies_in_the_database(clips: HashingData) -> None:
    clips.check_disjoint()
    size = len(clips.train)
    assert np.array_equal(clips.database.inputs.array[:size], clips.train.inputs.array)


def test_the_same_seed_gives_the_same_clips(clips: HashingData) -> None:
    assert load_clips(seed=3, **SMALL).fingerprint == clips.fingerprint
    assert load_clips(seed=4, **SMALL).fingerprint != clips.fingerprint


def test_without_noise_every_frame_holds_the_whole_digit() -> None:
    image = base_digits()[0][5]
    frames = compose_clip(image, "circle", side=20, rng=np.random.default_rng(0))
    assert (np.sort(frames[frames > 0].reshape(FRAMES, -1)) == np.sort(image[image > 0])).all()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("motion", MOTIONS)
def test_paths_stay_on_the_canvas_and_go_where_they_say(motion: str, seed: int) -> None:
    room = 12
    path = motion_path(motion, room=room, rng=np.random.default_rng(seed))
    assert path.shape == (FRAMES, 2) and path.min() >= -1e-9 and path.max() <= room + 1e-9
    if motion == "circle":
        assert np.allclose(path[0], path[-1])
        radius = np.linalg.norm(path[:-1] - path[:-1].mean(axis=0), axis=1)
        assert np.allclose(radius, radius[0]) and 3 <= radius[0] <= 6
        return
    axis = 0 if motion in ("down", "up") else 1
    sign = 1 if motion in ("right", "down") else -1
    along, across = sign * np.diff(path[:, axis]), np.diff(path[:, 1 - axis])
    assert np.allclose(along, along[0]) and along.sum() >= 0.6 * room - 1e-9
    assert abs(across.sum()) <= 0.2 * room + 1e-9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"database_per_class": 1}, "must be as large, got 1 < 2"),
        ({"side": 8}, "side >= 12 to move, got 8"),
        ({"train_per_digit": 1000}, "train_per_digit must be 1 to"),
    ],
)
def test_bad_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_clips(**(SMALL | options))
