"""The one look of all figures: safe for colour-blind readers and in print, the same bytes each time."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from basics.errors import InputError
from basics.files import whole_file
from workbook import fonts
from workbook.signs import with_mathtext

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
LINES = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK, YELLOW)
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
SEQUENTIAL = "cividis"
WIDTHS = {1: 3.35, 2: 6.9}
PNG_DPI = 200
LARGEST_SVG = 400_000
UNDATED: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
MOST_MARKERS = 8  # on a line of many points, about
MOST_BESIDE = 5  # entries of a legend in one row


@cache
def settings() -> mpl.RcParams:
    """The settings of the common look, from its style sheet."""
    return mpl.rc_params_from_file(Path(__file__).with_name("look.mplstyle"), use_default_template=False)


@contextmanager
def look() -> Iterator[None]:
    """Use the common look inside the block, or as `@look()` in a whole function, and restore the settings."""
    with mpl.rc_context(settings()):
        yield


def figure(
    *, columns: int = 1, height: float | None = None, grid: tuple[int, int] = (1, 1), **options: Any
) -> tuple[Figure, Any]:
    """A new figure in the common look.

    Args:
        columns: 1 or 2 columns of a paper, 3.35 or 6.9 inches wide.
        height: inches; by default 0.72 of a panel's width for each row of panels.
        grid: rows and columns of panels.
        options: handed to `Figure.subplots`, for instance `sharey=True`.

    Returns:
        The figure and its axes: one `Axes` for a 1 × 1 grid, else an array of them.

    Raises:
        InputError: columns is neither 1 nor 2.
    """
    if columns not in WIDTHS:
        raise InputError(f"columns must be 1 or 2, got {columns}")
    width = WIDTHS[columns]
    height = height or 0.72 * width / grid[1] * grid[0]
    with look():
        drawn = Figure(figsize=(width, height), layout="constrained")
        axes = drawn.subplots(*grid, **options)
    return drawn, axes


def line_style(place: int) -> dict[str, Any]:
    """Colour, dash and marker of the nth line, so that lines differ in black and white too."""
    return {
        "color": LINES[place % len(LINES)],
        "linestyle": DASHES[place % len(DASHES)],
        "marker": MARKERS[place % len(MARKERS)],
    }


@look()
def panels(
    frame: pd.DataFrame,
    *,
    x: str,
    y: str,
    lines: str,
    panels: str | None = None,
    rows: str | None = None,
    title: str = "{}",
    band: Any = None,
    height: float = 2.4,
    **options: Any,
) -> tuple[Figure, np.ndarray]:
    """Lines in panels beside each other, with one legend below: the mean of the rows that share a place on a line.

    Args:
        frame: a row a point, or several a point (seeds).
        x, y: columns of the axes, which carry their names.
        lines: column that names the lines; a name has the same look in every panel.
        panels: column with a panel for each value, numbers in order, names as they come; None for one narrow panel.
        rows: column with a row of panels for each value, which labels its vertical axes in place of `y`.
        title: of a panel, with its value in the braces.
        band: what is shaded around a mean, as seaborn's `errorbar` has it: `("pi", 100)` from smallest to largest,
            `"sd"`, or None. Never an interval that is drawn by chance.
        height: inches.
        options: handed to `figure`, for instance `sharey=True`.

    Returns:
        The figure and its axes, rows × panels.
    """
    import seaborn  # only here: it brings pyplot, half a second that not every notebook has to wait

    across, down = _values(frame, panels), _values(frame, rows)
    grid = {"grid": (len(down), len(across)), "squeeze": False}
    drawn, axes = figure(columns=1 if panels is None else 2, height=height, **grid, **options)
    for (row, column), axis in np.ndenumerate(axes):
        part = _part(_part(frame, panels, across[column]), rows, down[row])
        for place, name in enumerate(_values(frame, lines)):
            line = _part(part, lines, name)
            look = line_style(place) | {"markevery": _marked(line[x].nunique(), place)}
            look |= {"markeredgecolor": look["color"], "label": name, "legend": False}
            seaborn.lineplot(line, x=x, y=y, errorbar=band, ax=axis, **look)
        axis.set_xlabel(x if row == len(down) - 1 else "")
        axis.set_ylabel("" if column else down[row] if rows else y)
        if panels and not row:
            axis.set_title(title.format(across[column]))
    legend_below(drawn)
    return drawn, axes


def _marked(points: int, place: int) -> tuple[int, int]:
    """First marked point of the nth line and the step to the next: lines that cover each other show both markers."""
    step = max(1, -(-points // MOST_MARKERS))
    return place % step, step


def _values(frame: pd.DataFrame, column: str | None) -> list[Any]:
    """The values of a column, numbers in order and names as they come; one empty value without a column."""
    if column is None:
        return [""]
    values = frame[column].unique()
    return sorted(values) if pd.api.types.is_numeric_dtype(frame[column]) else list(values)


def _part(frame: pd.DataFrame, column: str | None, value: Any) -> pd.DataFrame:
    return frame if column is None else frame[frame[column] == value]


@look()
def legend_below(drawn: Figure) -> None:
    """One legend for all panels, under them, in rows of equal length that are no wider than the figure.

    Drawn again, it holds what was labelled in the meantime.
    """
    found = [axes.get_legend_handles_labels() for axes in drawn.axes]
    labelled = {name: handle for handles, names in found for handle, name in zip(handles, names, strict=True)}
    most = max(1, len(labelled))
    for rows in range(-(-most // MOST_BESIDE), most + 1):
        for old in list(drawn.legends):
            old.remove()
        columns = -(-most // rows)
        legend = drawn.legend(labelled.values(), labelled, loc="outside lower center", ncols=columns)
        if columns == 1 or legend.get_window_extent(FigureCanvasAgg(drawn).get_renderer()).width <= drawn.bbox.width:
            return


@look()
def points(frame: pd.DataFrame, *, value: str, by: str, panels: str, title: str = "{}") -> tuple[Figure, np.ndarray]:
    """Means as points with their sample standard deviation, a row a name, every value as a small dot beside it.

    The axis of a panel ends below the rows that lie together; the mean of one far below is written at its edge.

    Args:
        frame: a row a value (a seed).
        value: column that is measured.
        by: column that names the rows.
        panels: column with a panel for each value.
        title: of a panel, with its value in the braces.

    Returns:
        The figure and its axes, one a panel.
    """
    import seaborn

    names, groups = _values(frame, by), _values(frame, panels)
    drawn, axes = _rows_in_panels(names, groups)
    palette = [LINES[place % len(LINES)] for place in range(len(names))]
    look = {"hue": by, "order": names, "hue_order": names, "palette": palette, "legend": False, "orient": "y"}
    bars = {"errorbar": "sd", "linestyle": "none", "capsize": 0.2, "markersize": 4, "linewidth": 1.4}
    for axis, group in zip(axes, groups, strict=True):
        part = _part(frame, panels, group)
        seaborn.stripplot(part, x=value, y=by, jitter=False, size=2, ax=axis, **look)
        for dots in axis.collections:
            dots.set_offsets(dots.get_offsets() + np.array([0, 0.25]))
        seaborn.pointplot(part, x=value, y=by, ax=axis, **bars, **look)
        grouped = part.groupby(by)[value]
        means, spread = grouped.mean().reindex(names).to_numpy(), grouped.std().reindex(names).fillna(0).to_numpy()
        low = np.fmin(grouped.min().reindex(names).to_numpy(), means - spread)
        high = np.fmax(grouped.max().reindex(names).to_numpy(), means + spread)
        near = _reached(together(means), means, low, high)
        _focus(axis, means, near, low[near].min(), high[near].max())
        axis.set(title=title.format(group), ylabel="")
        axis.set_yticks(range(len(names)), [with_mathtext(str(name)) for name in names])
    return drawn, axes


@look()
def differences(frame: pd.DataFrame, *, by: str, panels: str, title: str = "{}", bound: float = 0.0) -> Figure:
    """Differences with their intervals, a row a difference, beside the line that they are judged by.

    The axis of a panel shows the differences that lie together; one far larger is written at its edge.

    Args:
        frame: columns mean, low and high (nan without an interval), `by` and `panels`.
        by: column that names the rows.
        panels: column with a panel for each value.
        title: of a panel, with its value in the braces.
        bound: what a difference must exceed.
    """
    names, groups = _values(frame, by), _values(frame, panels)
    drawn, axes = _rows_in_panels(names, groups)
    for axis, group in zip(axes, groups, strict=True):
        part = _part(frame, panels, group).set_index(by).reindex(names)
        mean, low, high = (part[column].to_numpy(dtype=float) for column in ("mean", "low", "high"))
        near = _reached(together(-np.abs(mean)), mean, np.fmin(low, mean), np.fmax(high, mean))
        ends = np.concatenate([mean[near], low[near], high[near], [0.0, bound]])
        axis.axvline(bound, color=BLACK, linewidth=0.8, linestyle="--")
        for place in np.flatnonzero(near):
            colour = LINES[place % len(LINES)]
            axis.plot([low[place], high[place]], [place, place], color=colour, linewidth=1.4)
            axis.plot(mean[place], place, color=colour, marker=MARKERS[place % len(MARKERS)], linestyle="none")
        _focus(axis, mean, near, np.nanmin(ends), np.nanmax(ends), sign="+")
        axis.set(title=title.format(group), ylim=(len(names) - 0.5, -0.5))
        axis.set_yticks(range(len(names)), [with_mathtext(str(name)) for name in names])
    return drawn


def _rows_in_panels(names: list[Any], groups: list[Any]) -> tuple[Figure, np.ndarray]:
    """A figure with panels beside each other, as high as its rows need."""
    size = {"height": 0.9 + 0.26 * len(names), "grid": (1, len(groups)), "squeeze": False}
    drawn, axes = figure(columns=2, sharey=True, **size)
    return drawn, axes[0]


def together(values: np.ndarray) -> np.ndarray:
    """Which values lie together at the upper end, far above the others; all of them where no gap sets some apart.

    >>> together(np.array([0.75, 0.24, 0.74, 0.71])).tolist(), together(np.array([0.5, 0.25, 0.4])).tolist()
    ([True, False, True, True], [True, True, True])
    """
    known = np.sort(values[~np.isnan(values)])[::-1]
    if len(known) < 3:
        return ~np.isnan(values)
    gaps = known[:-1] - known[1:]
    widest = int(np.argmax(gaps))
    spread = known[0] - known[widest]
    return values >= known[widest] if spread and gaps[widest] > 2 * spread else ~np.isnan(values)


def _reached(near: np.ndarray, means: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """What lies together, and what lies among its ends, where a number at the edge would be drawn over it.

    >>> values = np.array([0.5203, 0.5188, 0.5202, 0.1])
    >>> _reached(together(values), values, values - 0.002, values + 0.002).tolist()
    [True, True, True, False]
    """
    least, most = np.min(low[near], initial=np.inf), np.max(high[near], initial=-np.inf)
    return near | ((means >= least) & (means <= most))


def _focus(axis: Axes, means: np.ndarray, near: np.ndarray, low: float, high: float, *, sign: str = "") -> None:
    """Limits around what lies together; the others as a number at the edge that they lie beyond."""
    room = 0.08 * (high - low) or 0.01
    outside = [place for place in np.flatnonzero(~near) if not np.isnan(means[place])]
    axis.set_xlim(low - room, high + room)
    for place in outside:
        right = means[place] > high
        text = f"{means[place]:{sign}.3f}".replace("-", "−")
        where = {"x": 0.98, "s": f"{text} ▸", "ha": "right"} if right else {"x": 0.02, "s": f"◂ {text}", "ha": "left"}
        look = {"va": "center", "size": 7, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
        axis.text(y=place, transform=axis.get_yaxis_transform(), **look, **where)
    axis.locator_params(axis="x", nbins=5 if len(axis.figure.axes) == 1 else 3)


@look()
def heatmap(table: pd.DataFrame, axes: Axes, *, framed: tuple[int, int] | None = None, **options: Any) -> Axes:
    """A table as coloured cells with their values inside; the names of its index and columns label the axes.

    Args:
        table: numbers, a row a row of cells.
        axes: where it is drawn.
        framed: row and column of a cell that is framed, from 0.
        options: handed to `seaborn.heatmap`, for instance `fmt=".2f"`, `vmin=0` or `cbar_kws={"label": "mAP"}`.

    Returns:
        The axes.
    """
    import seaborn

    look = {"annot": True, "fmt": ".3f", "cmap": SEQUENTIAL, "annot_kws": {"size": 7}}
    seaborn.heatmap(table, ax=axes, **look | options)
    axes.tick_params(axis="y", rotation=0)
    if framed:
        row, column = framed
        frame = Rectangle((column, row), 1, 1, fill=False, edgecolor=VERMILION, linewidth=2, clip_on=False)
        axes.add_patch(frame)
    return axes


def ink_on(colour: str) -> str:
    """White or black, whichever is read better on a colour.

    Source: luma of ITU-R BT.601.

    >>> ink_on("#0072B2"), ink_on("#F0E442")
    ('white', 'black')
    """
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"


def bare(axes: Axes) -> Axes:
    """Take grid, ticks and frame from axes that show a picture or a matrix, and return them."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


@contextmanager
def _fonts_known() -> Iterator[None]:
    """Without matplotlib's warning for every sign that a font lacks; `fonts.complete` says it in one line."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")
        yield


def save(drawn: Figure, stem: Path) -> dict[str, Path]:
    """Write `<stem>.svg`, `<stem>.png` (200 dots an inch) and `<stem>.pdf` without dates; return their paths.

    Names with an index, such as H_2K, are set as formulas. Signs that the common font lacks are drawn from other
    installed fonts, or as boxes with one line that names them.
    Lines and markers of a figure whose SVG would pass 400 kB are turned into pixels inside it.

    Raises:
        InputError: the folder cannot be written.
    """
    paths = {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in UNDATED}
    for text in drawn.findobj(Text):
        if text.get_parse_math():
            text.set_text(with_mathtext(text.get_text()))
    with _fonts_known(), look():
        drawn.set_dpi(PNG_DPI)  # text is up to 3 % narrower at fewer dots an inch
        drawn.draw_without_rendering()  # lays it out, once for all three
        if fonts.complete(drawn):
            drawn.draw_without_rendering()
    with _fonts_known(), look(), mpl.rc_context({"figure.constrained_layout.use": False}):
        drawn.set_layout_engine(None)  # with any engine, "none" too, every file is drawn twice
        for suffix, path in paths.items():
            with whole_file(path) as temporary:
                drawn.savefig(temporary, format=suffix, dpi=PNG_DPI, metadata=UNDATED[suffix])
                if suffix == "svg" and temporary.stat().st_size > LARGEST_SVG:
                    for artist in [a for axes in drawn.axes for a in (*axes.collections, *axes.lines, *axes.patches)]:
                        artist.set_rasterized(True)
                    drawn.savefig(temporary, format=suffix, dpi=PNG_DPI, metadata=UNDATED[suffix])
    return paths
