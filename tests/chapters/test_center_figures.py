"""The pictures of centers show the matrix itself, and the histograms the shares of their tables."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from chapters.shared import center_figures
from chapters.shared.center_tables import distance_table, matrix_table, separation_table
from hashcenters.centers.hadamard import double_hadamard, hadamard_matrix


@pytest.mark.parametrize("bits", [8, 64, 128])
def test_the_picture_is_the_matrix(bits):
    codes = double_hadamard(bits)
    drawn = center_figures.center_matrices({"H": matrix_table(codes)})
    (axis,) = drawn.axes
    assert np.array_equal(axis.images[0].get_array(), codes)
    assert axis.images[0].cmap(axis.images[0].norm([-1, 1]))[:, :3].tolist() == [[0, 0, 0], [1, 1, 1]]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title(loc="left")) == ("bit", "center", "H")


def test_pictures_beside_each_other_have_one_scale():
    frames = {str(bits): matrix_table(double_hadamard(bits)) for bits in (32, 16)}
    drawn = center_figures.center_matrices(frames)
    drawn.canvas.draw()
    pixels = [axis.get_window_extent().width / bits for axis, bits in zip(drawn.axes, (32, 16), strict=True)]
    assert pixels[0] == pytest.approx(pixels[1], rel=0.05)


def test_histograms_split_at_half_of_the_bits():
    near = hadamard_matrix(16)[:5].copy()
    near[0] = near[1]
    near[0, 0] *= -1
    frame = distance_table({"rows": hadamard_matrix(16), "near": near})
    rows, closer = center_figures.distance_histograms(frame).axes[:2]
    assert [bar.get_height() for bar in rows.patches] == [1.0]
    assert [bar.get_height() for bar in closer.patches] == pytest.approx([0.1, 0.6, 0.3])
    assert closer.patches[0].get_facecolor() != rows.patches[0].get_facecolor()
    assert [text.get_text() for text in closer.texts] == ["min 1\nmean 7.60\nmax 9", "10.0%\nbelow K/2"]


def test_a_bar_that_is_hardly_seen_has_a_number():
    (axis,) = center_figures.distance_histograms(distance_table({"H": double_hadamard(64)})).axes[:1]
    assert axis.texts[0].get_text() == "0.8%\n▾"
    assert axis.texts[0].xy == (64, pytest.approx(64 / 8128))


def test_matrix_and_histogram_together():
    codes = double_hadamard(8)
    left, right = center_figures.centers_and_distances(
        matrix_table(codes), distance_table({"": codes}), title="8 bits"
    ).axes
    assert left.images[0].get_array().shape == (16, 8)
    assert [bar.get_height() for bar in right.patches] == pytest.approx([112 / 120, 8 / 120])
    assert right.patches[0].get_facecolor() == to_rgba("#0072B2")


def test_tables_count_every_pair():
    sets = {"a": double_hadamard(8), "b": hadamard_matrix(16)}
    frame = distance_table(sets)
    assert frame.groupby("centers")["pairs"].sum().to_dict() == {"a": 120, "b": 120}
    table = separation_table(sets)
    assert table["centers"].tolist() == ["a", "b"]
    assert table["minimum"].tolist() == [4, 8]
