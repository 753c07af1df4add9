"""Figures of learned centers: how they move, and how far apart they stand."""

import pandas as pd
from matplotlib.figure import Figure

from hashcenters.plots import style

__all__ = ["center_drift"]


def center_drift(frame: pd.DataFrame) -> Figure:
    """Learned centers over the epochs: bits moved from the start, and the smallest distance between two of them.

    Args:
        frame: columns method, bits, epoch, moved, minimum.
    """
    lengths = sorted(frame["bits"].unique())
    drawn, axes = style.figure(columns=2, height=3.6, grid=(2, len(lengths)), sharex=True, squeeze=False)
    names = {"moved": "bits moved from start", "minimum": "minimum distance, bits"}
    for row, (column, label) in enumerate(names.items()):
        for axis, bits in zip(axes[row], lengths, strict=True):
            part = frame[frame["bits"] == bits]
            for place, (method, line) in enumerate(part.groupby("method", sort=False)):
                axis.plot(line["epoch"], line[column], label=method, **style.line_style(place))
            axis.set_ylim(0, None)
        axes[row][0].set_ylabel(label)
    for axis, bits in zip(axes[0], lengths, strict=True):
        axis.set_title(f"{bits} bits")
    for axis in axes[1]:
        axis.set_xlabel("epoch")
    handles, texts = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, texts, loc="outside lower center", ncols=len(texts))
    return drawn
