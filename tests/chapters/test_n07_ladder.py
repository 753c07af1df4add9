"""The ladder of notebook 07: centers whose quality is known, slopes that are planted, and what is judged of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress, spearmanr

from chapters import n07_ladder as chapter
from chapters.n07_backbones import Described
from chapters.shared.derived import rung_name, slope_of, slope_table
from chapters.shared.similarities import name_similarity
from hashcenters.codes import hamming_distance

NAMES = [f"{number:02d}" for number in range(100)]
HEADS = ["shc", "csq"]


def describe(network: str, accuracy: float, noise: float) -> Described:
    """A classifier whose class means say which digits a class has, more or less, and whose head rows say nothing."""
    draw = np.random.default_rng(0)
    digits = np.array([[*name] for name in NAMES]).astype(int)
    means = np.hstack([np.eye(10)[digits[:, 0]], np.eye(10)[digits[:, 1]]]) + noise * draw.normal(size=(100, 20))
    return Described(network, accuracy, means, draw.normal(size=(100, 20)), np.zeros(20, dtype=bool))


SAID = {("good", seed): describe("good", 0.9, 0.05) for seed in (0, 1)} | {
    ("bad", seed): describe("bad", 0.5, 1.0) for seed in (0, 1)
}
MEASURES = chapter.measures_of(NAMES, name_similarity(NAMES), reference="names")


@pytest.fixture(scope="module")
def made():
    return chapter.rung_centers(SAID, MEASURES, 16, features="class-means", levels=[0.0, 2.0])


def test_rungs_are_networks_noise_and_shuffled_centers(made):
    rungs = ["good", "bad", "noise 0", "noise 2", "shuffled"]
    assert made.keys() == {(rung, seed) for rung in rungs for seed in (0, 1)}
    assert np.array_equal(np.unique(made["shuffled", 1], axis=0), np.unique(made["noise 0", 1], axis=0))


def test_the_quality_of_centers_is_measured(made):
    quality = chapter.qualities(made, MEASURES)
    found = {rung: one[chapter.CLASS_NAMES] for rung, one in quality.items()}
    assert found["noise 0"] > found["noise 2"] + 0.1 and found["good"] > found["bad"] + 0.1
    assert abs(found["shuffled"]) < 0.05
    assert [rung for rung, one in quality.items() if one["network"]] == ["good", "bad"]
    different = ~np.eye(100, dtype=bool)
    truth = name_similarity(NAMES)[different]
    naive = [spearmanr(truth, -hamming_distance(one, one)[different])[0] for one in (made["bad", 0], made["bad", 1])]
    assert found["bad"] == pytest.approx(np.mean(naive))


def test_classifiers_that_are_to_be_trained_have_stand_ins():
    waiting = dict.fromkeys(SAID)
    counted = chapter.rung_centers(waiting, {"net": None}, 16, features="class-means", levels=[0.0])
    assert {one.shape for one in counted.values()} == {(100, 16)}
    assert len({one.tobytes() for one in counted.values()}) == len(counted) == 8


def test_names_of_imagenet_are_a_second_measure_and_a_rung():
    names = ["goldfish", "cannon", "black widow", "refrigerator", "great white shark"]
    measures = chapter.measures_of(names, np.arange(25.0).reshape(5, 5), reference="net")
    assert [*measures] == ["net", chapter.CLASS_NAMES]
    assert [*chapter.measures_of(["a", "b"], np.eye(2), reference="net")] == ["net"]
    said = {("net 2", 0): None}
    rungs = {rung for rung, _ in chapter.rung_centers(said, measures, 8, features="class-means", levels=[1.0])}
    assert rungs == {"net 2", chapter.CLASS_NAMES, "noise 1", "shuffled"}


def test_both_kinds_of_category_features_stand_in_the_table():
    table = chapter.network_table(SAID, MEASURES)
    assert table["network"].tolist() == ["good", "bad"] and table["classifiers"].tolist() == [2, 2]
    means, rows = table.iloc[:, 3], table.iloc[:, 4]
    assert means[0] > means[1] + 0.1 and (rows.abs() < 0.1).all()
    assert "accuracy goes from 50.0% to 90.0%" in chapter.network_reading(table)
    assert chapter.judge_semantics(table)["verdict"] == "inconclusive"


@pytest.mark.parametrize(("sign", "verdict"), [(1, "trend"), (-1, "not-shown")])
def test_semantics_are_judged_over_networks(sign, verdict):
    accuracy = np.linspace(0.4, 0.8, 9)
    draw = np.random.default_rng(0).normal(size=9)
    table = pd.DataFrame({"network": [*"abcdefghi"], "classifiers": 3, "accuracy": accuracy})
    table["class means, by net"] = 0.5 + sign * accuracy / 2 + 0.01 * draw
    assert chapter.judge_semantics(table)["verdict"] == verdict
    alone = chapter.judge_semantics(table.assign(classifiers=1))
    assert alone["verdict"] == "inconclusive" and alone["why"].endswith("one classifier a network is no evidence")


def runs_of(slopes: dict[str, float], *, seeds=(0, 1, 2), noise=0.002) -> tuple[pd.DataFrame, dict]:
    """Trainings whose mAP rises with quality as planted."""
    draw = np.random.default_rng(0)
    quality = {
        **{f"net {place}": {"network": True, "ref": 0.5 + place / 20} for place in range(5)},
        **{f"noise {place}": {"network": False, "ref": 0.4 - place / 10} for place in range(3)},
        "shuffled": {"network": False, "ref": 0.0},
    }
    rows = [
        {"rung": rung, "head": head, "network": "n", "bits": 32, "seed": seed, "converged": True}
        | {"mAP": 0.4 + 0.01 * seed + slope * one["ref"] + noise * draw.normal()}
        for rung, one in quality.items()
        for head, slope in slopes.items()
        for seed in seeds
    ]
    return pd.DataFrame(rows), quality


def slopes_of(scores: pd.DataFrame, quality: dict) -> pd.DataFrame:
    return chapter.ladder_slopes(scores, quality, heads=HEADS, networks=["n"])


def test_planted_slopes_are_found():
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores, quality)
    assert table["head"].tolist() == ["shc", "csq", "shc − 2 × csq", "shc", "csq"]
    assert table["rungs"].tolist() == ["all"] * 3 + ["networks"] * 2
    assert table["points"].tolist() == [9] * 3 + [5] * 2
    assert (table["low"] < table["mean"]).all() and (table["mean"] < table["high"]).all()
    assert table["mean"].tolist()[:3] == pytest.approx([0.2, 0.0, 0.2], abs=0.02)
    seeds = [
        linregress([quality[rung]["ref"] for rung in one["rung"]], one["mAP"]).slope
        for _, one in scores[scores["head"] == "shc"].groupby("seed")
    ]
    assert table[["lowest, a seed", "highest, a seed"]].iloc[0].tolist() == pytest.approx([min(seeds), max(seeds)])


def test_class_names_stand_behind_the_reference_in_whatever_order_a_record_has_them():
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0})
    both = {
        rung: one | {"ref": one["ref"], "class names": place / 9} for place, (rung, one) in enumerate(quality.items())
    }
    stored = {rung: dict(sorted(one.items())) for rung, one in both.items()}
    assert list(stored[next(iter(stored))]) == ["class names", "network", "ref"]
    table = slopes_of(scores, stored)
    assert table["quality by"].tolist() == ["ref"] * 5 + ["class names"] * 2
    assert table.equals(slopes_of(scores, both))


def test_points_above_each_other_have_no_slope():
    found = slope_of(np.ones(5), np.arange(5.0))
    assert np.isnan(found.estimate) and not found.known


def test_a_slope_and_its_interval_are_those_of_scipy():
    x, y = np.random.default_rng(0).normal(size=(2, 12))
    found, wanted = slope_of(x, y), linregress(x, y)
    assert found.estimate == pytest.approx(wanted.slope)
    assert found.parts[0] == pytest.approx((wanted.stderr**2, 10))
    assert not slope_of(x[:2], y[:2]).known


@pytest.mark.parametrize(
    ("slopes", "verdict"),
    [
        ({"shc": 0.2, "csq": 0.0}, "finding"),
        ({"shc": 0.2, "csq": 0.15}, "not-shown"),
        ({"shc": -0.2, "csq": 0.0}, "not-shown"),
        ({"shc": 0.0, "csq": 0.0}, "inconclusive"),
    ],
)
def test_heads_are_judged_by_both_slopes(slopes, verdict):
    judged = chapter.judge_heads(slopes_of(*runs_of(slopes)), heads=HEADS)
    assert judged["verdict"] == verdict and "shc − 2 × csq on n" in judged["observed"]


def test_one_seed_shows_nothing_and_neither_do_trainings_without_a_plateau():
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0}, seeds=(0,))
    assert set(slopes_of(scores, quality)["verdict"]) == {"inconclusive"}
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores.assign(converged=scores["head"] == "csq"), quality)
    assert set(table["verdict"][table["head"] == "shc"]) == {"inconclusive"}


@pytest.mark.parametrize(
    ("slope", "dealt", "verdict"),
    [(0.2, "trend", "trend"), (0.2, "inconclusive", "inconclusive"), (-0.2, "trend", "not-shown")],
)
def test_benefit_needs_the_slope_and_the_shuffled_centers(slope, dealt, verdict):
    compared = pd.DataFrame(
        [(16, "semantic − semantic, shuffled", dealt), (16, "semantic − CSQ centers", "not-shown")],
        columns=["bits", "difference", "verdict"],
    ).assign(mean=0.1, low=0.0, high=0.2, converged=True)
    slopes = slopes_of(*runs_of({"shc": slope, "csq": -0.3}))
    judged = chapter.judge_benefit(slopes, compared, head="shc")
    assert judged["verdict"] == verdict
    assert "CSQ" not in judged["observed"] and "csq" not in judged["observed"]


def test_the_ladder_table_and_figure_show_every_rung_and_head():
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0})
    known = chapter.with_quality(scores, quality)
    table = chapter.ladder_table(known, quality)
    assert table.columns.tolist() == ["rung", "bits", "quality, by ref", "shc, n", "csq, n"]
    assert table["quality, by ref"].tolist() == [one["ref"] for one in quality.values()]
    slopes = slopes_of(scores, quality)
    drawn = chapter.quality_lines(known, slopes)
    assert [axis.get_title(loc="left").partition(":")[0] for axis in drawn.axes] == HEADS
    assert sum(len(line.get_xdata()) for line in drawn.axes[0].lines[:-1]) == len(quality)
    (left, right), (low, high) = drawn.axes[0].lines[-1].get_data()
    assert (high - low) / (right - left) == pytest.approx(slopes["mean"].iloc[0])
    assert "over networks alone" in chapter.slope_reading(slopes)


def test_a_slope_table_follows_from_its_runs():
    scores, quality = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores, quality)
    declared = table.attrs["derived"]
    again = slope_table(pd.DataFrame(declared["runs"]), **declared["options"])
    pd.testing.assert_frame_equal(again, table)
    assert declared["runs"][0]["method"] == rung_name("net 0", "shc", "n")
