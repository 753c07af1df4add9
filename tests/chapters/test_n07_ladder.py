"""The ladder of notebook 07: centers whose quality is known, slopes that are planted, and what is judged of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress, spearmanr, t

from basics.errors import InputError
from chapters import n07_ladder as chapter
from chapters.n07_backbones import Described
from chapters.shared.derived import by_method
from chapters.shared.similarities import name_similarity
from chapters.shared.slopes import kind_of, ladder_table, line_table, rung_name, slope_of, slope_table
from hashcenters.codes import hamming_distance

NAMES = [f"{number:02d}" for number in range(100)]
HEADS = ["shc", "csq"]


def describe(network: str, accuracy: float, noise: float, *, settled: bool = True) -> Described:
    """A classifier whose class means say which digits a class has, more or less, and whose head rows say nothing."""
    draw = np.random.default_rng(0)
    digits = np.array([[*name] for name in NAMES]).astype(int)
    means = np.hstack([np.eye(10)[digits[:, 0]], np.eye(10)[digits[:, 1]]]) + noise * draw.normal(size=(100, 20))
    return Described(network, 0, accuracy, means, draw.normal(size=(100, 20)), np.zeros(20, dtype=bool), settled)


SAID = {("good", seed): describe("good", 0.9, 0.05) for seed in (0, 1)} | {
    ("bad", seed): describe("bad", 0.5, 1.0) for seed in (0, 1)
}
LATE = describe("late", 0.5, 1.0, settled=False)
MEASURES = chapter.measures_of(NAMES, name_similarity(NAMES), reference="names")


@pytest.fixture(scope="module")
def made():
    return chapter.rung_centers(SAID, MEASURES, 16, features="class-means", levels=[0.0, 2.0])


def test_rungs_are_networks_noise_and_shuffled_centers(made):
    rungs = ["good", "bad", "noise 0", "noise 2", "shuffled"]
    assert made.keys() == {(rung, seed) for rung in rungs for seed in (0, 1)}
    assert np.array_equal(np.unique(made["shuffled", 1], axis=0), np.unique(made["noise 0", 1], axis=0))


def test_the_quality_of_centers_is_measured(made):
    quality = chapter.qualities(made, MEASURES).set_index(["rung", "seed"])["quality, by class names"]
    found = quality.groupby("rung").mean()
    assert found["noise 0"] > found["noise 2"] + 0.1 and found["good"] > found["bad"] + 0.1
    assert abs(found["shuffled"]) < 0.05
    different = ~np.eye(100, dtype=bool)
    truth = name_similarity(NAMES)[different]
    naive = [spearmanr(truth, -hamming_distance(one, one)[different])[0] for one in (made["bad", 0], made["bad", 1])]
    assert [*quality["bad"]] == pytest.approx(naive) and naive[0] != naive[1]


def test_every_training_of_the_ladder_knows_the_quality_of_its_own_centers(made):
    quality = chapter.qualities(made, MEASURES)
    scores = pd.DataFrame(
        [{"rung": rung, "seed": seed, "head": head} for head in HEADS for seed, rung in ((1, "bad"),)]
    )
    known = chapter.with_quality(scores, quality)
    wanted = quality[(quality["rung"] == "bad") & (quality["seed"] == 1)]["quality, by class names"].item()
    assert known["quality, by class names"].tolist() == [wanted, wanted] and set(known["kind"]) == {"networks"}
    with pytest.raises(KeyError):
        chapter.with_quality(scores.assign(seed=7), quality)


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
    told = chapter.classifier_scores(SAID, MEASURES)
    assert told["converged"].all() and not chapter.classifier_scores({("x", 0): LATE}, MEASURES)["converged"].any()
    table = chapter.network_table(told)
    assert table["network"].tolist() == ["good", "bad"] and table["converged"].tolist() == ["2 of 2", "2 of 2"]
    means, rows = table["class means, by class names"], table["head rows, by class names"]
    assert means[0] > means[1] + 0.1 and (rows.abs() < 0.1).all()
    assert "accuracy goes from 50.0% to 90.0%" in chapter.network_reading(table)
    judged = chapter.judge_semantics(table, chapter.accuracy_line(told))
    assert judged["verdict"] == "inconclusive" and judged["why"].startswith("fewer than 5 networks (2)")


@pytest.mark.parametrize(("sign", "verdict"), [(1, "trend"), (-1, "not-shown")])
def test_semantics_are_judged_over_networks(sign, verdict):
    told = planted_classifiers(sign)
    line = chapter.accuracy_line(told)
    judged = chapter.judge_semantics(chapter.network_table(told), line)
    assert judged["verdict"] == verdict and "i 80.0% and" in judged["observed"]
    assert line["points"].item() == 9 and line["seeds"].item() == 3
    one = told[told["seed"] == 0]
    alone = chapter.judge_semantics(chapter.network_table(one), chapter.accuracy_line(one))
    assert alone["verdict"] == "inconclusive" and alone["why"].endswith("one classifier a network is no evidence")


def planted_classifiers(sign: int) -> pd.DataFrame:
    """Three classifiers of nine networks, whose class means get better or worse with their accuracy."""
    draw = np.random.default_rng(0).normal(size=27)
    told = pd.DataFrame({"network": [*"abcdefghi"] * 3, "bits": 100, "seed": np.repeat([0, 1, 2], 9)})
    told = told.assign(converged=True, accuracy=np.tile(np.linspace(0.4, 0.8, 9), 3))
    told["class means, by net"] = 0.5 + sign * told["accuracy"] / 2 + 0.01 * draw
    return told.assign(**{"head rows, by net": 0.0})


def test_the_slope_over_networks_is_that_of_their_means() -> None:
    told = planted_classifiers(1)
    line = line_table(told, by="network", of="class means, by net", on="accuracy")
    means = told.groupby("network")[["accuracy", "class means, by net"]].mean()
    wanted = linregress(means["accuracy"], means["class means, by net"])
    assert line["mean"].item() == pytest.approx(wanted.slope)
    assert (line["high"] - line["low"]).item() == pytest.approx(2 * t.ppf(0.975, 7) * wanted.stderr)
    again = by_method(line_table)(pd.DataFrame(line.attrs["derived"]["runs"]), **line.attrs["derived"]["options"])
    pd.testing.assert_frame_equal(again, line)


def test_a_classifier_short_of_its_plateau_leaves_a_trend_open_and_four_networks_any():
    told = planted_classifiers(1)
    options = {"by": "network", "of": "class means, by net", "on": "accuracy"}
    late = told.assign(converged=(told["network"] != "c") | (told["seed"] != 1))
    assert line_table(late, **options)["verdict"].item() == "inconclusive"
    few = told[told["network"].isin([*"abcd"])]
    assert line_table(few, **options)["verdict"].item() == "inconclusive"
    single = told[(told["network"] != "c") | (told["seed"] == 1)]
    assert line_table(single, **options)[["seeds", "verdict"]].values.tolist() == [[1, "inconclusive"]]
    doubled = pd.concat([told[told["seed"] == 0], told[told["seed"] == 0].assign(bits=200)])
    assert line_table(doubled, **options)["seeds"].item() == 1
    assert line_table(told, **options)["verdict"].item() == "trend"


def runs_of(slopes: dict[str, float], *, seeds=(0, 1, 2), noise=0.002) -> pd.DataFrame:
    """Trainings whose mAP rises with quality as planted."""
    draw = np.random.default_rng(0)
    quality = {
        **{f"net {place}": 0.5 + place / 20 for place in range(5)},
        **{f"noise {place}": 0.4 - place / 10 for place in range(3)},
        "shuffled": 0.0,
    }
    rows = [
        {"rung": rung, "head": head, "network": "n", "bits": 32, "seed": seed, "converged": True}
        | {
            "mAP": 0.4 + 0.01 * seed + slope * one + noise * draw.normal(),
            "quality, by ref": one + 0.01 * (seed - 1) * one,
        }
        for rung, one in quality.items()
        for head, slope in slopes.items()
        for seed in seeds
    ]
    return pd.DataFrame(rows)


def slopes_of(scores: pd.DataFrame) -> pd.DataFrame:
    return slope_table(chapter.ladder_runs(scores), heads=HEADS, networks=["n"], fold=chapter.FOLD)


def test_planted_slopes_are_found():
    scores = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores)
    assert table["head"].tolist() == ["shc", "csq", "shc − 2 × csq", "shc", "csq"]
    assert table["rungs"].tolist() == ["all"] * 3 + ["networks"] * 2
    assert table["points"].tolist() == [9] * 3 + [5] * 2
    assert (table["low"] < table["mean"]).all() and (table["mean"] < table["high"]).all()
    assert table["mean"].tolist()[:3] == pytest.approx([0.2, 0.0, 0.2], abs=0.02)
    own = scores[scores["head"] == "shc"]
    seeds = [linregress(one["quality, by ref"], one["mAP"]).slope for _, one in own.groupby("seed")]
    assert table[["lowest, a seed", "highest, a seed"]].iloc[0].tolist() == pytest.approx([min(seeds), max(seeds)])


def test_fewer_than_five_networks_have_no_slope_of_their_own():
    scores = runs_of({"shc": 0.2, "csq": 0.0})
    assert set(slopes_of(scores[scores["rung"] != "net 1"])["rungs"]) == {"all"}


def test_runs_on_the_same_centers_agree_on_their_quality():
    scores = runs_of({"shc": 0.2, "csq": 0.0})
    scores.loc[(scores["rung"] == "net 1") & (scores["head"] == "shc"), "quality, by ref"] += 0.01
    with pytest.raises(InputError, match="the centers of net 1, seed 0, must have the same quality"):
        slopes_of(scores)


def test_class_names_are_a_second_measure_behind_the_reference():
    scores = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores.assign(**{"quality, by class names": scores["quality, by ref"] ** 2}))
    assert table["quality by"].tolist() == ["ref"] * 5 + ["class names"] * 2
    assert table["mean"].tolist()[:5] == pytest.approx(slopes_of(scores)["mean"].tolist())


@pytest.mark.parametrize("level", [1.0, 0.3, 0.1 + 0.2])
def test_points_above_each_other_have_no_slope(level):
    x = np.full((12, 3), level).mean(axis=1) + np.array([0, 1e-16] * 6)
    found = slope_of(x, np.random.default_rng(0).normal(size=12))
    assert np.isnan(found.estimate) and not found.known


def test_points_on_one_level_are_identical_and_a_missing_one_leaves_no_slope():
    assert slope_of(np.arange(9.0), np.full(9, 0.1) + np.array([0, 1e-16, 0] * 3)).identical
    assert np.isnan(slope_of(np.arange(3.0), np.array([0.1, np.nan, 0.3])).estimate)
    assert np.isnan(slope_of(np.array([0.1, np.nan, 0.3]), np.arange(3.0)).estimate)


def test_a_seed_without_a_measure_leaves_the_line_open():
    told = planted_classifiers(1)
    told.loc[4, "class means, by net"] = np.nan
    line = line_table(told, by="network", of="class means, by net", on="accuracy")
    assert line["verdict"].item() == "inconclusive" and np.isnan(line["mean"].item())


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
    judged = chapter.judge_heads(slopes_of(runs_of(slopes)), heads=HEADS)
    assert judged["verdict"] == verdict and "shc − 2 × csq on n" in judged["observed"]
    assert judged["observed"].startswith("slope of mAP on quality by ref: ")
    above = sum(slope > 0 for slope in slopes.values())  # the rungs of networks lie near lines
    assert f"; above 0 in {above} of 2 other slopes (over networks alone)" in judged["observed"]


def test_one_seed_shows_nothing_and_neither_do_trainings_without_a_plateau():
    assert set(slopes_of(runs_of({"shc": 0.2, "csq": 0.0}, seeds=(0,)))["verdict"]) == {"inconclusive"}
    scores = runs_of({"shc": 0.2, "csq": 0.0})
    table = slopes_of(scores.assign(converged=scores["head"] == "csq"))
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
    slopes = slopes_of(runs_of({"shc": slope, "csq": -0.3}))
    judged = chapter.judge_benefit(slopes, compared, head="shc")
    assert judged["verdict"] == verdict
    assert "CSQ" not in judged["observed"] and "csq" not in judged["observed"]


def test_the_ladder_table_and_figure_show_every_rung_and_head():
    known = runs_of({"shc": 0.2, "csq": 0.0})
    known = known.assign(kind=known["rung"].map(kind_of))
    table = ladder_table(chapter.ladder_runs(known))
    assert table.columns.tolist() == ["rung", "bits", "quality, by ref", "shc, n", "csq, n"]
    assert table["quality, by ref"].tolist() == pytest.approx([0.5, 0.55, 0.6, 0.65, 0.7, 0.4, 0.3, 0.2, 0.0])
    slopes = slopes_of(known)
    drawn = chapter.quality_lines(known, slopes)
    assert [axis.get_title(loc="left").partition(":")[0] for axis in drawn.axes] == HEADS
    assert sum(len(line.get_xdata()) for line in drawn.axes[0].lines[:-1]) == len(table)
    (left, right), (low, high) = drawn.axes[0].lines[-1].get_data()
    assert (high - low) / (right - left) == pytest.approx(slopes["mean"].iloc[0])
    assert "over networks alone" in chapter.slope_reading(slopes)


def test_a_slope_table_follows_from_its_runs():
    table = slopes_of(runs_of({"shc": 0.2, "csq": 0.0}))
    declared = table.attrs["derived"]
    again = slope_table(pd.DataFrame(declared["runs"]), **declared["options"])
    pd.testing.assert_frame_equal(again, table)
    assert declared["runs"][0]["method"] == rung_name("net 0", "shc", "n")
