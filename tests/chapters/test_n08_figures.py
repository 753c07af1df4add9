"""The figures of retrieval draw what their tables hold."""

import numpy as np
import pandas as pd
import pytest

from chapters.n08_retrieval import figures


def test_tie_rules_have_a_panel_a_protocol_a_row_a_set_and_a_marker_a_rule():
    rules = ["expected", "stable", "relevant_first", "relevant_last"]
    frame = pd.DataFrame(
        {
            "protocol": ["mAP@70"] * 4 + ["mAP@All"] * 8,
            "codes": ["a"] * 4 + ["b"] * 4 + ["c"] * 4,
            "ties": rules * 3,
            "mAP": np.linspace(0.2, 0.9, 12),
        }
    )
    axes = figures.tie_rules(frame).axes
    assert [axis.get_xlabel() for axis in axes] == ["mAP@70", "mAP@All"]
    assert [[label.get_text() for label in axis.get_yticklabels()] for axis in axes] == [["a"], ["b", "c"]]
    for axis, (_, part) in zip(axes, frame.groupby("protocol", sort=False), strict=True):
        drawn = sorted(x for marks in axis.collections for x, _ in marks.get_offsets())
        assert drawn == pytest.approx(part["mAP"].tolist())


def test_shuffle_histogram_counts_every_shuffle():
    frame = pd.DataFrame({"shuffle": range(30), "mAP": np.random.default_rng(0).normal(0.5, 0.01, 30)})
    (axis,) = figures.shuffle_histogram(frame, expected=0.5).axes
    assert sum(patch.get_height() for patch in axis.patches) == 30
    assert axis.lines[1].get_xdata()[0] == 0.5


def test_recall_curve_labels_probes():
    frame = pd.DataFrame({"probes": [1, 4], "visited": [0.01, 0.05], "recall": [0.4, 0.9]})
    (axis,) = figures.recall_curve(frame).axes
    assert [text.get_text() for text in axis.texts] == ["1", "4"]
    assert axis.lines[0].get_xdata().tolist() == [1, 5]


def test_growth_lines_name_their_exponents():
    frame = pd.DataFrame(
        {"database": [10, 100] * 2, "ms": [1, 10, 1, 3], "exponent": [1, 1, 0.5, 0.5], "by": list("aabb")}
    )
    (axis,) = figures.growth_lines(frame, x="database", y="ms", by="by", label="ms").axes
    assert [text.get_text() for text in axis.get_legend().get_texts()] == [
        "a: time ∝ size$^{1.00}$",
        "b: time ∝ size$^{0.50}$",
    ]
