"""Figures of generators against their bounds: gaps at every size, minima of random draws."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hashcenters.plots import style

__all__ = ["gap_heatmaps", "minimum_histograms"]

GAP_CAP = 20


@style.look()
def gap_heatmaps(frame: pd.DataFrame) -> Figure:
    """Bits missing to the upper bound, a panel a generator, a row a length, a column a number of centers.

    Every cell says reached / bound; the colour is the gap, capped at 20 bits.

    Args:
        frame: columns `bits`, `num_classes`, `method`, `minimum`, `upper_bound`, `gap`; a row a cell.
    """
    methods = list(dict.fromkeys(frame["method"]))
    lengths = sorted(frame["bits"].unique())
    height = len(methods) * (0.45 + 0.22 * len(lengths)) + 0.4
    drawn, axes = style.figure(columns=2, height=height, grid=(len(methods), 1), squeeze=False)
    for axis, method in zip(axes[:, 0], methods, strict=True):
        image = _gap_panel(axis, frame, method)
    axes[-1, 0].set_xlabel("number of centers m")
    drawn.colorbar(image, ax=axes.ravel().tolist(), label="bits below the upper bound", aspect=40, shrink=0.8)
    return drawn


def _gap_panel(axis: Axes, frame: pd.DataFrame, method: str) -> object:
    part = frame[frame["method"] == method].set_index(["bits", "num_classes"])
    lengths, counts = sorted(frame["bits"].unique()), sorted(frame["num_classes"].unique())
    gaps = np.full((len(lengths), len(counts)), np.nan)
    for row, bits in enumerate(lengths):
        for column, count in enumerate(counts):
            if (bits, count) not in part.index:
                _cell(axis, column, row, "–", "black")
                continue
            cell = part.loc[(bits, count)]
            gaps[row, column] = cell["gap"]
            light = "white" if cell["gap"] < GAP_CAP / 2 else "black"
            text = f"{cell['minimum']:g}/{cell['upper_bound']:g}"
            _cell(axis, column, row, text, light)
    style.bare(axis)
    image = axis.imshow(gaps, vmin=0, vmax=GAP_CAP, cmap=style.SEQUENTIAL, aspect="auto")
    axis.set_xticks(range(len(counts)), counts)
    axis.set_yticks(range(len(lengths)), lengths)
    axis.set(title=method, ylabel="bits K")
    return image


def _cell(axis: Axes, column: int, row: int, text: str, colour: str) -> None:
    """Words inside the panel; kept out of the layout, which would ask for the extent of each."""
    label = axis.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)
    label.set_in_layout(False)


@style.look()
def minimum_histograms(frame: pd.DataFrame) -> Figure:
    """How often a random draw of centers has which minimum distance, a panel a size.

    Args:
        frame: columns `bits`, `num_classes`, `draws` (how they are drawn), `minimum` (bits), `share` (of the draws,
            0–1), `coding` and `upper_bound` (bits), the same in all rows of a panel.
    """
    panels = list(frame.groupby(["bits", "num_classes"], sort=False))
    drawn, axes = style.figure(columns=2, height=2.3, grid=(1, len(panels)), squeeze=False)
    for axis, ((bits, count), part) in zip(axes[0], panels, strict=True):
        for place, (name, draws) in enumerate(part.groupby("draws", sort=False)):
            axis.plot(draws["minimum"], draws["share"], label=name, **style.line_style(place))
        axis.axvline(bits / 2, color=style.BLACK, linestyle=":", label="K/2")
        axis.axvline(part["coding"].iloc[0], color=style.GREEN, linewidth=2.2, alpha=0.7, label="coding")
        axis.axvline(part["upper_bound"].iloc[0], color=style.VERMILION, linestyle="--", label="upper bound")
        axis.set(title=f"K = {bits}, m = {count}", xlabel="minimum distance (bits)", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes[0][0].set_ylabel("share of draws")
    handles, names = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, names, loc="outside lower center", ncols=len(names))
    return drawn
