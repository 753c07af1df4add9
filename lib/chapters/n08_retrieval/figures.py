"""Figures of retrieval: order inside ties, recall of a partial search, growth of time."""

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from workbook import style

_RULES = {
    "relevant_last": ("relevant last", "<", style.VERMILION),
    "stable": ("database order", "o", style.BLACK),
    "expected": ("expected", "D", style.BLUE),
    "relevant_first": ("relevant first", ">", style.GREEN),
}


@style.look()
def tie_rules(frame: pd.DataFrame) -> Figure:
    """mAP under the four rules, a panel a protocol and a row a code set.

    Args:
        frame: columns `protocol`, `codes`, `ties`, `mAP`.
    """
    panels = dict(iter(frame.groupby("protocol", sort=False)))
    heights = [0.8 + part["codes"].nunique() for part in panels.values()]
    size = {"grid": (len(panels), 1), "height": 0.6 + 0.36 * sum(heights), "height_ratios": heights}
    drawn, axes = style.figure(columns=2, squeeze=False, **size)
    for axis, (protocol, part) in zip(axes[:, 0], panels.items(), strict=True):
        _tie_rows(axis, part)
        axis.set_xlabel(protocol)
    drawn.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(_RULES))
    return drawn


def _tie_rows(axis: Axes, frame: pd.DataFrame) -> None:
    """A row a code set: a bar from the smallest to the largest mAP and a marker a rule."""
    grey = {"color": "#BBBBBB", "marker": "", "linestyle": "none", "err_kws": {"linewidth": 3, "zorder": 1}}
    sns.pointplot(frame, x="mAP", y="codes", errorbar=("pi", 100), ax=axis, **grey)
    for rule, (label, marker, colour) in _RULES.items():
        part = frame[frame["ties"] == rule]
        hollow = {"facecolors": "none", "s": 70} if rule == "stable" else {"facecolors": colour, "s": 26}
        axis.scatter(part["mAP"], part["codes"], marker=marker, edgecolors=colour, label=label, zorder=2, **hollow)
    axis.set_ylabel("")


@style.look()
def shuffle_histogram(frame: pd.DataFrame, *, expected: float) -> Figure:
    """mAP of shuffled databases in stable order, beside the mean over all orders.

    Args:
        frame: columns `shuffle`, `mAP`.
        expected: mAP under the rule `expected`.
    """
    drawn, axis = style.figure(columns=1)
    sns.histplot(frame["mAP"], bins=12, color=style.SKY, edgecolor="white", label="shuffled database", ax=axis)
    axis.axvline(frame["mAP"].mean(), color=style.BLACK, linestyle="--", label="mean of the shuffles")
    axis.axvline(expected, color=style.BLUE, label="expected")
    axis.set(xlabel="mAP, ties in database order", ylabel="shuffles")
    axis.ticklabel_format(axis="x", useOffset=False)
    axis.locator_params(axis="x", nbins=4)
    drawn.legend(loc="outside upper center", ncols=2)
    return drawn


@style.look()
def recall_curve(frame: pd.DataFrame) -> Figure:
    """Recall of an inverted file against the share of comparisons it makes, a point a number of probes.

    Args:
        frame: columns `probes`, `visited` (share of an exact search's comparisons) and `recall`.
    """
    drawn, axis = style.figure(columns=1)
    axis.plot(100 * frame["visited"], frame["recall"], **style.line_style(0))
    for row in frame.itertuples():
        axis.annotate(
            f"{row.probes}", (100 * row.visited, row.recall), textcoords="offset points", xytext=(5, -9), fontsize=7
        )
    axis.set(xlabel="comparisons, % of an exact search", ylabel="recall", xscale="log")
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.margins(x=0.1, y=0.15)
    return drawn


@style.look()
def growth_lines(frame: pd.DataFrame, *, x: str, y: str, by: str, label: str) -> Figure:
    """Measured time over a size on logarithmic axes, with the fitted exponents in the legend.

    Args:
        frame: columns `x`, `y`, `exponent` and `by`.
        x, y: columns of size and time.
        by: column that names the lines.
        label: of the vertical axis, with its unit.
    """
    drawn, axis = style.figure(columns=1)
    for place, (name, part) in enumerate(frame.groupby(by, sort=False)):
        exponent = f"{name}: time ∝ size$^{{{part['exponent'].iloc[0]:.2f}}}$"
        axis.plot(part[x], part[y], label=exponent, **style.line_style(place))
    axis.set(xscale="log", yscale="log", xlabel=x, ylabel=label)
    axis.legend()
    return drawn
