"""Figures of semantic centers: what a minimum distance costs, and how distance follows similarity."""

import pandas as pd
from matplotlib.figure import Figure

from hashcenters.plots import style

__all__ = ["distance_cost_curves", "similarity_curves"]


@style.look()
def distance_cost_curves(frame: pd.DataFrame) -> Figure:
    """Rise of the objective and rank correlation over the minimum distance asked for, with K/8 and the bound marked.

    Args:
        frame: columns `similarity` (name of the line), `min_distance` (bits), `cost` (fraction),
            `rank_correlation`, `eighth` and `gilbert_varshamov` (bits, the same in all rows of a line).
    """
    drawn, axes = style.figure(columns=2, height=2.6, grid=(1, 2))
    for place, (name, part) in enumerate(frame.groupby("similarity", sort=False)):
        look = style.line_style(place)
        axes[0].plot(part["min_distance"], 100 * part["cost"], label=name, **look)
        axes[1].plot(part["min_distance"], part["rank_correlation"], label=name, **look)
        for axis in axes:
            axis.axvline(part["gilbert_varshamov"].iloc[0], color=look["color"], linestyle=":", linewidth=1)
    for axis in axes:
        axis.axvline(frame["eighth"].iloc[0], color=style.BLACK, linestyle="--", linewidth=1)
        axis.set_xlabel("minimum distance asked for (bits)")
    axes[0].set(ylabel="rise of the objective (%)", title="what the distance costs")
    axes[1].set(ylabel="rank correlation with −distance", title="what is left of the similarity")
    handles, names = axes[0].get_legend_handles_labels()
    title = "dashed: K/8, dotted: Gilbert–Varshamov"
    drawn.legend(handles, names, loc="outside lower center", ncols=len(names), title=title, title_fontsize=7)
    return drawn


@style.look()
def similarity_curves(frame: pd.DataFrame) -> Figure:
    """Mean distance, with the middle 80 % of the pairs, by how similar two classes are; a panel a length.

    Args:
        frame: columns `bits`, `centers` (name of the line), `group` (1 for the least similar pairs), `mean`, `low`,
            `high` (bits).
    """
    panels = list(frame.groupby("bits", sort=True))
    drawn, axes = style.figure(columns=2, height=2.5, grid=(1, len(panels)), squeeze=False)
    for axis, (bits, part) in zip(axes[0], panels, strict=True):
        for place, (name, line) in enumerate(part.groupby("centers", sort=False)):
            look = style.line_style(place)
            axis.plot(line["group"], line["mean"], label=name, **look)
            axis.fill_between(line["group"], line["low"], line["high"], color=look["color"], alpha=0.12, lw=0)
        axis.set(title=f"{bits} bits", xlabel="least to most similar pairs", ylim=(0, None))
    axes[0][0].set_ylabel("Hamming distance (bits)")
    handles, names = axes[0][0].get_legend_handles_labels()
    drawn.legend(handles, names, loc="outside lower center", ncols=len(names))
    return drawn
