"""Sets whose samples have several labels, in the place of those with one."""

from types import SimpleNamespace

import numpy as np
import pytest
from made_up import make_setting

from basics.errors import InputError
from chapters import n07_backbones
from chapters.shared.comparisons import wrong_signs

SIZES = {"train_size": 60, "validation_size": 20, "query_size": 20, "database_size": 80}


def test_semantic_centers_are_refused_before_their_first_training() -> None:
    several = make_setting(dataset="scenes", dataset_options=SIZES)
    with pytest.raises(InputError, match="need a data set with one label a sample, scenes has several"):
        n07_backbones.category_classifier(several, "resnet-narrow", "ResNet50")


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (np.array([0, 2]), [[False, True, False], [True, True, False]]),
        (np.array([[1, 0, 0], [0, 0, 1]]), [[False, True, False], [True, True, False]]),
        (np.array([[1, 1, 1], [1, 1, 0]]), [[False, True, True], [False, True, False]]),
    ],
)
def test_wrong_signs_are_told_by_the_majority_of_centers(labels: np.ndarray, expected: list[list[bool]]) -> None:
    centers = np.array([[1, 1, 1], [1, 1, -1], [-1, 1, -1]])
    outputs = np.array([[0.5, -0.5, 0.5], [0.5, -0.5, -0.5]])
    run = SimpleNamespace(outputs=lambda split: outputs, config=SimpleNamespace(center_array=lambda: centers))
    data = SimpleNamespace(query=SimpleNamespace(labels=labels))
    assert wrong_signs(run, data).tolist() == expected
