"""The figures of trainings draw what their tables hold, a panel a length and a line a method."""

import numpy as np
import pandas as pd
import pytest

from chapters import n04_training, n05_center_learning
from chapters.shared import figures


def _seeds(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.merge(pd.DataFrame({"bits": [64, 16]}), how="cross")


def _titles(drawn: object) -> list[str]:
    return [axis.get_title(loc="left") for axis in drawn.axes]


def test_learning_curves_are_shares_of_the_mean_after_the_first_epoch():
    frame = pd.DataFrame({"epoch": [1, 2] * 2, "loss": [1.0, 0.5, 3.0, 0.5], "loss_name": "L_C"})
    drawn = figures.learning_curves(_seeds(frame))
    assert _titles(drawn) == ["16 bits", "64 bits"]
    for axis in drawn.axes:
        assert axis.lines[0].get_ydata().tolist() == [1, 0.25]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["L_C"]


def test_center_distances_have_bands_from_smallest_to_largest_seed():
    frame = pd.DataFrame(
        {
            "epoch": [1, 2] * 2,
            "own_distance": [4, 2, 8, 2],
            "other_distance": [9, 9, 9, 9],
            "seed": [0, 0, 1, 1],
        }
    )
    axis = figures.center_distance_curves(_seeds(frame)).axes[0]
    assert [line.get_ydata().tolist() for line in axis.lines] == [[6, 2], [9, 9]]
    corners = axis.collections[0].get_paths()[0].vertices
    assert corners[corners[:, 0] == 1][:, 1].min() == 4
    assert corners[corners[:, 0] == 1][:, 1].max() == 8


def test_ablation_points_are_means_with_sample_deviations_and_a_dot_a_seed():
    frame = _seeds(pd.DataFrame({"loss": ["a", "a", "a", "b"], "mAP": [0.1, 0.2, 0.3, 0.5]}))
    axis = figures.ablation_bars(frame, by="loss").axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "b"]
    dots = np.concatenate([dots.get_offsets() for dots in axis.collections])
    assert sorted(dots[:, 0].tolist()) == pytest.approx([0.1, 0.2, 0.3, 0.5])
    xs = np.concatenate([line.get_xdata() for line in axis.lines])
    assert {0.2, 0.5} <= set(np.round(xs, 9))  # the means
    assert np.nanmin(xs) == pytest.approx(0.1)  # 0.2 less a deviation of 0.1
    assert axis.get_ylim()[0] > axis.get_ylim()[1]


def test_the_best_cell_of_the_grid_is_framed():
    grid = pd.MultiIndex.from_product([[0, 0.05], [0, 0.2, 2]], names=["lambda_1", "lambda_2"])
    frame = pd.DataFrame({"validation mAP": [0.1, 0.2, 0.3, 0.4, 0.6, 0.5]}, index=grid).reset_index()
    axis = n04_training.lambda_heatmap(frame).axes[0]
    assert [text.get_text() for text in axis.texts] == ["0.100", "0.200", "0.300", "0.400", "0.600", "0.500"]
    assert axis.patches[0].get_xy() == (1, 1)
    assert [label.get_text() for label in axis.get_yticklabels()] == ["0", "0.05"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("λ2 (pairwise)", "λ1 (quantization)")
    history = pd.DataFrame({"epoch": [1, 2], "own_distance": [4, 2], "other_distance": [9, 9]})
    left, right = n04_training.grid_cell(frame, history, lambda_1=0, lambda_2=2).axes[:2]
    assert left.patches[0].get_xy() == (2, 0)
    assert right.get_title(loc="left").endswith("validation mAP 0.300")


def test_precision_recall_has_a_line_a_method_in_every_panel():
    frame = pd.DataFrame({"recall": [0.1, 0.9] * 2, "precision": [0.9, 0.2] * 2, "loss": list("aabb")})
    drawn = figures.precision_recall_lines(_seeds(frame), by="loss")
    assert [len(axis.lines) for axis in drawn.axes] == [2, 2]
    assert drawn.axes[1].get_ylabel() == ""


def test_center_drift_has_a_row_a_measure():
    frame = pd.DataFrame({"method": "Face", "epoch": [0, 1], "moved": [0.0, 3.0], "minimum": [6, 2]})
    drawn = n05_center_learning.center_drift(_seeds(frame))
    assert [axis.get_ylabel() for axis in drawn.axes] == ["bits moved", "", "smallest distance", ""]
    assert not any(axis.texts for axis in drawn.axes)
    assert [axis.get_xlabel() for axis in drawn.axes] == ["", "", "epoch", "epoch"]
    assert [axis.lines[0].get_ydata().tolist() for axis in drawn.axes] == [[0, 3], [0, 3], [6, 2], [6, 2]]


def test_centers_that_are_one_from_the_start_are_said_to_be():
    frame = pd.DataFrame({"method": "Face", "epoch": [0, 1], "moved": [0.0, 3.0], "minimum": [0, 0]})
    moved, smallest = n05_center_learning.center_drift(frame.assign(bits=16)).axes
    assert not moved.texts and smallest.texts[0].get_text().startswith("two centers are one")
    assert smallest.get_ylim()[1] >= 1


def test_paired_differences_are_judged_by_their_margin():
    frame = pd.DataFrame({"difference": ["a − b", "a − c"], "mean": [0.01, -0.01], "low": -0.02, "high": 0.02})
    drawn = figures.paired_differences(_seeds(frame), margin=0.005)
    assert [axis.get_xlabel() for axis in drawn.axes] == ["difference of mAP"] * 2
    assert {axis.lines[0].get_xdata()[0] for axis in drawn.axes} == {-0.005}


def test_neighbours_carry_their_class_and_distance():
    frame = pd.DataFrame(
        {"query": 0, "rank": [0, 1], "name": ["$a", "a very long name of a class"], "distance": [0, 7]}
    )
    tiles = frame.assign(relevant=[True, False])
    drawn = figures.neighbour_tiles(tiles, [np.zeros((4, 4), np.uint8)] * 2)
    assert [axis.get_title(loc="center") for axis in drawn.axes] == ["$a", "a very long…"]
    assert [axis.get_xlabel() for axis in drawn.axes] == ["query", "✗ 7 bits"]
    assert [axis.get_xlabel() for axis in figures.neighbour_tiles(tiles, None).axes] == ["query", "✗ 7 bits"]


@pytest.mark.parametrize("images", [None, [np.zeros((4, 4), np.uint8)] * 3])
def test_class_names_are_drawn_as_they_are(images):
    """No sign of a name starts a formula, and no line break moves the others."""
    names = ["$5 und $10", "a\\$b_{c}^d", "zwei\nZeilen"]
    drawn = figures.sample_tiles(pd.DataFrame({"name": names}), images)
    texts = [text for axes in drawn.axes for text in (*axes.texts, axes.xaxis.label) if text.get_text()]
    assert [" ".join(text.get_text().split()) for text in texts] == ["$5 und $10", "a\\$b_{c}^d", "zwei Zeilen"]
    assert not any(text.get_parse_math() for text in texts)
