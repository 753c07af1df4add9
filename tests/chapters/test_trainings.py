"""Frames and verdicts of the training notebooks, on trainings that are made up so that the answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import OPTIONS, MadeUp, make_setting, table

from basics.errors import InputError
from chapters import n04_training, n05_center_learning, n07_backbones
from chapters.shared import comparisons, samples, scores
from chapters.shared.setting import classifier, hash_training, parse_options
from hashcenters.datasets.digits import load_digits100
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import Run


@pytest.fixture(scope="module")
def data():
    return load_digits100(**parse_options(OPTIONS))


CONFIG = classifier(make_setting())


def perfect(data, seed=0):
    """Codes that are one distinct word a class."""
    words = np.random.default_rng(seed).integers(0, 2, (100, 64), dtype=np.int8) * 2 - 1
    parts = ("train", "validation", "query", "database")
    return MadeUp({part: words[getattr(data, part).labels] for part in parts})


def blind(data):
    """Codes that are the same for everything."""
    parts = ("train", "validation", "query", "database")
    return MadeUp({part: np.ones((len(getattr(data, part)), 64), np.int8) for part in parts})


def test_category_classifiers_are_one_a_family():
    point = n07_backbones.category_classifier(make_setting(), "vgg-narrow", "VGG16")
    assert (point.labels, point.config.backbone) == ({"family": "VGG16"}, "vgg-narrow")
    assert (point.config.head, point.config.backbone_from) == ("shc-classifier", None)
    assert point.config.objective_options == {"weight_quantization": 1.0}


def test_weights_from_other_classes_are_handed_to_classifiers():
    setting = make_setting(pretrain_dataset="digits100")
    config = n07_backbones.category_classifier(setting, "vgg-narrow", "VGG16").config
    assert config.backbone_from == classifier(setting, backbone="vgg-narrow")
    point = hash_training(setting, np.ones((100, 8), np.int8), objective="semantic", seed=0)
    assert isinstance(point.config, TrainingConfig)


def test_perfect_codes_score_one_and_win(data):
    labels = [{"bits": 64, "seed": 0, "method": name} for name in ("good", "bad")]
    runs = table(labels, [perfect(data), blind(data)])
    assert scores.query_precisions(runs["run"][0], data).tolist() == [1.0] * 100
    compared = comparisons.compare_methods(runs, data, better="good", bits=[64], by="method")
    assert compared["verdict"].tolist() == ["trend"]
    turned = comparisons.compare_methods(runs, data, better="bad", bits=[64], by="method")
    assert turned["verdict"].tolist() == ["not-shown"]
    assert turned["mean"].item() == -compared["mean"].item()
    assert scores.validation_map(runs["run"][0], data) == 1.0


def test_a_point_of_the_grid_is_drawn_with_its_own_training():
    class Trained(Run):
        def history(self):
            return pd.DataFrame({"epoch": [1, 2], "own_distance": [self.config.seed, 1.0], "other_distance": 9.0})

    pairs = [(0.0, 0.0), (0.0, 0.2), (0.5, 0.0), (0.5, 0.2)]
    labels = [{"lambda_1": first, "lambda_2": second} for first, second in pairs]
    runs = table(labels, [Trained(replace(CONFIG, seed=seed), Path()) for seed in range(4)])
    grid = pd.DataFrame(labels).assign(**{"validation mAP": [0.1, 0.4, 0.2, 0.3]})
    browse, choices = n04_training.grid_browser(runs, grid)
    assert choices == {"lambda_1": [0.0, 0.5], "lambda_2": [0.0, 0.2]}
    assert "λ1 = 0, λ2 = 0.2: validation mAP 0.400" in browse().axes[1].get_title(loc="left")
    drawn = browse(lambda_1=0.5, lambda_2=0.0).axes[1].lines[0]
    assert drawn.get_ydata().tolist() == [2.0, 1.0]


def test_neighbours_are_marked_right_and_wrong(data):
    tiles = samples.neighbours(perfect(data), data, queries=3, depth=5)
    assert len(tiles) == 3 * 6
    assert tiles[tiles["rank"] == 0]["relevant"].all()
    found = tiles[tiles["rank"].between(1, 3)]
    assert found["relevant"].all()
    assert (found["distance"] == 0).all()
    assert not tiles[tiles["rank"] > 3]["relevant"].any()
    assert len(samples.neighbour_images(tiles, data)) == len(tiles)


def test_pictures_of_other_sets_are_not_printed(data):
    tiles = samples.neighbours(perfect(data), data, queries=2, depth=2)
    assert samples.neighbour_images(tiles, replace(data, name="tiny-imagenet")) is None


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([4, 3, 2, 1, 0.5, 0.3, 0.21, 0.2, 0.2, 0.2], True),
        ([4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5, 0.4, 0.2], False),
        ([1, 1], False),
    ],
)
def test_convergence(losses, expected):
    assert scores.converged(pd.DataFrame({"loss": losses})) is expected


@pytest.mark.parametrize(
    ("good", "verdict"),
    [
        ([(0.05, 0.2)], "trend"),
        ([(0.0, 0.2)], "not-shown"),
        ([(0.0, 0.2), (0.05, 0.2)], "inconclusive"),
    ],
)
def test_the_grid_is_judged_by_its_weakest_comparison(data, good, verdict):
    pairs = [(first, second) for first in (0.0, 0.05) for second in (0.0, 0.2)]
    labels = [{"lambda_1": first, "lambda_2": second} for first, second in pairs]
    runs = table(labels, [perfect(data) if pair in good else blind(data) for pair in pairs])
    judged = n04_training.judge_grid(runs, data, document=(0.05, 0.2))
    assert judged["verdict"] == verdict
    assert judged["observed"] == f"best cell: λ1 = {good[0][0]:g}, λ2 = {good[0][1]:g}"


def test_a_grid_without_the_documents_pair_says_nothing(data):
    runs = table([{"lambda_1": 0.0, "lambda_2": 0.0}], [perfect(data)])
    assert n04_training.judge_grid(runs, data, document=(0.05, 0.2))["verdict"] == "inconclusive"


@pytest.mark.parametrize(("own", "verdict"), [(1.0, "trend"), (9.0, "not-shown")])
def test_convergence_to_centers_is_judged_by_the_last_epoch(own, verdict):
    rows = [
        {"epoch": epoch, "own_distance": own + seed / 10, "other_distance": 5.0, "bits": 16, "seed": seed}
        for epoch in (1, 2)
        for seed in range(3)
    ]
    assert comparisons.judge_convergence(pd.DataFrame(rows))["verdict"] == verdict


def test_the_weakest_comparison_decides():
    rows = pd.DataFrame(
        {
            "bits": [64, 64, 64, 16],
            "difference": [
                "CSQ centers − Face",
                "CSQ centers − Magnet",
                "CSQ centers − coding",
                "CSQ centers − Face",
            ],
            "mean": [0.1, 0.0, -0.1, -0.2],
            "low": [0.05, -0.1, -0.2, -0.3],
            "high": [0.2, 0.1, -0.05, -0.1],
            "verdict": ["trend", "inconclusive", "not-shown", "not-shown"],
        }
    )
    assert n05_center_learning.judge_fixed(rows, learned=["Face", "Magnet"], bits=64)["verdict"] == "inconclusive"
    assert n07_backbones.judge_order(rows)["verdict"] == "not-shown"


@pytest.mark.parametrize(("deviation", "verdict"), [(0.2, "trend"), (1.0, "not-shown")])
def test_draws_are_judged_by_the_largest_deviation(deviation, verdict):
    table = pd.DataFrame({"data": ["x"], "mAP": ["0.9 ± 0.2 pp"], "mAP_std_pp": [deviation], "draws": [5]})
    assert comparisons.judge_draws(table)["verdict"] == verdict


def test_shuffled_centers_keep_their_distances_and_lose_their_places():
    centers = np.random.default_rng(0).integers(0, 2, (50, 16), dtype=np.int8) * 2 - 1
    moved = n07_backbones.shuffled(centers, 1)
    assert not np.array_equal(moved, centers)
    assert np.array_equal(np.sort(moved.view("S16").ravel()), np.sort(centers.view("S16").ravel()))


def test_rank_agreement_with_the_published_order():
    names = [("AlexNet", 0.1), ("VGG16", 0.2), ("ResNet50", 0.3)]
    rows = pd.DataFrame([{"bits": 16, "family": name, "mAP": value} for name, value in names])
    assert n07_backbones.rank_agreement(rows, families=["AlexNet", "VGG16", "ResNet50"], bits=[16])[
        "Kendall τ"
    ].tolist() == [1.0, 1.0, 1.0]


def test_options_are_read_as_yaml():
    assert parse_options(["a=1", "b=x"], root="/r") == {"root": "/r", "a": 1, "b": "x"}
    with pytest.raises(InputError, match="key=value"):
        parse_options(["noise"])


def test_pictures_of_others_are_shown_to_a_person_only(data, monkeypatch):
    theirs = replace(data, name="tiny-imagenet")
    assert samples.showable(theirs, theirs.train, [0, 1]) is None
    assert len(samples.showable(data, data.train, [0, 1])) == 2
    monkeypatch.setattr(samples, "is_live", lambda: True)
    assert len(samples.showable(theirs, theirs.train, [0, 1])) == 2
