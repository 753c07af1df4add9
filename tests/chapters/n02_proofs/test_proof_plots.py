import numpy as np
import pandas as pd

from chapters.n02_proofs import figures


def test_distances_are_drawn_as_a_square_with_row_one_on_top():
    numbers = pd.RangeIndex(1, 5, name="row")
    frame = pd.DataFrame(4 - 4 * np.eye(4), index=numbers, columns=numbers)
    axes, bar = figures.distance_matrix(frame).axes
    (mesh,) = axes.collections
    assert mesh.get_array().reshape(4, 4)[0].tolist() == [0, 4, 4, 4]
    assert axes.get_ylim() == (4, 0) and axes.get_aspect() == 1
    assert bar.get_yticks().tolist() == [0, 4]


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


def test_gaps_have_a_line_an_exponent_and_curves_lie_around_the_square():
    gaps = pd.DataFrame({"p": [0.5, 0.5, 100.0, 100.0], "z": [0.0, 1.0] * 2, "gap": [1.0, 0.0] * 2})
    (axes,) = figures.coordinate_gaps(gaps).axes
    assert [line.get_label() for line in axes.lines] == ["p = 0.5", "p = 100"]
    curves = pd.DataFrame({"p": 2.0, "x": [1.0, -1.0], "y": [1.0, 1.0]})
    (axes,) = figures.balls_and_box(curves).axes
    assert [line.get_label() for line in axes.lines] == ["[−1, 1]²", "p = 2", "{−1, 1}²"]
