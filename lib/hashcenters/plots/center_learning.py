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
    names = {"moved": "bits moved from start", "minimum": "minimum distance, bits"}
    shown = frame.rename(columns=names)
    shown = shown.melt(["method", "bits", "epoch"], [*names.values()], var_name="shown", value_name="value")
    look = {"lines": "method", "panels": "bits", "rows": "shown", "title": "{} bits", "height": 3.6}
    drawn, axes = style.panels(shown, x="epoch", y="value", sharex=True, **look)
    for axis in axes.flat:
        axis.set_ylim(0, None)
    return drawn
