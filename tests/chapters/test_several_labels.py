"""Sets whose samples have several labels, in the place of those with one."""

from pathlib import Path

import numpy as np
import pytest
from made_up import make_setting

from basics.errors import InputError
from chapters import n07_backbones
from chapters.shared.gathering import center_distances
from chapters.shared.quantization_forms import wrong_signs
from chapters.shared.setting import hash_training
from hashcenters.training.run import Run

SIZES = {"train_size": 60, "validation_size": 20, "query_size": 100, "database_size": 80}


def test_semantic_centers_are_refused_before_their_first_training() -> None:
    several = make_setting(dataset="scenes", dataset_options=SIZES)
    with pytest.raises(InputError, match="need a data set with one label a sample, scenes has several"):
        n07_backbones.category_classifier(several, "resnet-narrow", "ResNet50")


class Made(Run):
    """A training with outputs of its own."""

    def outputs(self, split: str) -> np.ndarray:
        return np.random.default_rng(0).normal(size=(100, self.config.bits))


@pytest.mark.parametrize("dataset", ["scenes", "digits100"])
def test_wrong_signs_are_told_by_the_majority_of_centers(dataset: str) -> None:
    setting = make_setting(dataset=dataset, **({"dataset_options": SIZES} if dataset == "scenes" else {}))
    data = setting.data()
    labels = data.query.labels
    centers = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (data.num_classes, 16))
    run = Made(hash_training(setting, centers, objective="central", seed=0).config, Path())
    wrong = wrong_signs(run, data)
    for row, label in enumerate(labels):
        own = np.flatnonzero(label) if labels.ndim == 2 else [label]
        votes = sum(centers[number].astype(int) for number in own)
        assert (wrong[row] == (run.outputs("query")[row] * votes < 0)).all()
    assert 0 < wrong.mean() < 1


def test_own_centers_are_those_of_any_label() -> None:
    """A code at the center of one of its classes is there, whatever the other classes are."""
    centers = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (10, 16))
    labels = np.eye(10)[[0, 3, 5]] + np.eye(10)[[2, 4, 6]]
    found = center_distances(centers[[0, 4, 7]].astype(np.float32), labels, centers)
    assert found["own"].tolist()[:2] == [0, 0] and found["next"][2] == 0
    assert found["nearest"].tolist() == [True, True, False]
