import numpy as np
import pandas as pd
from matplotlib.colors import to_rgba

from chapters.n02_proofs import figures
from workbook import style


def test_distances_are_drawn_as_a_square_with_row_one_on_top():
    numbers = pd.RangeIndex(1, 5, name="row")
    frame = pd.DataFrame(4 - 4 * np.eye(4), index=numbers, columns=numbers)
    axes, bar = figures.distance_matrix(frame).axes
    (mesh,) = axes.collections
    assert mesh.get_array().reshape(4, 4)[0].tolist() == [0, 4, 4, 4]
    assert axes.get_ylim() == (4, 0) and axes.get_aspect() == 1
    assert bar.get_yticks().tolist() == [0, 4]


def test_centroids_nearer_than_half_are_red_and_counted():
    frame = pd.DataFrame({"case": ["a", "a", "b"], "distance": [6.0, 8.0, 9.0], "share": [0.25, 0.75, 1.0]})
    first, second = figures.centroid_histograms(frame, half=8).axes
    colours = [tuple(colour) for colour in first.collections[0].get_colors()]
    assert colours == [to_rgba(style.VERMILION), to_rgba(style.BLUE)]
    assert first.texts[0].get_text() == "mean 7.5\nbelow K/2: 25.0%"
    assert (first.get_title(loc="left"), second.get_title(loc="left")) == ("a", "b")


def test_one_line_a_length_in_every_panel():
    rows = [
        {"form": form, "bits": bits, "distance": d, "probability": 1 - d / bits}
        for form in ("printed", "released")
        for bits in (2, 4)
        for d in range(bits + 1)
    ]
    for axes in figures.probability_curves(pd.DataFrame(rows)).axes:
        drawn = [line for line in axes.lines if line.get_label().startswith("K = ")]
        assert [line.get_label() for line in drawn] == ["K = 2", "K = 4"]
        assert all(line.get_xdata().max() == 1 for line in drawn)
