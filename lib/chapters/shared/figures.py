"""Figures of trainings: learning curves, distances to centers, ablations, the λ grid, retrieved neighbours."""

from collections.abc import Sequence
from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbook import style

LONGEST_NAME = 14  # letters of a class name under a picture
_SHARE = "loss / loss after epoch 1"
_BITS = "Hamming distance in bits"
DISTANCES = {"own_distance": "to the own center", "other_distance": "to the nearest other center"}


@style.look()
def learning_curves(frame: pd.DataFrame) -> Figure:
    """Training loss over the epochs, as a share of its value after the first, a panel a length of code.

    Args:
        frame: columns `epoch`, `loss`, `loss_name`, `bits`; several rows an epoch (seeds) are averaged.
    """
    line = ["bits", "loss_name"]
    mean = frame.groupby([*line, "epoch"], sort=False)["loss"].mean()
    share = (mean / mean.groupby(line, sort=False).transform("first")).rename(_SHARE).reset_index()
    look = {"lines": "loss_name", "panels": "bits", "title": "{} bits", "sharey": True}
    drawn, axes = style.panels(share, x="epoch", y=_SHARE, **look)
    _whole_epochs(axes)
    return drawn


@style.look()
def center_distance_curves(frame: pd.DataFrame) -> Figure:
    """Mean Hamming distance of held-out samples to their own and to the nearest other center, over the epochs.

    Args:
        frame: columns `epoch`, `own_distance`, `other_distance`, `bits`, and several rows an epoch (seeds).
    """
    named = frame.rename(columns=DISTANCES)
    distances = named.melt(["epoch", "bits"], [*DISTANCES.values()], var_name="to", value_name=_BITS)
    look = {"panels": "bits", "title": "{} bits", "band": ("pi", 100)}
    drawn, axes = style.panels(distances, x="epoch", y=_BITS, lines="to", **look)
    _whole_epochs(axes, ylim=(0, None))
    return drawn


def _whole_epochs(axes: np.ndarray, **limits: Any) -> None:
    for axis in axes.flat:
        axis.set(**limits)
        axis.locator_params(axis="x", integer=True)


@style.look()
def ablation_bars(frame: pd.DataFrame, *, by: str) -> Figure:
    """Mean and standard deviation over seeds as points with bars, every seed as a small dot, a panel a length.

    Args:
        frame: columns `by`, `bits`, `mAP`, a row a seed.
        by: what is compared.
    """
    return style.points(frame, value="mAP", by=by, panels="bits", title="{} bits")[0]


@style.look()
def paired_differences(frame: pd.DataFrame, *, margin: float = 0.0) -> Figure:
    """Paired differences of mAP with their intervals over seeds and queries, a panel a length.

    Args:
        frame: rows of `comparisons.compare_methods`.
        margin: what "at least as well" may fall short; the dashed line is where it ends.
    """
    drawn = style.differences(frame, by="difference", panels="bits", title="{} bits", bound=-margin)
    for axis in drawn.axes:
        axis.set_xlabel("difference of mAP")
    return drawn


@style.look()
def precision_recall_lines(frame: pd.DataFrame, *, by: str) -> Figure:
    """Precision over recall, a line a method, a panel a length.

    Args:
        frame: columns `recall`, `precision` (0–1), `bits` and `by`.
        by: what is compared.
    """
    look = {"lines": by, "panels": "bits", "title": "{} bits", "height": 2.5, "sharey": True}
    drawn, axes = style.panels(frame, x="recall", y="precision", **look)
    for axis in axes.flat:
        axis.set(xlim=(0, 1), ylim=(0, 1.02))
    return drawn


@style.look()
def sample_tiles(frame: pd.DataFrame, images: Sequence[np.ndarray] | None) -> Figure:
    """Samples in a row with their class names.

    Args:
        frame: column `name`, one row a sample.
        images: one picture a sample, None for tiles of words.
    """
    drawn, axes = style.figure(columns=2, height=0.85, grid=(1, len(frame)), squeeze=False)
    for place, (axis, name) in enumerate(zip(axes[0], frame["name"], strict=True)):
        if images is None:
            _words(axis, name)
        else:
            axis.imshow(images[place], cmap="gray")
            axis.set_xlabel(" ".join(name.split()), size=6.5, parse_math=False)
        style.bare(axis)
    return drawn


def _words(axis: Axes, name: str) -> None:
    """A class name in place of a picture, a word a line; `$` is a sign like any other."""
    look = {"ha": "center", "va": "center", "size": 5.5, "parse_math": False}
    axis.text(0.5, 0.5, fill(name, 10), transform=axis.transAxes, **look)


@style.look()
def neighbour_tiles(
    frame: pd.DataFrame, images: Sequence[np.ndarray] | None, *, sides: Sequence[str] = (), title: str = ""
) -> Figure:
    """Queries and their nearest database items in a row each: class above, distance and whether it is right below.

    Args:
        frame: one row a tile in reading order: `query` (row), `rank` (0 for the query itself), `name` (class),
            `distance` in bits, `relevant` (None where nobody knows).
        images: one grey (height, width) or colour (height, width, 3) picture a tile, None for tiles of words.
        sides: what stands at the left of each row.
        title: of all rows.
    """
    rows, columns = frame["query"].nunique(), int(frame["rank"].max()) + 1
    aspect = 1 if images is None else images[0].shape[0] / images[0].shape[1]
    height = (0.35 + 0.6 * aspect) * rows + 0.1 + 0.2 * bool(title)
    drawn, axes = style.figure(columns=2, height=height, grid=(rows, columns), squeeze=False)
    for place, tile in enumerate(frame.itertuples()):
        axis = axes[place // columns][place % columns]
        known = tile.rank > 0 and tile.relevant is not None
        colour = (style.BLUE if tile.relevant else style.VERMILION) if known else style.BLACK
        if images is None:
            axis.set_facecolor("#F7E0D3" if known and not tile.relevant else "white")
            _words(axis, tile.name)
        else:
            axis.imshow(images[place], cmap="gray", aspect="equal")
            axis.set_title(fitting(tile.name), size=6.5, weight="normal", loc="center", pad=2, parse_math=False)
        style.bare(axis)
        line = (0, (2, 1)) if known and not tile.relevant else "-"
        for spine in axis.spines.values():
            spine.set(visible=True, color=colour, linewidth=1.6, linestyle=line)
        mark = f"{'✓' if tile.relevant else '✗'} " if known else ""
        below = "query" if tile.rank == 0 else f"{mark}{tile.distance} bit{'' if tile.distance == 1 else 's'}"
        axis.set_xlabel(below, size=6.5, color=colour, labelpad=2)
    for axis, side in zip(axes[:, 0], sides, strict=False):
        axis.set_ylabel(side, size=7, rotation=0, ha="right", va="center")
    if title:
        drawn.suptitle(title, size=8, x=0.01, ha="left", parse_math=False)
    return drawn


def fitting(name: str, *, width: int = 12) -> str:
    """As much of a class name as fits above a tile or beside an axis.

    >>> fitting("great white shark"), fitting("47")
    ('great white…', '47')
    """
    return name if len(name) <= width else f"{name[: width - 1].rstrip(' ,')}…"
