"""Figures of video: clips frame by frame, and what one bit adds to the loss."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hashcenters.plots import style

__all__ = ["bit_loss_curves", "clip_strips"]


def clip_strips(frame: pd.DataFrame, clips: Sequence[np.ndarray]) -> Figure:
    """Clips as rows of numbered frames, with the class in front of each.

    Args:
        frame: column `name`, one row a clip.
        clips: for each, its frames as (frames, height, width) grey or (frames, height, width, 3) colour values.
    """
    columns = len(clips[0])
    height = 6.4 / columns * len(clips) + 0.25
    drawn, axes = style.figure(columns=2, height=height, grid=(len(clips), columns), squeeze=False)
    for row, (name, clip) in enumerate(zip(frame["name"], clips, strict=True)):
        for place, (axis, still) in enumerate(zip(axes[row], clip, strict=True)):
            axis.imshow(still, cmap="gray")
            style.bare(axis)
            if row == 0:
                axis.set_title(f"{1 + place}", fontsize=7, fontweight="normal", loc="center")
        axes[row][0].set_ylabel(name, size=7, rotation=0, ha="right", va="center")
    drawn.get_layout_engine().set(w_pad=0.01, h_pad=0.01)
    return drawn


def bit_loss_curves(frame: pd.DataFrame) -> Figure:
    """The loss of one bit whose center is +1 over its output, a line a loss.

    Args:
        frame: columns `output` (−1 to 1), `loss` (a bit), `loss_name`.
    """
    drawn, axis = style.figure(columns=1, height=2.6)
    for place, (name, line) in enumerate(frame.groupby("loss_name", sort=False)):
        looks = style.line_style(place) | {"marker": None}
        axis.plot(line["output"], line["loss"], label=name, **looks)
    axis.axvspan(-1, 0, color="#EEEEEE", zorder=0)
    axis.set(xlabel="output y of a bit with center +1 (grey: wrong sign)", ylabel="loss of the bit")
    axis.set(xlim=(-1, 1), ylim=(0, None))
    drawn.legend(loc="outside upper center", ncols=1)
    return drawn
