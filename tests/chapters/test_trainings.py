"""Frames and verdicts of the training notebooks, on trainings that are made up so that the answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import OPTIONS, MadeUp, make_setting, table

from basics.errors import InputError
from chapters import n04_training, n07_backbones
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
    assert (point.labels, point.config.backbone) == ({"family": "VGG16", "seed": 0}, "vgg-narrow")
    assert (point.config.head, point.config.backbone_from) == ("shc-classifier", None)
    assert point.config.objective_options == {"weight_quantization": 1.0}


def test_weights_from_other_classes_are_handed_to_classifiers():
    setting = make_setting(pretrain_dataset="digits100")
    config = n07_backbones.category_classifier(setting, "vgg-narrow", "VGG16").config
    assert config.backbone_from == classifier(setting, backbone="vgg-narrow")
    point = hash_training(setting, np.ones((100, 8), np.int8), objective="semantic", seed=0)
    assert isinstance(point.config, TrainingConfig)


def test_perfect_codes_score_one(data):
    assert scores.query_precisions(perfect(data), data).tolist() == [1.0] * 100
    assert scores.validation_map(perfect(data), data) == 1.0


def partly(data, wrong, seed=0, *, plateau=True):
    """Perfect codes, but for a share of the queries, which got any word."""
    made, generator = perfect(data, seed), np.random.default_rng(seed)
    chosen = generator.random(len(data.query)) < wrong
    made.split_codes["query"][chosen] = generator.integers(0, 2, (chosen.sum(), 64), dtype=np.int8) * 2 - 1
    return MadeUp(made.split_codes, plateau=plateau)


def methods(sides, *, bits=(64,)):
    """A grid of two methods, a list of trainings each, at some lengths."""
    labels = [
        {"bits": length, "seed": seed, "method": name}
        for length in bits
        for name, runs in sides.items()
        for seed in range(len(runs))
    ]
    return table(labels, [run for _ in bits for runs in sides.values() for run in runs])


def verdicts(sides, data, *, bits=(64,), better="good", **options):
    runs = methods(sides, bits=bits)
    return comparisons.compare_methods(runs, data, better=better, bits=bits, by="method", **options)


def test_a_method_that_is_better_for_every_seed_wins_and_the_other_loses(data):
    sides = {
        "good": [partly(data, 0.1, seed) for seed in range(3)],
        "bad": [partly(data, 0.6, seed) for seed in range(3)],
    }
    won = verdicts(sides, data).iloc[0]
    lost = verdicts(sides, data, better="bad").iloc[0]
    assert (won["verdict"], lost["verdict"]) == ("trend", "not-shown")
    assert won["low"] == pytest.approx(-lost["high"])
    assert won["low"] < won["low, these trainings"] < won["mean"] < won["high, these trainings"] < won["high"]
    assert (won["seeds"], won["converged"]) == (3, True)


def test_queries_cannot_make_up_for_seeds_that_disagree(data):
    """Planted: one seed of three carries the whole difference; on these trainings it is beyond doubt."""
    sides = {
        "good": [partly(data, 0.3, seed) for seed in (0, 1)] + [partly(data, 0.0, 2)],
        "bad": [partly(data, 0.3, seed) for seed in (10, 11)] + [partly(data, 0.9, 12)],
    }
    row = verdicts(sides, data).iloc[0]
    assert row["low, these trainings"] > 0
    assert row["low"] < 0
    assert row["verdict"] == "inconclusive"


def test_one_seed_is_no_evidence_however_large_the_difference(data):
    row = verdicts({"good": [perfect(data)], "bad": [blind(data)]}, data).iloc[0]
    assert row["low, these trainings"] > 0.5
    assert np.isnan(row["low"])
    assert row["verdict"] == "inconclusive"
    compared = verdicts({"good": [perfect(data)], "bad": [blind(data)]}, data)
    assert "one seed is no evidence" in comparisons.why(compared)
    assert "one seed, no interval" in comparisons.described(compared)


def test_trainings_without_a_plateau_earn_no_trend(data):
    good = [partly(data, 0.1, seed, plateau=seed != 1) for seed in range(3)]
    bad = [partly(data, 0.6, seed) for seed in range(3)]
    row = verdicts({"good": good, "bad": bad}, data).iloc[0]
    assert row["low"] > 0
    assert (row["verdict"], row["converged"]) == ("inconclusive", False)
    assert "above 0 with trainings short of their plateau" in comparisons.why(pd.DataFrame([row]))
    assert verdicts({"good": bad, "bad": good}, data)["verdict"].item() == "not-shown"
    unsettled = verdicts({"good": good, "bad": good}, data, margin=0.005)
    assert unsettled["verdict"].item() == "inconclusive"


def test_identical_trainings_are_as_good_as_each_other_and_not_better(data):
    same = [partly(data, 0.3, seed) for seed in range(3)]
    compared = verdicts({"good": same, "bad": same}, data)
    assert compared["verdict"].tolist() == ["identical"]
    assert comparisons.judge_rows(compared)["verdict"] == "not-shown"
    assert comparisons.judge_rows(compared, margin=0.005)["verdict"] == "trend"
    assert "identical everywhere" in comparisons.why(compared)


def test_as_good_as_allows_for_the_margin_and_better_does_not(data):
    good = [partly(data, 0.3, seed) for seed in range(3)]
    bad = [MadeUp(dict(run.split_codes)) for run in good]
    for run in bad:  # one query of a hundred, the same for all seeds, is answered at random
        run.split_codes["query"] = run.split_codes["query"].copy()
    sides = {"good": bad, "bad": good}
    for run in bad:
        run.split_codes["query"][0] *= -1
    assert verdicts(sides, data, margin=0.5)["verdict"].item() == "trend"
    assert verdicts(sides, data)["verdict"].item() != "trend"


def test_a_table_is_one_family(data):
    """Three comparisons that do not matter widen the interval of one that does."""
    sides = {"good": [partly(data, 0.2, seed) for seed in range(4)], "bad": [partly(data, 0.4, s) for s in range(4, 8)]}
    equal = {f"equal {n}": [partly(data, 0.2, 10 * n + seed) for seed in range(4)] for n in range(1, 6)}
    alone, among = verdicts(sides, data).iloc[0], verdicts(sides | equal, data).iloc[0]
    assert alone["mean"] == among["mean"]
    assert among["low"] < alone["low"]


def test_pairs_need_a_common_seed(data):
    runs = table([{"seed": 0}, {"seed": 1}], [perfect(data), blind(data)])
    with pytest.raises(InputError, match="paired by seed"):
        comparisons.paired_differences(runs[:1], runs[1:], data)


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


def judged_grid(runs, data):
    found = n04_training.grid_scores(n04_training.grid_table(runs, data))
    compared = n04_training.compare_points(runs, data, document=(0.05, 0.2))
    return n04_training.judge_grid(found, compared, document=(0.05, 0.2))


@pytest.mark.parametrize(
    ("good", "seeds", "verdict"),
    [
        ([(0.05, 0.2)], 3, "trend"),
        ([(0.0, 0.2)], 3, "not-shown"),
        ([(0.0, 0.2), (0.05, 0.2)], 3, "not-shown"),
        ([(0.05, 0.2)], 1, "inconclusive"),
        ([(0.0, 0.2)], 1, "inconclusive"),
    ],
)
def test_the_grid_is_judged_by_its_weakest_comparison_and_never_by_one_seed(data, good, seeds, verdict):
    pairs = [(first, second) for first in (0.0, 0.05) for second in (0.0, 0.2)]
    labels = [
        {"lambda_1": one, "lambda_2": two, "bits": 64, "seed": seed} for one, two in pairs for seed in range(seeds)
    ]
    made = [perfect(data) if (label["lambda_1"], label["lambda_2"]) in good else blind(data) for label in labels]
    judged = judged_grid(table(labels, made), data)
    assert judged["verdict"] == verdict
    assert judged["observed"].startswith(f"best point: λ1 = {good[0][0]:g}, λ2 = {good[0][1]:g}")
    assert ("one seed is no evidence" in judged["why"]) is (seeds == 1)


def test_a_point_of_the_grid_scores_the_mean_of_its_seeds(data):
    labels = [{"lambda_1": 0.5, "lambda_2": 0.0, "bits": 64, "seed": seed} for seed in (0, 1)]
    first = {"lambda_1": 0.0, "lambda_2": 0.2, "bits": 64, "seed": 0}
    runs = table([first, *labels], [perfect(data), perfect(data), blind(data)])
    found = n04_training.grid_scores(n04_training.grid_table(runs, data))
    assert found[n04_training.PAIR].to_numpy().tolist() == [[0.0, 0.2], [0.5, 0.0]]
    best, worst = (scores.validation_map(run, data) for run in (perfect(data), blind(data)))
    assert found["validation mAP"].tolist() == pytest.approx([best, (best + worst) / 2])


def test_a_grid_without_the_documents_pair_says_nothing(data):
    runs = table([{"lambda_1": 0.0, "lambda_2": 0.0, "bits": 64, "seed": 0}], [perfect(data)])
    assert judged_grid(runs, data)["verdict"] == "inconclusive"


def test_the_weakest_comparison_decides():
    rows = pd.DataFrame(
        [
            (64, "ResNet50 − VGG16", 0.1, 0.05, 0.2, "trend"),
            (64, "VGG16 − AlexNet", 0.0, -0.1, 0.1, "inconclusive"),
            (16, "ResNet50 − VGG16", -0.2, -0.3, -0.1, "not-shown"),
        ],
        columns=["bits", "difference", "mean", "low", "high", "verdict"],
    ).assign(seeds=3, converged=True)
    assert n07_backbones.judge_order(rows)["verdict"] == "not-shown"
    assert n07_backbones.judge_order(rows[:2])["verdict"] == "inconclusive"


def test_an_order_of_other_networks_says_nothing_of_those_of_the_statement():
    row = {"bits": 64, "difference": "EfficientNet-Lite2 − EfficientNet-Lite1", "mean": 0.1, "low": 0.05, "high": 0.2}
    found = n07_backbones.judge_order(pd.DataFrame([row | {"verdict": "trend", "seeds": 3, "converged": True}]))
    assert found["verdict"] == "inconclusive" and "other networks" in found["why"]


@pytest.mark.parametrize(
    ("verdicts", "settled", "judged"),
    [
        (["trend", "trend"], True, "finding"),
        (["trend", "inconclusive"], False, "inconclusive"),
        (["trend", "not-shown"], True, "not-shown"),
        (["trend", "identical"], True, "not-shown"),
    ],
)
def test_more_of_a_network_learning_is_judged_by_the_weakest_length(verdicts, settled, judged):
    rows = pd.DataFrame({"bits": [16, 64], "difference": "last-stage − head", "verdict": verdicts})
    found = n07_backbones.judge_tuned(rows.assign(mean=0.02, low=0.01, high=0.03, converged=settled))
    assert found["verdict"] == judged
    assert found["observed"].startswith("16 bits last-stage − head: +0.0200 [+0.0100, +0.0300]; 64 bits")
    other = rows.assign(difference="last-stage − all", verdict="not-shown")
    both = pd.concat([rows, other]).assign(mean=0.02, low=0.01, high=0.03, converged=settled)
    assert n07_backbones.judge_tuned(both)["verdict"] == judged
    assert settled or "short of their plateau" in found["why"]


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
    assert parse_options(["root=/my: pics #2 ", "protocol=x #1"]) == {"root": "/my: pics #2 ", "protocol": "x #1"}
    for twice in (["root=b"], ["a=1", "a=2"]):
        with pytest.raises(InputError, match=r"dataset_options must hold .* once"):
            parse_options(twice, root="/r")
    with pytest.raises(InputError, match="key=value"):
        parse_options(["noise"])


def test_pictures_of_others_are_shown_to_a_person_only(data, monkeypatch):
    theirs = replace(data, name="tiny-imagenet")
    assert samples.showable(theirs, theirs.train, [0, 1]) is None
    assert len(samples.showable(data, data.train, [0, 1])) == 2
    monkeypatch.setattr(samples, "is_live", lambda: True)
    assert len(samples.showable(theirs, theirs.train, [0, 1])) == 2


def test_the_row_that_decides_is_the_weakest():
    rows = pd.DataFrame(
        [("a", 0.1, 0.05, 0.2, "trend"), ("b", 0.0, -0.1, 0.1, "inconclusive"), ("c", 0.01, -0.2, 0.3, "inconclusive")],
        columns=["difference", "mean", "low", "high", "verdict"],
    )
    assert comparisons.deciding(rows)["difference"].tolist() == ["b"]
    assert comparisons.deciding(rows[:1])["difference"].tolist() == ["a"]
    same = rows.assign(verdict=["trend", "identical", "inconclusive"])
    assert comparisons.deciding(same)["difference"].tolist() == ["b"]
