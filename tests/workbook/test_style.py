"""One look: sizes, restored settings, the same bytes, readable fonts, bounded SVGs."""

import ast
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from basics.errors import InputError
from basics.paths import project_root
from workbook import style


def _figure(points: int = 10):
    drawn, axes = style.figure(columns=1, height=2.0)
    axes.scatter(np.arange(points), np.arange(points) % 7)
    axes.set(title="Title", xlabel="bits", ylabel="mAP")
    return drawn


@pytest.mark.parametrize(("columns", "inches"), [(1, 3.35), (2, 6.9)])
def test_widths_are_those_of_paper_columns(columns, inches):
    drawn, axes = style.figure(columns=columns, grid=(1, 2), sharey=True)
    assert drawn.get_figwidth() == inches
    assert axes.shape == (2,)


def test_other_widths_are_refused():
    with pytest.raises(InputError, match="columns must be 1 or 2, got 3"):
        style.figure(columns=3)


def test_settings_are_restored():
    before = dict(mpl.rcParams)

    @style.look()
    def inside() -> float:
        return mpl.rcParams["lines.linewidth"]

    assert inside() == style.settings()["lines.linewidth"]
    assert dict(mpl.rcParams) == before


def test_saving_gives_the_same_bytes_and_no_dates(tmp_path: Path):
    first = {kind: path.read_bytes() for kind, path in style.save(_figure(), tmp_path / "a").items()}
    again = {kind: path.read_bytes() for kind, path in style.save(_figure(), tmp_path / "b").items()}
    assert first == again
    assert b"dc:date" not in first["svg"]
    assert b"CreationDate" not in first["pdf"]
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (670, 400)


def test_fonts_are_embedded(tmp_path: Path):
    paths = style.save(_figure(), tmp_path / "a")
    assert b"<text" not in paths["svg"].read_bytes()
    assert b"/Type3" not in paths["pdf"].read_bytes()
    assert b"/FontFile2" in paths["pdf"].read_bytes()


def test_crowded_figures_keep_a_small_svg(tmp_path: Path):
    paths = style.save(_figure(20_000), tmp_path / "a")
    assert paths["svg"].stat().st_size < style.LARGEST_SVG
    assert b"data:image/png" in paths["svg"].read_bytes()


def test_lines_differ_without_colour():
    looks = {(style.line_style(i)["linestyle"], style.line_style(i)["marker"]) for i in range(8)}
    assert len(looks) == 8


def _lines(names: list[str], values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"x": [0, 1] * len(names), "y": values, "name": np.repeat(names, 2), "panel": "p"})


def test_a_name_looks_the_same_in_every_panel():
    frame = pd.concat([_lines(["a", "b"], [0, 1, 2, 3]), _lines(["b"], [4, 5]).assign(panel="q")])
    drawn, axes = style.panels(frame, x="x", y="y", lines="name", panels="panel")
    assert axes[0, 0].lines[1].get_color() == axes[0, 1].lines[1].get_color() == style.LINES[1]
    assert [text.get_text() for text in drawn.legends[0].get_texts()] == ["a", "b"]
    axes[0, 1].axvline(0.5, label="half")
    style.legend_below(drawn)
    assert [[text.get_text() for text in legend.get_texts()] for legend in drawn.legends] == [["a", "b", "half"]]


@pytest.mark.parametrize(("names", "columns"), [(2, 2), (4, 4), (6, 3), (9, 3)])
def test_many_names_fill_the_rows_of_the_legend(names, columns):
    frame = _lines([f"line {number}" for number in range(names)], list(range(2 * names)))
    drawn, _ = style.panels(frame, x="x", y="y", lines="name")
    assert drawn.legends[0]._ncols == columns


def test_one_panel_is_one_column_wide():
    drawn, axes = style.panels(_lines(["a"], [0, 1]), x="x", y="y", lines="name")
    assert (axes.shape, drawn.get_figwidth(), axes[0, 0].get_title(loc="left")) == ((1, 1), 3.35, "")
    assert (axes[0, 0].get_xlabel(), axes[0, 0].get_ylabel()) == ("x", "y")


def test_long_lines_have_few_markers():
    long = pd.DataFrame({"x": range(80), "y": range(80), "name": "a"})
    axes = style.panels(long, x="x", y="y", lines="name")[1]
    assert axes[0, 0].lines[0].get_markevery() == (0, 80 // style.MOST_MARKERS)


def test_lines_that_cover_each_other_are_marked_in_different_places():
    long = pd.concat([pd.DataFrame({"x": range(40), "y": range(40), "name": name}) for name in "ab"])
    axes = style.panels(long, x="x", y="y", lines="name")[1]
    (first, step), (second, _) = (line.get_markevery() for line in axes[0, 0].lines)
    assert (second - first) % step


@pytest.mark.parametrize(("columns", "names"), [(1, 6), (2, 6), (1, 1)])
def test_a_legend_is_no_wider_than_its_figure_and_its_rows_are_equal(columns, names, tmp_path: Path):
    drawn, axes = style.figure(columns=columns)
    for number in range(names):
        axes.plot([0, 1], [0, number], label=f"a rather long name, number {number}")
    style.legend_below(drawn)
    style.save(drawn, tmp_path / "a")
    (legend,) = drawn.legends
    assert legend.get_window_extent().width <= drawn.bbox.width
    assert names % legend._ncols == 0


def test_names_with_an_index_are_set_as_formulas(tmp_path: Path):
    drawn, axes = style.figure()
    axes.set(title="H_64", xlabel="L_C + L_Q")
    axes.text(0, 0, "a_b", parse_math=False)
    style.save(drawn, tmp_path / "a")
    assert (axes.get_title(), axes.get_xlabel()) == ("$H_{64}$", "$L_{C}$ + $L_{Q}$")
    assert axes.texts[0].get_text() == "a_b"


SCORES = pd.DataFrame({"name": list("abc"), "mAP": [0.80, 0.79, 0.02], "bits": 16})


def test_a_mean_far_below_is_a_number_at_the_edge():
    axis = style.points(SCORES, value="mAP", by="name", panels="bits")[1][0]
    assert [text.get_text() for text in axis.texts] == ["◂ 0.020"]
    assert 0.7 < axis.get_xlim()[0] < 0.79 and axis.get_xlim()[1] > 0.8
    close = style.points(SCORES.assign(mAP=[0.8, 0.5, 0.3]), value="mAP", by="name", panels="bits")[1][0]
    assert not close.texts and close.get_xlim()[0] < 0.3


def test_a_mean_among_the_ends_of_others_is_drawn_and_no_number_covers_it():
    rows = [
        (name, 64, mean + step)
        for name, mean in (("a", 0.5203), ("b", 0.5188), ("c", 0.5202))
        for step in (-2e-3, 2e-3)
    ]
    frame = pd.DataFrame(rows, columns=["by", "bits", "mAP"])
    (axis,) = style.points(frame, value="mAP", by="by", panels="bits")[1]
    assert not axis.texts
    assert axis.get_xlim()[0] < 0.5188 - 2e-3
    named = pd.DataFrame({"by": list("abc"), "bits": 64, "mean": [0.001, 0.0011, 0.004]})
    spread = named.assign(low=named["mean"] - 0.005, high=named["mean"] + 0.005)
    (axis,) = style.differences(spread, by="by", panels="bits").axes
    assert not axis.texts


def test_differences_show_their_intervals_and_what_they_are_judged_by():
    frame = pd.DataFrame({"pair": list("abc"), "mean": [0.0, -0.01, 0.8], "bits": 16})
    frame = frame.assign(low=frame["mean"] - 0.02, high=frame["mean"] + 0.02)
    (axis,) = style.differences(frame, by="pair", panels="bits", bound=-0.005).axes
    intervals = [end for line in axis.lines[1::2] for end in line.get_xdata()]
    assert intervals == pytest.approx([-0.02, 0.02, -0.03, 0.01])
    assert list(axis.lines[0].get_xdata()) == [-0.005, -0.005]
    assert [text.get_text() for text in axis.texts] == ["+0.800 ▸"]
    assert [label.get_text() for label in axis.get_yticklabels()] == list("abc")


def test_a_difference_without_an_interval_is_a_point():
    frame = pd.DataFrame({"pair": ["a"], "mean": [0.1], "low": [np.nan], "high": [np.nan], "bits": [16]})
    (axis,) = style.differences(frame, by="pair", panels="bits").axes
    assert axis.get_xlim()[0] < 0 < 0.1 < axis.get_xlim()[1]


def test_statistical_figures_are_the_same_each_time(tmp_path: Path):
    values = np.random.default_rng(0).normal(size=24)
    frame = pd.DataFrame({"x": np.tile([0, 1], 12), "y": values, "name": np.repeat(["a", "b"], 12), "panel": "p"})
    line = {"x": "x", "y": "y", "lines": "name", "band": "sd"}
    for number in range(2):
        style.save(style.panels(frame, **line)[0], tmp_path / f"lines{number}")
        style.save(style.points(frame, value="y", by="name", panels="panel")[0], tmp_path / f"points{number}")
    for name in ("lines", "points"):
        assert (tmp_path / f"{name}0.svg").read_bytes() == (tmp_path / f"{name}1.svg").read_bytes()


def test_a_heat_map_is_labelled_by_its_table():
    table = pd.DataFrame([[1, 2]], index=pd.Index(["r"], name="rows"), columns=pd.Index(list("ab"), name="columns"))
    drawn, axes = style.figure()
    style.heatmap(table, axes, fmt="d", framed=(0, 1), cbar_kws={"label": "value"})
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("columns", "rows")
    assert [text.get_text() for text in axes.texts] == ["1", "2"]
    assert axes.patches[0].get_xy() == (1, 0)
    assert drawn.axes[1].get_ylabel() == "value"


def test_every_figure_draws_in_the_common_look():
    """A figure function that is not decorated would draw in matplotlib's own look."""
    for path in sorted((project_root() / "lib" / "chapters").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "Figure":
                private, decorators = node.name.startswith("_"), map(ast.unparse, node.decorator_list)
                assert private or "style.look()" in decorators, f"{path.name}: {node.name}"
