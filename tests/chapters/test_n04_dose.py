"""Outputs by the weight of L_Q, on trainings that are made up so that the answer is known."""

import numpy as np
import pandas as pd
import pytest
from made_up import MadeUp, make_setting, table

from chapters import n04_dose as chapter
from chapters.shared.encoding import of_training_split
from chapters.shared.setting import csq_training
from hashcenters.training.run import build_network, load_data

DOSES = [0.0, 0.05, 1.0]


class Outputs(MadeUp):
    """A training whose outputs have a mean magnitude of their own on queries, and another on training images."""

    def outputs(self, split: str) -> np.ndarray:
        noise = np.random.default_rng(len(split)).uniform(-0.01, 0.01, (50, 8))
        return np.asarray(self.config[split] + noise, np.float32)


def made(gains, *, seeds=3, plateau=True):
    """Trainings of three doses; |y| grows with the dose by `gains` a unit on training images and queries."""
    labels = [{"lambda_1": dose, "bits": 8, "seed": seed} for dose in DOSES for seed in range(seeds)]
    starts = np.random.default_rng(0).uniform(0.4, 0.401, len(labels))
    sizes = [
        {split: start + gain * label["lambda_1"] for split, gain in gains.items()}
        for label, start in zip(labels, starts, strict=True)
    ]
    return table(labels, [Outputs({}, size, plateau=plateau) for size in sizes])


@pytest.fixture(autouse=True)
def stored(monkeypatch):
    """Training outputs come from the made-up trainings."""
    monkeypatch.setattr(chapter, "of_training_split", lambda run: run.outputs("train"))


def judge(runs, sizes):
    scores = chapter.dose_scores(runs, sizes)
    return chapter.judge_dose(chapter.dose_steps(scores, sizes), scores, sizes)


def judged(gains, **options):
    runs = made(gains, **options)
    return judge(runs, chapter.magnitudes(runs))


@pytest.mark.parametrize(
    ("train", "query", "verdict"),
    [(0.3, 0.3, "finding"), (0.3, 0.0, "inconclusive"), (0.3, -0.3, "not-shown"), (-0.3, 0.3, "not-shown")],
)
def test_every_step_is_judged_on_both_parts(train, query, verdict):
    found = judged({"train": train, "query": query})
    assert found["verdict"] == verdict
    assert found["observed"].startswith("mean |y| at λ1 = 0, 0.05, 1: training images 0.4")


def test_one_seed_and_trainings_without_a_plateau_show_no_trend():
    gains = {"train": 0.3, "query": 0.3}
    assert judged(gains, seeds=1)["verdict"] == "inconclusive"
    assert "one seed is no evidence" in judged(gains, seeds=1)["why"]
    assert judged(gains, plateau=False)["verdict"] == "inconclusive"


def test_one_step_down_is_enough():
    """A rise over all doses hides the last step, which falls."""
    sizes = {part: np.zeros((3, 3, 50)) + np.array([0.7, 0.9, 0.8])[:, None] for part in ("training images", "queries")}
    for size in sizes.values():
        size += np.random.default_rng(0).normal(0, 0.001, size.shape)
    found = judge(made({"train": 0.3, "query": 0.3}), sizes)
    assert found["verdict"] == "not-shown"
    reason, name, step = found["why"].rsplit(": ", 2)
    assert "2 above 0, 2 below 0" in reason
    assert name.endswith(("queries 1 − queries 0.05", "training images 1 − training images 0.05"))
    assert float(step[:5].replace("−", "-")) == pytest.approx(-0.1, abs=0.01)


def test_doses_and_their_steps_stand_in_tables():
    runs = made({"train": 0.3, "query": 0.0})
    sizes = chapter.magnitudes(runs)
    scores = chapter.dose_scores(runs, sizes)
    assert scores["λ1"].tolist() == [dose for dose in DOSES for _ in range(3)]
    for seed in range(3):
        own = scores[scores["seed"] == seed]
        assert own["queries"].tolist() == sizes["queries"][seed].mean(axis=1).tolist()
    found = chapter.dose_table(scores, sizes)
    assert found["λ1"].tolist() == DOSES
    mean, deviation = map(float, found["training images"].iloc[2].split(" ± "))
    assert mean == pytest.approx(0.7, abs=0.02) and deviation < 0.01
    steps = chapter.dose_steps(scores, sizes)
    assert steps["difference"].iloc[0] == "training images 0.05 − training images 0"
    assert steps["mean"].iloc[1] == pytest.approx(0.3 * 0.95, abs=0.03)
    assert steps["verdict"].tolist() == ["trend", "trend", "inconclusive", "inconclusive"]
    alone = scores[scores["λ1"] == 0]
    assert chapter.dose_steps(alone, sizes) is None
    assert chapter.judge_dose(None, alone, sizes)["verdict"] == "inconclusive"
    drawn = chapter.dose_lines(scores, sizes)
    assert [line.get_label() for line in drawn.axes[0].containers] == ["training images", "queries"]
    assert pd.Series(drawn.axes[0].containers[0].lines[0].get_xdata()).tolist() == DOSES


def test_a_network_is_asked_for_its_training_split():
    setting = make_setting(weights="none")
    config = csq_training(setting, 16, 0, options={}).config

    class Untrained(MadeUp):
        def trained(self):
            return build_network(self.config).eval(), load_data(config.dataset, config.dataset_options)

    split = load_data(config.dataset, config.dataset_options).train
    outputs, features = (of_training_split(Untrained({}, config), features=wanted) for wanted in (False, True))
    assert outputs.shape == (len(split), 16)
    assert np.abs(outputs).max() <= 1
    assert features.shape == (len(split), build_network(config).backbone.feature_dim)
