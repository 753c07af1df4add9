"""Category features of a classifier: class means, or head rows over units that fire, and what is refused."""

import numpy as np
import pandas as pd
import pytest
import torch
from made_up import make_setting
from torch import nn

from basics.errors import InputError
from chapters import n07_backbones as chapter
from chapters.shared.derived import by_method, listed_table
from hashcenters.centers.semantic import SemanticCenters
from hashcenters.centers.targets import category_similarity
from hashcenters.datasets.splits import HashingData
from hashcenters.models.network import Backbone, HashNetwork
from hashcenters.training.loop import to_inputs
from hashcenters.training.run import Run, load_data

UNITS, DEAD = 12, [1, 5, 7]
CONFIG = chapter.category_classifier(make_setting(), "alexnet-narrow", "AlexNet").config


class Pixels(Backbone):
    """Features are pixels of the middle row; some units never fire."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        middle = inputs[:, 0, inputs.shape[2] // 2, :UNITS].clone()
        middle[:, DEAD] = 0.0
        return middle


def classifier(size: float) -> HashNetwork:
    """A classifier of pixels whose weights are ±1, those of units that never fire `size` times as large."""
    layer = nn.Module()
    layer.linear = nn.Linear(UNITS, 100)
    weight = torch.randint(2, (100, UNITS), generator=torch.Generator().manual_seed(0)) * 2.0 - 1
    weight[:, DEAD] *= size
    layer.linear.weight = nn.Parameter(weight)
    return HashNetwork(Pixels(nn.Identity(), UNITS), layer).eval()


class Trained(Run):
    """A finished training of that classifier."""

    def __init__(self, size: float) -> None:
        object.__setattr__(self, "config", CONFIG)
        object.__setattr__(self, "size", size)

    def trained(self) -> tuple[nn.Module, HashingData]:
        return classifier(self.size), load_data(CONFIG.dataset, CONFIG.dataset_options)

    def history(self) -> pd.DataFrame:
        return pd.DataFrame({"accuracy": [0.1, 0.3, 0.5], "loss": [4.0, 2.0, 0.0 if self.size == 9.0 else 4.0]})


def test_dead_units_and_their_share_of_the_norm_stand_in_the_table():
    both = {name: chapter.description_of(Trained(size)) for name, size in (("AlexNet", 1.0), ("VGG16", 9.0))}
    table = chapter.accuracy_table(both)
    assert table["dead units"].tolist() == [3, 3]
    assert table["features"].tolist() == [UNITS, UNITS]
    assert table["‖W‖² in dead units"].tolist() == pytest.approx([3 / 12, 3 * 81 / (3 * 81 + 9)])
    assert "3 of 12 units (AlexNet) and 3 of 12 units (VGG16) never fire" in chapter.accuracy_reading(table)
    assert table["validation accuracy"].tolist() == [0.5, 0.5]
    assert table["converged"].tolist() == ["1 of 1", "0 of 1"], "the loss of the second still falls"


def test_centers_are_reported_as_means_over_their_seeds() -> None:
    made = {
        ("A", bits, seed): SemanticCenters(
            np.ones((2, bits), np.int8), 10.0 * seed, bits // 5, 3 + seed, 0.25 * seed, 0.5
        )
        for bits in (16, 32)
        for seed in (0, 1)
    }
    table = chapter.center_report(made)
    assert table["bits"].tolist() == [16, 32]
    assert table["minimum distance"].tolist() == ["3.5000 ± 0.7071"] * 2
    assert table["rank correlation"].tolist() == ["0.1250 ± 0.1768"] * 2
    assert table["converged"].tolist() == ["2 of 2", "0 of 2"], "of which distances fall short of what was asked"
    assert chapter.center_reading(made).endswith("is 0.12 (A, 0.00 to 0.25).")
    again = by_method(listed_table)(pd.DataFrame(table.attrs["derived"]["runs"]), **table.attrs["derived"]["options"])
    pd.testing.assert_frame_equal(again, table)


def test_a_unit_that_fires_once_is_alive(monkeypatch):
    fired = np.zeros((200, UNITS), np.float32)
    fired[7, 1] = 0.1
    monkeypatch.setattr(chapter, "of_training_split", lambda *_, **__: fired)
    assert chapter.description_of(Trained(1.0)).dead.tolist() == [unit != 1 for unit in range(UNITS)]


def test_the_training_split_is_encoded_once_for_all_that_a_classifier_says(monkeypatch):
    encoded, outputs = [], np.random.default_rng(0).random((200, UNITS))
    monkeypatch.setattr(chapter, "of_training_split", lambda run, **_: encoded.append(run) or outputs)
    said = chapter.description_of(Trained(0.3))
    chapter.accuracy_table({"A": said})
    for features in ("class-means", "head-rows"):
        chapter.centers_of(Trained(0.3), said, [8, 16], [0], features=features)
    assert len(encoded) == 1


def describe(size: float, *, features: str) -> np.ndarray:
    return chapter.features_of(chapter.description_of(Trained(size)), features=features)


def test_head_rows_are_taken_over_units_that_fire():
    rows = describe(0.3, features="head-rows")  # 3 · 0.09 of 9.27: 2.9 %
    assert rows.shape == (100, UNITS - len(DEAD))
    assert (np.abs(rows) == 1).all()


@pytest.mark.parametrize("size", [0.5, 1.0, 9.0])
def test_head_rows_in_dead_units_are_refused(size: float):
    with pytest.raises(InputError, match=r"at most 5% .* 3 of 12 units of alexnet-narrow; use features=.class-means"):
        describe(size, features="head-rows")


def test_class_means_are_those_of_the_training_images_less_what_all_share():
    data = load_data(CONFIG.dataset, CONFIG.dataset_options)
    pixels = to_inputs(torch.from_numpy(data.train.inputs.batch(np.arange(len(data.train)))))
    features = classifier(1.0).features(pixels)
    naive = np.array([features.numpy()[data.train.labels == label].mean(axis=0) for label in range(data.num_classes)])
    found = describe(1.0, features="class-means")
    assert np.allclose(found, naive - naive.mean(axis=0), atol=1e-6)
    assert np.abs(found.mean(axis=0)).max() < 1e-12


def test_class_means_do_not_depend_on_dead_units():
    quiet, loud = (describe(size, features="class-means") for size in (0.0, 9.0))
    assert np.array_equal(quiet, loud)
    assert (quiet[:, DEAD] == 0).all()
    live = np.delete(quiet, DEAD, axis=1)
    assert np.allclose(category_similarity(live), category_similarity(quiet))


def test_other_features_are_refused():
    with pytest.raises(InputError, match="features must be one of class-means, head-rows, got 'rows'"):
        describe(1.0, features="rows")


def test_centers_come_by_length_and_seed():
    run = Trained(1.0)
    made = chapter.centers_of(run, chapter.description_of(run), [8, 16], [0, 1], features="class-means")
    assert {key: centers.centers.shape for key, centers in made.items()} == {
        (bits, seed): (100, bits) for bits in (8, 16) for seed in (0, 1)
    }
