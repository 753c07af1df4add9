"""Figures of the proofs: distances in H_2K, pair probabilities, p-norm balls, Eq. 2's targets."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from workbook import style


@style.look()
def distance_matrix(frame: pd.DataFrame) -> Figure:
    """The distances between all rows of a code, as a picture.

    Args:
        frame: a square table of distances in bits, rows and columns numbered.
    """
    drawn, axes = _square(height=2.9)
    bar = {"label": "Hamming distance (bits)", "shrink": 0.85, "ticks": np.unique(frame)[:5]}
    sns.heatmap(frame, cmap=style.SEQUENTIAL, square=True, xticklabels=5, yticklabels=5, cbar_kws=bar, ax=axes)
    axes.set(xlabel="row of H_2K", ylabel="row of H_2K")
    return drawn


@style.look()
def probability_curves(frame: pd.DataFrame) -> Figure:
    """P(similar) against the share of bits that differ: θ as printed, and under the authors' factor.

    Args:
        frame: columns `form`, `bits`, `distance` (bits) and `probability` (0–1).
    """
    frame = frame.assign(K="K = " + frame["bits"].astype(str), share=frame["distance"] / frame["bits"])
    drawn, axes = style.panels(frame, x="share", y="probability", lines="K", panels="form", sharey=True)
    for axis in axes[0]:
        axis.axvline(0.5, color=style.BLACK, linewidth=0.8, linestyle=":")
        axis.set_xlabel("share of bits that differ, D_H / K")
    axes[0, 0].set_ylabel("P(similar)")
    return drawn


@style.look()
def balls_and_box(frame: pd.DataFrame) -> Figure:
    """Curves |x|^p + |y|^p = 2 with the square [−1, 1]² and its corners.

    Args:
        frame: columns `p`, `x`, `y`, the points of each curve in order.
    """
    drawn, axes = _square(height=2.5)
    square = [-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]
    axes.fill(*square, color=style.SKY, alpha=0.25, linewidth=0)
    axes.plot(*square, color=style.BLACK, linewidth=1, label="[−1, 1]²")
    for place, (p, part) in enumerate(frame.groupby("p", sort=False)):
        axes.plot(part["x"], part["y"], label=f"p = {p:g}", **style.line_style(place) | {"marker": ""})
    axes.plot(*square, "o", color=style.VERMILION, markersize=6, label="{−1, 1}²", zorder=4)
    axes.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), xlabel="z₁", ylabel="z₂")
    axes.set(xticks=range(-2, 3), yticks=range(-2, 3))
    drawn.legend(loc="outside center right")
    return drawn


@style.look()
def coordinate_gaps(frame: pd.DataFrame) -> Figure:
    """What a coordinate of size |z| lacks from 1 under the power p.

    Args:
        frame: columns `p`, `z` (0–1) and `gap` (1 − |z|^p).
    """
    drawn, axes = style.figure(columns=1, height=2.5)
    for place, (p, part) in enumerate(frame.groupby("p", sort=False)):
        axes.plot(part["z"], part["gap"], label=f"p = {p:g}", markevery=0.1, **style.line_style(place))
    axes.set(xlabel="|z_i|", ylabel="1 − |z_i|^p", xlim=(0, 1), ylim=(0, 1.02))
    drawn.legend(loc="outside center right")
    return drawn


@style.look()
def flip_costs(frame: pd.DataFrame) -> Figure:
    """RepMet loss against the number of flipped bits: mean, and the range between best and worst flips.

    Args:
        frame: columns `flips`, `mean`, `smallest`, `largest` (bits).
    """
    drawn, axes = style.figure(columns=1, height=2.3)
    flips = frame["flips"]
    axes.fill_between(flips, frame["smallest"], frame["largest"], color=style.SKY, alpha=0.4, linewidth=0)
    axes.plot(flips, frame["mean"], color=style.BLUE, marker="o", label="mean, and range")
    axes.plot(flips, 2 * flips, color=style.BLACK, linestyle=":", label="2 a flipped bit")
    axes.set(xlabel="bits flipped away from the own center", ylabel="L_RC at α = K/2 (bits)")
    axes.legend()
    return drawn


@style.look()
def target_scatter(frame: pd.DataFrame, *, bits: int) -> Figure:
    """The two targets of each pair of classes against one another; on the diagonal they agree.

    Args:
        frame: columns `t_ij` and `t_ji`, inner products from −bits to bits.
        bits: length of the codes.
    """
    drawn, axes = _square(height=2.9)
    axes.plot([-bits, bits], [-bits, bits], color=style.BLACK, linewidth=0.8, linestyle="--")
    axes.scatter(frame["t_ij"], frame["t_ji"], s=4, color=style.BLUE, alpha=0.5, linewidths=0)
    axes.set(xlabel="target in row i, t_ij", ylabel="target in row j, t_ji")
    return drawn


def _square(*, height: float) -> tuple[Figure, Axes]:
    """Axes of equal scales; constrained layout would cut the labels beside them."""
    drawn, axes = style.figure(columns=1, height=height)
    drawn.set_layout_engine("compressed")
    axes.set_aspect("equal")
    return drawn, axes
