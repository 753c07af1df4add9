"""The figures of generators and semantic centers draw what their tables hold."""

import numpy as np
import pandas as pd

from chapters.n03_centers import figures
from chapters.n03_centers.generators import compare_generators
from workbook import style


def _texts(axis: object) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_gap_heatmaps_say_what_is_reached():
    frame = compare_generators([12, 16], [10, 21], seed=0)
    frame = frame[frame["method"].isin(["hadamard", "bernoulli"])]
    drawn = figures.gap_heatmaps(frame)
    hadamard, bernoulli = drawn.axes[:2]
    assert _texts(hadamard) == ["8", "8", "–", "–"]
    assert [text.get_position() for text in hadamard.texts[2:]] == [(0.5, 0.5), (1.5, 0.5)]
    rows = frame[frame.method == "bernoulli"]
    assert _texts(bernoulli) == [str(reached) for reached in rows["minimum"]]
    assert bernoulli.collections[0].get_array().ravel().tolist() == rows["gap"].tolist()
    assert np.ma.getmaskarray(hadamard.collections[0].get_array()).tolist() == [[True, True], [False, False]]


def test_minimum_histograms():
    frame = pd.DataFrame(
        {
            "bits": 16,
            "num_classes": 100,
            "draws": ["a", "a", "b"],
            "minimum": [1, 2, 2],
            "share": [0.25, 0.75, 1.0],
            "coding": 6,
            "upper_bound": 6,
        }
    )
    axis = figures.minimum_histograms(frame).axes[0]
    assert axis.lines[0].get_ydata().tolist() == [0.25, 0.75]
    assert axis.get_title(loc="left") == "K = 16, m = 100"
    marks = {line.get_label(): line.get_xdata()[0] for line in axis.lines[-3:]}
    assert marks == {"K/2": 8, "coding": 6, "upper bound": 6}


def test_distance_cost_curves_are_in_per_cent():
    frame = pd.DataFrame(
        {
            "similarity": "digits",
            "min_distance": [0, 8],
            "cost": [0, 0.5],
            "rank_correlation": [0.9, 0.8],
            "eighth": 8,
            "gilbert_varshamov": 23,
        }
    )
    cost, correlation = figures.distance_cost_curves(frame).axes
    assert cost.lines[0].get_ydata().tolist() == [0, 50]
    assert correlation.lines[0].get_ydata().tolist() == [0.9, 0.8]


def test_similarity_curves_have_a_panel_a_length():
    part = {"group": [1, 2], "mean": [9.0, 4], "low": [8.0, 3], "high": [10.0, 5]}
    frame = pd.concat(pd.DataFrame(part | {"bits": bits, "centers": "annealing"}) for bits in (16, 32))
    axes = figures.similarity_curves(frame).axes
    assert [axis.get_title(loc="left") for axis in axes] == ["16 bits", "32 bits"]
    assert axes[0].lines[0].get_color() == style.line_style(0)["color"]
