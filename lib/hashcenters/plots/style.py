"""The one look of all figures: safe for colour-blind readers and in print, the same bytes each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from basics.errors import InputError
from basics.files import whole_file
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = PALETTE = (
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
)
LINES = (BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BLACK, YELLOW)
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
TWO_TONE = ListedColormap([BLACK, "#FFFFFF"], name="two_tone")
SEQUENTIAL = "cividis"
DIVERGING = "PuOr"
WIDTHS = {1: 3.35, 2: 6.9}
PNG_DPI = 200
LARGEST_SVG = 400_000

RC: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": "#444444",
    "axes.grid": True,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.prop_cycle": mpl.cycler(color=LINES),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.dpi": 100,
    "figure.facecolor": "white",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "image.cmap": SEQUENTIAL,
    "image.interpolation": "nearest",
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "pdf.fonttype": 42,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": "hashcenters",
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
}


@contextmanager
def look() -> Iterator[None]:
    """Use the common look inside the block, or as `@look()` in a whole function, and restore the settings."""
    with mpl.rc_context(RC):
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


def bare(axes: Axes) -> Axes:
    """Take grid, ticks and frame from axes that show a picture or a matrix, and return them."""
    axes.grid(False)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    return axes


def show_codes(axes: Axes, codes: np.ndarray) -> Axes:
    """Draw a ±1 matrix as the documents do: one row a code, one column a bit, +1 white and −1 black."""
    axes.grid(False)
    axes.imshow(codes, cmap=TWO_TONE, vmin=-1, vmax=1, aspect="equal", interpolation="nearest")
    axes.set(xlabel="bit", ylabel="row")
    for spine in axes.spines.values():
        spine.set_visible(True)
    return axes


def save(drawn: Figure, stem: Path) -> dict[str, Path]:
    """Write `<stem>.svg`, `<stem>.png` (200 dots an inch) and `<stem>.pdf` without dates; return their paths.

    Lines and markers of a figure whose SVG would pass 400 kB are turned into pixels inside it.

    Raises:
        InputError: the folder cannot be written.
    """
    paths = {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in ("svg", "png", "pdf")}
    metadata = {
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }
    with look():
        drawn.set_dpi(PNG_DPI)  # text is up to 3 % narrower at fewer dots an inch
        drawn.draw_without_rendering()  # lays it out, once for all three
    with look(), mpl.rc_context({"figure.constrained_layout.use": False}):
        drawn.set_layout_engine(None)  # with any engine, "none" too, every file is drawn twice
        for suffix, path in paths.items():
            with whole_file(path) as temporary:
                drawn.savefig(temporary, format=suffix, dpi=PNG_DPI, metadata=metadata[suffix])
                if suffix == "svg" and temporary.stat().st_size > LARGEST_SVG:
                    _rasterise(drawn)
                    drawn.savefig(temporary, format=suffix, dpi=PNG_DPI, metadata=metadata[suffix])
    return paths


def _rasterise(drawn: Figure) -> None:
    for axes in drawn.axes:
        for artist in [*axes.collections, *axes.lines, *axes.patches]:
            artist.set_rasterized(True)
