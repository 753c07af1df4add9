"""Figures of the proofs: distances in H_2K, centroids, pair probabilities, p-norm balls, Eq. 2's targets."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hashcenters.plots import style

__all__ = [
    "balls_and_box",
    "centroid_histograms",
    "coordinate_gaps",
    "distance_matrix",
    "flip_costs",
    "probability_curves",
    "target_scatter",
]


@style.look()
def distance_matrix(frame: pd.DataFrame) -> Figure:
    """The distances between all rows of a code, as a picture.

    Args:
        frame: a square table of distances in bits, rows and columns numbered.
    """
    drawn, axes = style.figure(columns=1, height=2.9)
    drawn.set_layout_engine("compressed")
    axes.grid(False)
    extent = (0.5, len(frame) + 0.5, len(frame) + 0.5, 0.5)
    image = axes.imshow(frame.to_numpy(), extent=extent, interpolation="nearest")
    axes.set(xlabel="row of H_2K", ylabel="row of H_2K")
    bar = drawn.colorbar(image, ax=axes, label="Hamming distance (bits)", shrink=0.85)
    bar.set_ticks(sorted(np.unique(frame.to_numpy()).tolist())[:5])
    return drawn


@style.look()
def centroid_histograms(frame: pd.DataFrame, *, half: float) -> Figure:
    """Shares of distances between centroids, one panel a case, with K/2 marked.

    Args:
        frame: columns `case`, `distance` (bits) and `share` (0–1).
        half: K/2 in bits.
    """
    cases = list(frame.groupby("case", sort=False))
    columns = 2
    drawn, axes = style.figure(
        columns=2,
        height=1.45 * -(-len(cases) // columns) + 0.3,
        grid=(-(-len(cases) // columns), columns),
        sharex=True,
        squeeze=False,
    )
    for axis in axes.flat[len(cases) :]:
        axis.set_visible(False)
    for axis, (case, part) in zip(axes.flat, cases, strict=False):
        below = part["distance"] < half
        colours = np.where(below, style.VERMILION, style.BLUE)
        axis.vlines(part["distance"], 0, part["share"], colors=colours, linewidth=4)
        axis.set_ylim(0, None)
        axis.axvline(half, color=style.BLACK, linestyle="--", linewidth=1)
        mean = (part["distance"] * part["share"]).sum()
        axis.set_title(case)
        note = f"mean {mean:.1f}\nbelow K/2: {part.loc[below, 'share'].sum():.1%}"
        axis.text(0.98, 0.93, note, transform=axis.transAxes, ha="right", va="top", size=7.5)
    for axis in axes[:, 0]:
        axis.set_ylabel("share of pairs")
    for axis in axes[-1]:
        axis.set_xlabel("Hamming distance (bits)")
    return drawn


@style.look()
def probability_curves(frame: pd.DataFrame) -> Figure:
    """P(similar) against the share of bits that differ: θ as printed, and under the authors' factor.

    Args:
        frame: columns `form`, `bits`, `distance` (bits) and `probability` (0–1).
    """
    forms = list(frame.groupby("form", sort=False))
    drawn, axes = style.figure(columns=2, height=2.4, grid=(1, len(forms)), sharey=True, squeeze=False)
    for axis, (form, part) in zip(axes[0], forms, strict=True):
        for place, (bits, line) in enumerate(part.groupby("bits")):
            look = style.line_style(place) | {"markevery": max(1, len(line) // 12)}
            axis.plot(line["distance"] / bits, line["probability"], label=f"K = {bits}", **look)
        axis.axvline(0.5, color=style.BLACK, linewidth=0.8, linestyle=":")
        axis.set(title=form, xlabel="share of bits that differ, D_H / K")
    axes[0][0].set_ylabel("P(similar)")
    axes[0][0].legend()
    return drawn


@style.look()
def balls_and_box(frame: pd.DataFrame) -> Figure:
    """Curves |x|^p + |y|^p = 2 with the square [−1, 1]² and its corners.

    Args:
        frame: columns `p`, `x`, `y`, the points of each curve in order.
    """
    drawn, axes = style.figure(columns=1, height=2.5)
    drawn.set_layout_engine("compressed")  # constrained layout cuts labels beside axes of equal scales
    _draw_box(axes)
    for place, (p, part) in enumerate(frame.groupby("p", sort=False)):
        look = {"color": style.LINES[place % len(style.LINES)], "linestyle": style.DASHES[place % 4]}
        axes.plot(part["x"], part["y"], label=f"p = {p:g}", **look)
    axes.plot(
        [-1, -1, 1, 1], [-1, 1, -1, 1], "o", color=style.VERMILION, markersize=6, label="{−1, 1}²", zorder=4
    )
    axes.set(xlim=(-2.1, 2.1), ylim=(-2.1, 2.1), aspect="equal", xlabel="z₁", ylabel="z₂")
    axes.set(xticks=range(-2, 3), yticks=range(-2, 3))
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside center right")
    return drawn


def _draw_box(axes: Axes) -> None:
    square = [-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]
    axes.fill(*square, color=style.SKY, alpha=0.25, linewidth=0)
    axes.plot(*square, color=style.BLACK, linewidth=1, label="[−1, 1]²")


@style.look()
def coordinate_gaps(frame: pd.DataFrame) -> Figure:
    """What a coordinate of size |z| lacks from 1 under the power p.

    Args:
        frame: columns `p`, `z` (0–1) and `gap` (1 − |z|^p).
    """
    drawn, axes = style.figure(columns=1, height=2.5)
    for place, (p, part) in enumerate(frame.groupby("p", sort=False)):
        look = style.line_style(place) | {"markevery": max(1, len(part) // 10)}
        axes.plot(part["z"], part["gap"], label=f"p = {p:g}", **look)
    axes.set(xlabel="|z_i|", ylabel="1 − |z_i|^p", xlim=(0, 1), ylim=(0, 1.02))
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside center right")
    return drawn


@style.look()
def flip_costs(frame: pd.DataFrame) -> Figure:
    """RepMet loss against the number of flipped bits: mean, and the range between best and worst flips.

    Args:
        frame: columns `flips`, `mean`, `smallest`, `largest` (bits).
    """
    drawn, axes = style.figure(columns=1, height=2.3)
    axes.fill_between(
        frame["flips"], frame["smallest"], frame["largest"], color=style.SKY, alpha=0.4, linewidth=0
    )
    axes.plot(frame["flips"], frame["mean"], color=style.BLUE, marker="o", label="mean, and range")
    axes.plot(frame["flips"], 2 * frame["flips"], color=style.BLACK, linestyle=":", label="2 a flipped bit")
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
    drawn, axes = style.figure(columns=1, height=2.9)
    drawn.set_layout_engine("compressed")
    axes.plot([-bits, bits], [-bits, bits], color=style.BLACK, linewidth=0.8, linestyle="--")
    axes.scatter(frame["t_ij"], frame["t_ji"], s=4, color=style.BLUE, alpha=0.5, linewidths=0)
    axes.set(aspect="equal", xlabel="target in row i, t_ij", ylabel="target in row j, t_ji")
    return drawn
