"""Figures of hash centers: the ±1 matrix as in CSQ's Figs. S.2–S.5, and the distances between its rows."""

import numpy as np
import pandas as pd
from jaxtyping import Integer
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from workbook import style

INCHES_A_BIT = 0.05
FEW, HARDLY_SEEN = 4, 0.05  # distances in a picture, and the share of pairs whose bar needs a number
TWO_TONE = ListedColormap([style.BLACK, "#FFFFFF"], name="two_tone")


@style.look()
def center_matrices(frames: dict[str, pd.DataFrame], *, row_name: str = "center") -> Figure:
    """Sets of centers as pictures beside each other, at one scale, as large as two columns of a page allow.

    Args:
        frames: the centers by title, one a row, a column a bit: +1 white and −1 black.
        row_name: what a row is.
    """
    rows = max(len(frame) for frame in frames.values())
    widths = [frame.shape[1] for frame in frames.values()]
    margin = 0.4 + 0.25 * len(frames)
    scale = min(INCHES_A_BIT, (style.WIDTHS[2] - margin) / sum(widths))
    size = {"height": rows * scale + 0.65, "grid": (1, len(frames)), "squeeze": False}
    drawn, axes = style.figure(columns=2, sharey=True, width_ratios=widths, **size)
    drawn.set_figwidth(max(sum(widths) * scale + margin, 2.0))
    for axis, (title, frame) in zip(axes[0], frames.items(), strict=True):
        _draw_codes(axis, frame.to_numpy())
        axis.set_title(title)
    axes[0][0].set_ylabel(row_name)
    return drawn


def _draw_codes(axis: Axes, codes: Integer[np.ndarray, "rows bits"]) -> None:
    """A ±1 matrix as the documents have it: one row a code, one column a bit, +1 white and −1 black."""
    axis.grid(False)
    axis.imshow(codes, cmap=TWO_TONE, vmin=-1, vmax=1, aspect="equal", interpolation="nearest")
    axis.set_xlabel("bit")
    for spine in axis.spines.values():
        spine.set_visible(True)


@style.look()
def distance_histograms(frame: pd.DataFrame) -> Figure:
    """How far apart the pairs of each set of centers are, with half of the bits marked.

    Args:
        frame: columns `centers` (name of the set), `bits`, `distance` (bits), `share` (of the pairs, 0–1).
    """
    groups = list(frame.groupby("centers", sort=False))
    grid = (-(-len(groups) // 3), min(3, len(groups)))
    drawn, axes = style.figure(columns=2, height=1.7 * grid[0], grid=grid, squeeze=False)
    for axis in axes.flat[len(groups) :]:
        axis.set_visible(False)
    for axis, (name, part) in zip(axes.flat, groups, strict=False):
        _draw_distances(axis, part)
        axis.set_title(name)
    for axis in axes[:, 0]:
        axis.set_ylabel("share of pairs")
    return drawn


def _draw_distances(axis: Axes, part: pd.DataFrame) -> None:
    """Bars, orange below half of the bits, and in words their ends, their mean and the share that is orange."""
    bits = int(part["bits"].iloc[0])
    below = 2 * part["distance"] < bits
    colours = below.map({True: style.VERMILION, False: style.BLUE})
    axis.bar(part["distance"], part["share"], color=colours, width=max(1.0, bits / 48))
    axis.axvline(bits / 2, color=style.BLACK, linestyle=":", linewidth=1)
    axis.set(xlim=(-1, bits + 1), ylim=(0, 1.05 * part["share"].max()), xlabel="Hamming distance in bits")
    if len(part) <= FEW:
        for distance, share in part.loc[part["share"] < HARDLY_SEEN, ["distance", "share"]].itertuples(index=False):
            look = {"ha": "right" if distance == bits else "center", "size": 7}
            axis.annotate(f"{share:.1%}\n▾", (distance, share), (0, 1), textcoords="offset points", **look)
    mean, below_half = (part["distance"] * part["share"]).sum(), part.loc[below, "share"].sum()
    ends = f"min {part['distance'].min()}\nmean {mean:.2f}\nmax {part['distance'].max()}"
    for place, words, side in ((0.02, ends, "left"), (0.98, f"{below_half:.1%}\nbelow K/2", "right")):
        axis.text(place, 0.95, words, transform=axis.transAxes, ha=side, va="top", size=7)


@style.look()
def centers_and_distances(matrix: pd.DataFrame, distances: pd.DataFrame, *, title: str) -> Figure:
    """One set of centers as a picture beside the histogram of its distances.

    Args:
        matrix: the centers, one a row, a column a bit.
        distances: columns `bits`, `distance` (bits), `share` (of the pairs, 0–1).
        title: above the picture.
    """
    drawn, axes = style.figure(columns=2, height=3.6, grid=(1, 2))
    _draw_codes(axes[0], matrix.to_numpy())
    axes[0].set(title=title, ylabel="center", aspect="auto")
    _draw_distances(axes[1], distances)
    axes[1].set(ylabel="share of pairs")
    return drawn
