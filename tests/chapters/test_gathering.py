"""Items and the centers of their classes: counted one by one, judged by one rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from made_up import OPTIONS, MadeUp, make_setting, table

from chapters.shared import gathering
from chapters.shared.gathering import ASKED, LEARNED
from chapters.shared.setting import csq_training, parse_options
from hashcenters.datasets.digits import load_digits100

CENTERS = np.array([[1, 1, 1, 1], [-1, -1, -1, -1], [1, 1, -1, -1]], np.int8)


def shares(*, bits=(16,), trained=0.95, asked=0.5, seeds=3, converged=True):
    rows = [
        {"bits": length, "seed": seed, "part": part, "own": 1.0, "next": 5.0, "nearest": share, "converged": converged}
        for place, length in enumerate(bits)
        for seed in range(seeds)
        for part, share in ((LEARNED, np.broadcast_to(trained, len(bits))[place] + seed / 1000), (ASKED, asked))
    ]
    return pd.DataFrame(rows)


def judged(**options):
    table = shares(**options)
    return gathering.judge_gathering(gathering.nearest_shares(table), table)


def test_codes_are_held_against_the_centers():
    outputs = np.array([[0.5, 0.95, 1.0, -0.1], [-1.0, -1.0, -1.0, 1.0], [0.2, 0.2, 0.2, 0.2]], np.float32)
    found = gathering.center_distances(outputs, np.array([0, 1, 2]), CENTERS)
    assert found["own"].tolist() == [1, 1, 2]
    assert found["next"].tolist() == [1, 3, 0]
    assert found["nearest"].tolist() == [False, True, False]  # an equally near center counts against


@pytest.mark.parametrize(("share", "verdict"), [(0.95, "trend"), (0.899, "inconclusive"), (0.8, "not-shown")])
def test_nine_tenths_of_the_training_items_are_asked_for(share, verdict):
    found = judged(trained=share)
    assert found["verdict"] == verdict
    assert found["shares"].startswith(f"16 bits {share + 0.001:.1%} [")
    assert "(queries 50.0%)" in found["observed"]


def test_lengths_are_not_pooled():
    """Planted: at one length most items are elsewhere; pooled, the other would hide it."""
    found = judged(bits=(16, 64), trained=[0.5, 1.0])
    assert found["verdict"] == "not-shown"
    assert "1 below 0.9, 1 above 0.9" in found["why"]


def test_one_seed_and_no_plateau_leave_it_open():
    assert judged(seeds=1)["verdict"] == "inconclusive"
    assert judged(converged=False)["verdict"] == "inconclusive"


def test_trainings_are_counted_by_part():
    """All training items at their center, and the queries of one class at that of another."""
    data = load_digits100(**parse_options(OPTIONS))
    words = np.random.default_rng(0).integers(0, 2, (100, 64), dtype=np.int8) * 2 - 1
    config = csq_training(make_setting(), 64, 0, options={}).config
    config = replace(config, centers=tuple(map(tuple, words.tolist())))
    asked = np.where(data.query.labels == 3, 7, data.query.labels)
    run = MadeUp({"train": words[data.train.labels], "query": words[asked]}, config)
    found = gathering.gathering_table(table([{"bits": 64, "seed": 0}], [run]), data)
    assert found["part"].tolist() == [LEARNED, ASKED]
    assert found["nearest"].tolist() == pytest.approx([1.0, (data.query.labels != 3).mean()])
    assert found["own"].tolist() == pytest.approx([0.0, (words[3] != words[7]).sum() * (data.query.labels == 3).mean()])
