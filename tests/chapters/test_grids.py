"""What notebooks 04 to 07 and 10 train, read off their own cells."""

from dataclasses import replace

import pytest

from basics.errors import InputError
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import WithNetwork

TINY = ["train_per_class=2", "validation_per_class=1", "query_per_class=1", "database_per_class=3"]
SMALL = {
    "dataset_options": TINY,
    "backbone": "alexnet-narrow",
    "bits": [16, 64],
    "seeds": [0, 1],
    "epochs": 2,
}


def test_the_lambda_grid_and_the_doses_share_trainings_with_the_ablation(grids):
    points = grids("04_training", **SMALL, multi_label_dataset="", grid_bits=16)
    ablation = [point.config for point in points if "loss" in point.labels]
    grid = [point.config for point in points if "lambda_2" in point.labels]
    doses = [point.config for point in points if "lambda_1" in point.labels and "lambda_2" not in point.labels]
    assert len(ablation) == 6 * 2 * 2
    assert len(doses) == 5 * 2
    assert all(isinstance(config, WithNetwork) for config in doses)  # their outputs of training images are looked at
    assert not any(isinstance(config, WithNetwork) for config in ablation + grid)
    same = [TrainingConfig(**vars(config)) in ablation for config in doses]
    assert sum(same) == 2 * 2  # λ1 of 0 and 0.05 at 64 bits, both seeds
    assert {config.bits for config in doses} == {64}
    assert [config.objective_options["lambda_quantization"] for config in doses[::2]] == [0.0, 0.05, 0.2, 0.5, 1.0]
    assert len(grid) == 9 * 2  # both seeds
    assert sum(config in ablation for config in grid) == 4 * 2  # λ1 of 0 and 0.05 with λ2 of 0 and 0.2


def test_trainings_are_paired_by_seed_and_start_from_one_backbone(grids):
    points = [point for point in grids("04_training", **SMALL, multi_label_dataset="") if "loss" in point.labels]
    for bits in (16, 64):
        by_seed = [
            {p.config.centers for p in points if p.labels["bits"] == bits and p.labels["seed"] == s} for s in (0, 1)
        ]
        assert [len(centers) for centers in by_seed] == [1, 1]
        assert by_seed[0] != by_seed[1]
    assert len({repr(point.config.backbone_from) for point in points}) == 1


def test_notebook_05_shares_the_trainings_of_notebook_04(grids):
    full = [point.config for point in grids("04_training", **SMALL, multi_label_dataset="")]
    points = grids("05_center_learning", **SMALL, multi_label_dataset="")
    asked = {point.labels["method"] for point in points if isinstance(point.config, WithNetwork)}
    assert asked == {"Magnet"}  # whose centers are means of what its first network makes of the training split
    ours = [point for point in points if point.labels["method"] == "CSQ centers"]
    assert len(ours) == 4
    assert all(point.config in full for point in ours)


def test_rows_of_notebook_07_differ_in_what_learns_and_the_fullest_are_notebook_04_s(grids):
    full = grids("04_training", **SMALL, multi_label_dataset="")
    joint = [point.config for point in full if point.labels.get("loss") == "L_C + L_Q + L_P"]
    tuned = {"tuned_backbone": "alexnet-narrow", "tuned_bits": [16, 64], "tuned_seeds": [0, 1], "tuned_epochs": 2}
    points = [point for point in grids("07_backbones", **SMALL, **tuned) if "trainable" in point.labels]
    of = {part: [one.config for one in points if one.labels["trainable"] == part] for part in ("head", "all")}
    assert of["all"] == joint and len(points) == 2 * len(joint)
    assert [replace(config, trainable="all") for config in of["head"]] == joint
    assert {(config.trainable, config.recipe.head_factor) for config in of["head"]} == {("head", 20.0)}


def test_draws_change_the_centers_only(grids):
    points = grids("05_center_learning", **SMALL, multi_label_dataset="")
    draws = [point.config for point in points if point.labels["method"].startswith("draw")]
    assert len({config.centers for config in draws}) == 5
    assert {(config.seed, config.bits) for config in draws} == {(0, 64), (1, 64)}
    drawn = [{config.centers for config in draws if config.seed == seed} for seed in (0, 1)]
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("notebook", ["05_center_learning", "06_video"])
def test_runs_with_seeds_five_apart_share_no_training(grids, notebook):
    def trained(first: int) -> set[str]:
        changed = {"seeds": [first, first + 1, first + 2], "form_seeds": [first]}
        options = SMALL if notebook.startswith("05") else {"epochs": 1}
        points = grids(notebook, **{"multi_label_dataset": ""} | options | changed)
        return {repr(point.config) for point in points if "seed" in point.labels}

    assert trained(0) and not trained(0) & trained(5)


def test_the_videos_share_a_training_with_the_draws(grids):
    options = ["train_per_class=1", "validation_per_class=1", "query_per_class=1", "database_per_class=2"]
    points = grids("06_video", dataset_options=options, epochs=1, seeds=[0, 1], form_seeds=[0])
    configs = [point.config for point in points if "bits" in point.labels]
    assert len(configs) == 3 + 5
    assert configs[0] == configs[3]
    assert len({repr(config) for config in configs}) == 7
    assert {repr(config.backbone_from) for config in configs} == {repr(points[0].config)}


@pytest.mark.parametrize("notebook", ["04_training", "05_center_learning", "06_video", "07_backbones", "10_beyond"])
def test_a_misspelt_name_in_a_grid_is_an_error(grids, notebook):
    with pytest.raises((InputError, TypeError, NameError)):
        grids(notebook, backbone=None, dataset="digits")


def test_second_trainings_differ_from_csq_s_in_their_centers_alone(grids):
    points = grids("05_center_learning", **SMALL, multi_label_dataset="", printed_seeds=1)
    by_method = {method: [] for method in ("CSQ centers", "Face", "Magnet", "RepMet")}
    for point in points:
        if point.labels["method"] in by_method and "kind" not in point.labels:
            by_method[point.labels["method"]].append(point.config)
    for method in ("Face", "Magnet"):
        assert len(by_method[method]) == 4
        for ours, csq in zip(by_method[method], by_method["CSQ centers"], strict=True):
            assert ours.centers != csq.centers and replace(ours, centers=csq.centers) == csq
    for config in by_method["RepMet"]:
        rate = config.objective_options["stride"] * config.recipe.lr * config.recipe.head_factor
        assert rate == pytest.approx(0.01)
    printed = [point for point in points if point.labels["method"].endswith("as printed")]
    assert {point.labels["seed"] for point in printed} == {0} and len(printed) == 3 * 2
