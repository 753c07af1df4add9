"""Frames and verdicts of the training notebooks, on trainings that are made up so that the answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hashcenters.datasets.digits import load_digits100
from hashcenters.errors import InputError
from hashcenters.experiments import center_learning, csq, scores, semantic, verdicts, views
from hashcenters.experiments.csq import Cell
from hashcenters.experiments.setting import classifier, hash_training, make_setting, parse_options
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import Run

OPTIONS = ["train_per_class=2", "validation_per_class=1", "query_per_class=1", "database_per_class=3"]
PARAMETERS = {
    "dataset": "digits100",
    "dataset_options": OPTIONS,
    "backbone": "alexnet-narrow",
    "weights": "pretrain",
    "epochs": 2,
    "learning_rate": 1e-3,
    "bits": [16, 64],
    "seeds": [0, 1],
    "grid_bits": 16,
    "lambdas_quantization": [0.0, 0.05],
    "lambdas_pairwise": [0.0, 0.2],
    "multi_label_dataset": "",
    "multi_label_options": [],
    "multi_label_bits": [16],
    "ablation_bits": [16],
    "features": "head-rows",
    "profile": "smoke",
    "backbones": ["alexnet-narrow", "vgg-narrow", "resnet-narrow"],
}


class MadeUp(Run):
    """A finished training whose codes are given."""

    def __init__(self, split_codes):
        object.__setattr__(self, "split_codes", split_codes)

    def codes(self, split):
        return self.split_codes[split]

    def outputs(self, split):
        return self.split_codes[split].astype(np.float32) * 0.5


@pytest.fixture(scope="module")
def data():
    return load_digits100(**parse_options(OPTIONS))


CONFIG = classifier(make_setting(PARAMETERS))


def perfect(data, seed=0):
    """Codes that are one distinct word a class."""
    words = np.random.default_rng(seed).integers(0, 2, (100, 64), dtype=np.int8) * 2 - 1
    parts = ("train", "validation", "query", "database")
    return MadeUp({part: words[getattr(data, part).labels] for part in parts})


def blind(data):
    """Codes that are the same for everything."""
    parts = ("train", "validation", "query", "database")
    return MadeUp({part: np.ones((len(getattr(data, part)), 64), np.int8) for part in parts})


def test_the_grid_shares_cells_with_the_ablation():
    setting = make_setting(PARAMETERS)
    ablation = [cell.config for cell in csq.loss_ablation(setting, bits=[16], seeds=[0])]
    grid = csq.lambda_grid(
        setting, bits=16, seed=0, lambdas_quantization=[0.0, 0.05], lambdas_pairwise=[0.0, 0.2]
    )
    assert sum(cell.config in ablation for cell in grid) == 4


def test_notebook_05_shares_the_cells_of_notebook_04():
    full = set(map(repr, csq.cells(PARAMETERS)))
    fixed = center_learning.methods(make_setting(PARAMETERS), bits=[16, 64], seeds=[0, 1])
    ours = [cell for cell in fixed if cell.labels["method"] == center_learning.CSQ]
    assert len(ours) == 4
    assert all(repr(cell.config) in full for cell in ours)


def test_every_cell_of_a_grid_is_paired_by_seed_and_starts_from_one_backbone():
    cells = csq.loss_ablation(make_setting(PARAMETERS), bits=[16], seeds=[0, 1])
    by_seed = {
        seed: {cell.config.centers for cell in cells if cell.labels["seed"] == seed} for seed in (0, 1)
    }
    assert all(len(centers) == 1 for centers in by_seed.values())
    assert len({repr(cell.config.backbone_from) for cell in cells}) == 1


def test_draws_change_the_centers_only():
    cells = center_learning.draws(make_setting(PARAMETERS), bits=64, seed=3)
    assert len({cell.config.centers for cell in cells}) == 5
    assert {cell.config.seed for cell in cells} == {3}


def test_category_classifiers_are_one_a_family():
    configs = semantic.classifiers(PARAMETERS)
    assert [config.backbone for config in configs] == PARAMETERS["backbones"]
    assert all(config.head == "shc-classifier" and config.backbone_from is None for config in configs)
    assert all(config.objective_options == {"weight_quantization": 1.0} for config in configs)


def test_the_hash_trainings_of_three_families_are_counted_before_their_centers_are_known(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    configs = semantic.cells(PARAMETERS)
    families, lengths, seeds = 3, 2, 2
    assert len(configs) == families * lengths * seeds + 2 * seeds  # and two controls at one length
    assert len({config.centers for config in configs}) == len(configs)


def test_weights_from_other_classes_are_handed_to_classifiers():
    setting = make_setting({**PARAMETERS, "pretrain_dataset": "digits100", "weights": "pretrain"})
    assert semantic.category_classifier(setting, "vgg-narrow").backbone_from == classifier(
        setting, backbone="vgg-narrow"
    )
    assert isinstance(
        hash_training(setting, np.ones((100, 8), np.int8), objective="semantic", seed=0), TrainingConfig
    )


def test_perfect_codes_score_one_and_win(data):
    cells = [Cell({"bits": 64, "seed": 0, "method": name}, CONFIG) for name in ("good", "bad")]
    runs = [perfect(data), blind(data)]
    assert scores.query_precisions(runs[0], data).tolist() == [1.0] * 100
    compared = views.compare_methods(cells, runs, data, better="good", bits=[64], by="method")
    assert compared["verdict"].tolist() == ["trend"]
    turned = views.compare_methods(cells, runs, data, better="bad", bits=[64], by="method")
    assert turned["verdict"].tolist() == ["not-shown"]
    assert turned["mean"].item() == -compared["mean"].item()
    assert scores.validation_map(runs[0], data) == 1.0


def test_a_cell_of_the_grid_is_drawn_with_its_own_training():
    class Trained(Run):
        def history(self):
            return pd.DataFrame(
                {"epoch": [1, 2], "own_distance": [self.config.seed, 1.0], "other_distance": 9.0}
            )

    pairs = [(0.0, 0.0), (0.0, 0.2), (0.5, 0.0), (0.5, 0.2)]
    cells = [Cell({"lambda_1": first, "lambda_2": second}, CONFIG) for first, second in pairs]
    runs = [Trained(CONFIG.with_seed(seed), Path()) for seed in range(4)]
    grid = pd.DataFrame(pairs, columns=["lambda_1", "lambda_2"]).assign(
        **{"validation mAP": [0.1, 0.4, 0.2, 0.3]}
    )
    browse, choices = views.grid_browser(cells, runs, grid)
    assert choices == {"lambda_1": [0.0, 0.5], "lambda_2": [0.0, 0.2]}
    assert "λ1 = 0, λ2 = 0.2: validation mAP 0.400" in browse().axes[1].get_title(loc="left")
    drawn = browse(lambda_1=0.5, lambda_2=0.0).axes[1].lines[0]
    assert drawn.get_ydata().tolist() == [2.0, 1.0]


def test_neighbours_are_marked_right_and_wrong(data):
    tiles = views.neighbours(perfect(data), data, queries=3, depth=5)
    assert len(tiles) == 3 * 6
    assert tiles[tiles["rank"] == 0]["relevant"].all()
    found = tiles[tiles["rank"].between(1, 3)]
    assert found["relevant"].all()
    assert (found["distance"] == 0).all()
    assert not tiles[tiles["rank"] > 3]["relevant"].any()
    assert len(views.neighbour_images(tiles, data)) == len(tiles)


def test_pictures_of_other_sets_are_not_printed(data):
    tiles = views.neighbours(perfect(data), data, queries=2, depth=2)
    assert views.neighbour_images(tiles, replace(data, name="tiny-imagenet")) is None


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
    cells = [Cell({"lambda_1": first, "lambda_2": second}, CONFIG) for first, second in pairs]
    runs = [perfect(data) if pair in good else blind(data) for pair in pairs]
    judged = verdicts.judge_grid(cells, runs, data)
    assert judged["verdict"] == verdict
    assert judged["observed"] == f"best cell: λ1 = {good[0][0]:g}, λ2 = {good[0][1]:g}"


def test_a_grid_without_the_documents_pair_says_nothing(data):
    cells = [Cell({"lambda_1": 0.0, "lambda_2": 0.0}, CONFIG)]
    assert verdicts.judge_grid(cells, [perfect(data)], data)["verdict"] == "inconclusive"


@pytest.mark.parametrize(("own", "verdict"), [(1.0, "trend"), (9.0, "not-shown")])
def test_convergence_to_centers_is_judged_by_the_last_epoch(own, verdict):
    rows = [
        {"epoch": epoch, "own_distance": own + seed / 10, "other_distance": 5.0, "bits": 16, "seed": seed}
        for epoch in (1, 2)
        for seed in range(3)
    ]
    assert verdicts.judge_convergence(pd.DataFrame(rows))["verdict"] == verdict


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
    assert center_learning.judge_fixed(rows, bits=64)["verdict"] == "inconclusive"
    assert semantic.judge_order(rows)["verdict"] == "not-shown"


@pytest.mark.parametrize(("deviation", "verdict"), [(0.2, "trend"), (1.0, "not-shown")])
def test_draws_are_judged_by_the_largest_deviation(deviation, verdict):
    table = pd.DataFrame({"data": ["x"], "mAP": ["0.9 ± 0.2 pp"], "mAP_std_pp": [deviation]})
    assert center_learning.judge_draws(table)["verdict"] == verdict


def test_shuffled_centers_keep_their_distances_and_lose_their_places():
    centers = np.random.default_rng(0).integers(0, 2, (50, 16), dtype=np.int8) * 2 - 1
    moved = semantic.shuffled(centers, 1)
    assert not np.array_equal(moved, centers)
    assert np.array_equal(np.sort(moved.view("S16").ravel()), np.sort(centers.view("S16").ravel()))


def test_rank_agreement_with_the_published_order():
    names = [("AlexNet", 0.1), ("VGG16", 0.2), ("ResNet50", 0.3)]
    rows = pd.DataFrame([{"bits": 16, "family": name, "mAP": value} for name, value in names])
    assert semantic.rank_agreement(rows, [16])["Kendall τ"].tolist() == [1.0, 1.0, 1.0]


def test_options_are_read_as_yaml():
    assert parse_options(["a=1", "b=x"], root="/r") == {"root": "/r", "a": 1, "b": "x"}
    with pytest.raises(InputError, match="key=value"):
        parse_options(["noise"])


def test_pictures_of_others_are_shown_to_a_person_only(data, monkeypatch):
    theirs = replace(data, name="tiny-imagenet")
    assert views.showable(theirs, theirs.train, [0, 1]) is None
    assert len(views.showable(data, data.train, [0, 1])) == 2
    monkeypatch.setattr(views, "is_live", lambda: True)
    assert len(views.showable(theirs, theirs.train, [0, 1])) == 2
