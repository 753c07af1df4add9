"""Readings say what the tables hold: every number is looked up in a table whose answer is known."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
from made_up import make_setting

from chapters import n04_training, n05_center_learning, n07_backbones
from chapters.shared import implementation, readings
from workbook.intervals import spread_of

SCORES = pd.DataFrame(
    [
        (16, 0, "a", 0.5, True),
        (16, 1, "a", 0.7, False),
        (16, 0, "b", 0.2, True),
        (64, 0, "a", 0.1, True),
        (64, 0, "b", 0.9, True),
    ],
    columns=["bits", "seed", "loss", "mAP", "converged"],
)


def test_best_and_worst_at_every_length() -> None:
    assert readings.best_and_worst(SCORES, by="loss") == (
        "At 16 bits a has the highest mean mAP (0.600), b the lowest (0.200). "
        "At 64 bits b has the highest mean mAP (0.900), a the lowest (0.100)."
    )
    alone = readings.best_and_worst(SCORES[SCORES["loss"] == "a"], by="loss")
    assert alone == "At 16 bits a has the highest mean mAP (0.600). At 64 bits a has the highest mean mAP (0.100)."


def test_trainings_without_a_plateau_are_named() -> None:
    assert readings.unconverged(SCORES, by="loss") == "1 of 5 trainings had not reached its plateau (a: 1)."


def test_intervals_are_counted_by_side() -> None:
    rows = [(16, "a − b", 0.1, 0.05, 0.15), (16, "a − c", -0.2, -0.3, -0.1), (64, "a − b", 0.0, -0.1, 0.1)]
    compared = pd.DataFrame(rows, columns=["bits", "difference", "mean", "low", "high"])
    assert readings.intervals(compared) == (
        "Of 3 intervals 1 lies above 0, 1 lies below 0 and 1 includes 0; "
        "the largest difference is a − c at 16 bits, -0.200."
    )


def test_precision_is_read_at_half_the_recall_of_the_longest_code() -> None:
    lines = pd.DataFrame(
        {
            "recall": [0.0, 1.0, 0.0, 1.0],
            "precision": [1.0, 0.5, 0.1, 0.1],
            "bits": [64, 64, 16, 16],
            "loss": ["a", "a", "b", "b"],
        }
    )
    assert readings.precision_at_recall(lines, by="loss") == (
        "Where 50% of the relevant items are found, precision at 64 bits is 0.750 (a)."
    )


def test_what_is_left_of_the_loss() -> None:
    curves = pd.DataFrame(
        {"epoch": [1, 2, 1, 2], "loss": [2.0, 1.0, 4.0, 1.0], "loss_name": ["a", "a", "b", "b"], "bits": 16}
    )
    text = readings.falling_losses(curves)
    assert text.startswith("After the last epoch 25.0% to 50.0% of the first epoch's loss is left: least with b")


def test_distances_of_the_last_epoch() -> None:
    frame = pd.DataFrame({"epoch": [1, 2], "own_distance": [9.0, 1.25], "other_distance": [9.0, 8.0], "bits": 16})
    assert readings.center_distances(frame).endswith("nearest other center is 1.2 and 8.0 at 16 bits.")


def test_neighbours_are_counted_without_the_queries() -> None:
    tiles = pd.DataFrame({"rank": [0, 1, 2], "relevant": [True, True, False]})
    assert readings.right_neighbours(tiles) == "1 of the 2 neighbours shown are relevant."


def test_the_spread_of_draws() -> None:
    spread = spread_of(0.456 * np.array([-1.0, -1.0, 0.0, 1.0, 1.0]))
    rows = pd.DataFrame({"data": ["video"], "spread": [spread], "draws": [5], "dataset": ["clips"]})
    assert "0.46 percentage points over 5 draws (video: clips), 95 % interval 0.27 to 1.31" in readings.spread_of_draws(
        rows
    )


def test_data_and_backbone() -> None:
    data = replace(make_setting().data(), protocol="p", substitute="digits for photographs")
    run = SimpleNamespace(history=lambda: pd.DataFrame({"accuracy": [0.1, 0.987]}))
    assert readings.of_data(data, pd.DataFrame({"run": [run]})) == (
        "p. The pre-trained backbone classifies 98.7% of the validation split. "
        "**Substitute data:** digits for photographs."
    )
    assert readings.of_data(replace(data, substitute=None), pd.DataFrame({"run": []})) == "p."


def test_the_lambda_grid() -> None:
    scores = pd.DataFrame({"lambda_1": [0.0, 0.05], "lambda_2": [0.0, 0.2], "validation mAP": [0.8, 0.7]})
    assert n04_training.grid_reading(scores, document=(0.05, 0.2)) == (
        "The best of 2 points is λ1 = 0, λ2 = 0 (0.800); the document's λ1 = 0.05, λ2 = 0.2 has 0.700."
    )


def test_magnitudes_of_the_longest_code() -> None:
    table = pd.DataFrame({"bits": [16, 64, 64], "loss": ["a", "b", "b"], "mean |y|": [0.1, 0.8, 1.0]})
    assert n04_training.magnitude_reading(table) == "At 64 bits the mean of |y| is 0.900 (b)."


def test_settings_that_differ() -> None:
    facts = pd.DataFrame({"setting": ["x", "y"], "document": [1, 2], "released code": [1, 3], "here": [1, 2]})
    assert implementation.settings_reading(facts) == (
        "The released code differs from the document in 1 of 2 settings (y), the training built here in 0."
    )


def test_centers_that_moved() -> None:
    drift = pd.DataFrame(
        {
            "method": ["Face"] * 2 + ["RepMet"] * 3,  # with more passes
            "bits": 64,
            "epoch": [0, 5, 0, 5, 7],
            "moved": [0.0, 31.5, 0.0, 2.0, 4.0],
            "minimum": [17, 0, 17, 16, 14],
        }
    )
    text = n05_center_learning.drift_reading(drift)
    assert text == "At 64 bits, bits moved and distance of the closest two: 31.5 and 0 (Face) and 4.0 and 14 (RepMet)."


def test_fixed_centers_by_what_they_retrieve() -> None:
    rows = [("CSQ", 16, "0.58 ± 0.01", "0 to 2", "fixed"), ("dpn", 16, "0.60 ± 0.01", "5", "fixed")]
    rows += [("coding", 16, "0.59 ± 0.01", "6", "fixed"), ("Face", 16, "0.61 ± 0.01", "3", "learned")]
    rows += [("CSQ", 32, "0.70 ± 0.01", "7", "fixed")]
    table = pd.DataFrame(rows, columns=["method", "bits", "mAP", "minimum distance", "centers"])
    assert n05_center_learning.fixed_reading(table) == (
        "At 16 bits, mAP of fixed centers and bits between their closest: dpn 0.60 ± 0.01 (5), "
        "coding 0.59 ± 0.01 (6) and CSQ 0.58 ± 0.01 (0 to 2)."
    )


def test_classifiers_and_their_centers() -> None:
    table = pd.DataFrame(
        {"family": ["A", "B"], "validation accuracy": [0.5, 0.75], "dead units": [7, 0], "features": [9, 5]}
    )
    assert n07_backbones.accuracy_reading(table).endswith(
        "classifiers is 75.0% (B) and 50.0% (A); on the training split 7 of 9 units (A) and 0 of 5 units (B) never "
        "fire."
    )
