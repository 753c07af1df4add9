"""Figures of generators against their bounds, of random draws, and of semantic centers."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from workbook import style

GAP_CAP = 20
REACHED = {"color": style.GREEN, "linewidth": 2.2, "alpha": 0.7}


@style.look()
def gap_heatmaps(frame: pd.DataFrame) -> Figure:
    """Bits missing to the upper bound, a panel a generator, a row a length, a column a number of centers.

    Every cell says what is reached; the colour is the gap, capped at 20 bits.

    Args:
        frame: columns `bits`, `num_classes`, `method`, `minimum`, `upper_bound`, `gap`; a row a cell.
    """
    methods, lengths = frame["method"].unique(), frame["bits"].nunique()
    size = {"height": len(methods) * (0.45 + 0.22 * lengths) + 0.4, "grid": (len(methods), 1)}
    drawn, axes = style.figure(columns=2, squeeze=False, **size)
    for axis, method in zip(axes[:, 0], methods, strict=True):
        _gap_panel(axis, frame, method)
    axes[-1, 0].set_xlabel("number of centers m")
    bar = {"label": "bits below the upper bound", "aspect": 40, "shrink": 0.8}
    drawn.colorbar(axis.collections[0], ax=axes.ravel().tolist(), **bar)
    return drawn


def _gap_panel(axis: Axes, frame: pd.DataFrame, method: str) -> None:
    """One generator; sizes that it does not serve have a dash."""
    parts = frame.assign(text=frame["minimum"].astype(str)).set_index(["bits", "num_classes"])
    every = parts["gap"].groupby(level=[0, 1]).first().unstack()  # all sizes of any generator
    gaps, texts = (
        parts.loc[parts["method"] == method, column].unstack().reindex_like(every) for column in ("gap", "text")
    )
    style.heatmap(gaps, axis, annot=texts, fmt="", vmin=0, vmax=GAP_CAP, cbar=False, annot_kws={"size": 8})
    for label, gap in zip(axis.texts, gaps.to_numpy()[gaps.notna()], strict=True):
        label.set_color("white" if gap < GAP_CAP / 2 else "black")
    for row, column in zip(*gaps.isna().to_numpy().nonzero(), strict=True):
        axis.text(column + 0.5, row + 0.5, "–", ha="center", va="center", size=6.5)
    for label in axis.texts:
        label.set_in_layout(False)  # which would ask for the extent of each
    axis.grid(False)
    axis.set(title=method, xlabel="", ylabel="bits K")


@style.look()
def minimum_histograms(frame: pd.DataFrame) -> Figure:
    """How often a random draw of centers has which minimum distance, a panel a size.

    Args:
        frame: columns `bits`, `num_classes`, `draws` (how they are drawn), `minimum` (bits), `share` (of the draws,
            0–1), `coding` and `upper_bound` (bits), the same in all rows of a panel.
    """
    sizes = "K = " + frame["bits"].astype(str) + ", m = " + frame["num_classes"].astype(str)
    frame = frame.assign(size=sizes)
    drawn, axes = style.panels(frame, x="minimum", y="share", lines="draws", panels="size", height=2.3)
    for axis, (_, part) in zip(axes[0], frame.groupby("size", sort=False), strict=True):
        bits, coding, bound = part[["bits", "coding", "upper_bound"]].iloc[0]
        axis.axvline(bits / 2, color=style.BLACK, linestyle=":", label="K/2")
        axis.axvline(coding, label="coding", **REACHED)
        axis.axvline(bound, color=style.VERMILION, linestyle="--", label="upper bound")
        axis.set(xlabel="minimum distance (bits)", ylim=(0, None))
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes[0, 0].set_ylabel("share of draws")
    style.legend_below(drawn)
    return drawn


@style.look()
def distance_cost_curves(frame: pd.DataFrame) -> Figure:
    """Rise of the objective and rank correlation over the minimum distance asked for, with K/8 and the bound marked.

    Args:
        frame: columns `similarity` (name of the line), `min_distance` (bits), `cost` (fraction),
            `rank_correlation`, `eighth` and `gilbert_varshamov` (bits, the same in all rows of a line).
    """
    names = {"cost": "what the distance costs", "rank_correlation": "what is left of the similarity"}
    both = frame.assign(cost=100 * frame["cost"]).rename(columns=names)
    both = both.melt(["similarity", "min_distance"], list(names.values()), var_name="panel")
    drawn, axes = style.panels(both, x="min_distance", y="value", lines="similarity", panels="panel")
    for axis in axes[0]:
        axis.axvline(frame["eighth"].iloc[0], color=style.BLACK, linestyle="--", linewidth=1, label="K/8")
        for distance in frame["gilbert_varshamov"].unique():
            axis.axvline(distance, color=style.BLACK, linestyle=":", linewidth=1, label="Gilbert–Varshamov")
        axis.set_xlabel("minimum distance asked for (bits)")
    axes[0, 0].set_ylabel("rise of the objective (%)")
    axes[0, 1].set_ylabel("rank correlation")
    style.legend_below(drawn)
    return drawn


@style.look()
def similarity_curves(frame: pd.DataFrame) -> Figure:
    """Mean distance, with the middle 80 % of the pairs, by how similar two classes are; a panel a length.

    Args:
        frame: columns `bits`, `centers` (name of the line), `group` (1 for the least similar pairs), `mean`, `low`,
            `high` (bits).
    """
    drawn, axes = style.panels(frame, x="group", y="mean", lines="centers", panels="bits", title="{} bits", height=2.5)
    for axis, (_, part) in zip(axes[0], frame.groupby("bits"), strict=True):
        for place, (_, line) in enumerate(part.groupby("centers", sort=False)):
            colour = style.line_style(place)["color"]
            axis.fill_between(line["group"], line["low"], line["high"], color=colour, alpha=0.12, lw=0)
        axis.set(xlabel="least to most similar pairs", ylim=(0, None))
    axes[0, 0].set_ylabel("Hamming distance (bits)")
    return drawn
