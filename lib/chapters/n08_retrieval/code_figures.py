"""Figures of trained codes: one query at a glance, maps, distances and AP of classes, balance of bits."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

from chapters.n08_retrieval.code_views import OTHERS
from chapters.shared.figures import fitting
from workbook import style

_GREY = "#C8C8C8"
_STRIP = ListedColormap(["#E4E4E4", "#4A4A4A", "#F0B48C", style.VERMILION])  # −1, +1, and both where they differ


@style.look()
def glance(frame: pd.DataFrame, images: Sequence[np.ndarray] | None) -> Figure:
    """A query above items of its ranking, each with its code as a strip; bits that differ from the query's stand out.

    Args:
        frame: from `code_views.at_a_glance`.
        images: one picture a row, None where they may not be shown.
    """
    size = {"height": 0.4 + 0.36 * len(frame), "grid": (len(frame), 2), "width_ratios": (1, 9), "squeeze": False}
    drawn, axes = style.figure(columns=2, **size)
    codes = np.array([[int(bit) for bit in code] for code in frame["code"]])
    for place, (tile, (left, right)) in enumerate(zip(frame.itertuples(), axes, strict=True)):
        if images is not None:
            left.imshow(images[place], cmap="gray", aspect="equal")
        differs = codes[place] != codes[0]
        right.pcolormesh(codes[[place]] + 2 * differs, cmap=_STRIP, vmin=0, vmax=3, edgecolors="white", linewidth=0.6)
        role = "query" if tile.rank == 0 else f"rank {tile.rank:,}"
        style.bare(left).set_ylabel(
            f"{role}\n{fitting(tile.name, width=16)}", rotation=0, ha="right", va="center", size=7
        )
        mark = "✓" if tile.relevant else "✗"
        label = "" if tile.rank == 0 else f"{mark} {tile.distance} differ"
        colour = style.BLACK if tile.rank == 0 else style.BLUE if tile.relevant else style.VERMILION
        style.bare(right).set_ylabel(label, rotation=0, ha="left", va="center", size=7.5, color=colour)
        right.yaxis.set_label_position("right")
    about = f"hash code of {len(codes[0])} bits, light −1 and dark +1; orange where it differs from the query's"
    axes[0, 1].set_title(about, size=8, weight="normal")
    return drawn


@style.look()
def code_maps(frame: pd.DataFrame) -> Figure:
    """A map a method: a point a query, some classes in colours and signs of their own.

    Args:
        frame: from `code_views.maps`.
    """
    methods = list(frame["method"].unique())
    columns = min(3, len(methods))
    rows = -(-len(methods) // columns)
    drawn, axes = style.figure(columns=2, height=0.4 + 2.15 * rows, grid=(rows, columns), squeeze=False)
    names = [name for name in frame["name"].unique() if name != OTHERS]
    for axis, method in zip(axes.flat, methods, strict=False):
        part = frame[frame["method"] == method]
        rest = part[part["name"] == OTHERS]
        axis.scatter(rest["x"], rest["y"], s=3, color=_GREY, linewidths=0, label=OTHERS)
        for place, name in enumerate(sorted(names)):
            one = part[part["name"] == name]
            look = {"marker": style.MARKERS[place % len(style.MARKERS)], "color": style.LINES[place % len(style.LINES)]}
            axis.scatter(one["x"], one["y"], s=16, edgecolors="#333333", linewidths=0.3, label=fitting(name), **look)
        axis.set_title(method)
    for axis in axes.flat:
        style.bare(axis)
    style.legend_below(drawn)
    return drawn


@style.look()
def class_distance_maps(tables: Mapping[str, pd.DataFrame], *, bits: int) -> Figure:
    """Mean distance of every class of queries to every class of items, a panel a method, in steps around half the bits.

    Args:
        tables: from `code_views.class_distances`, by method.
        bits: length of the codes.
    """
    size = {"height": 0.7 + 5.6 / max(2, len(tables)), "grid": (1, len(tables)), "squeeze": False}
    drawn, axes = style.figure(columns=2, **size)
    edges = bits * np.array([0, 1, 3, 5, 7, 9, 11, 13, 15, 16]) / 16
    steps = BoundaryNorm(edges, colormaps[style.SEQUENTIAL].N)
    for axis, (method, table) in zip(axes[0], tables.items(), strict=True):
        mesh = axis.imshow(table, norm=steps, cmap=style.SEQUENTIAL, interpolation="nearest")
        axis.grid(False)
        _some_names(axis, list(table.columns))
        axis.set(title=method, xlabel=table.columns.name, ylabel=table.index.name if axis is axes[0][0] else "")
    drawn.colorbar(mesh, ax=axes[0].tolist(), label="mean distance in bits", shrink=0.8, ticks=edges, format="{x:g}")
    return drawn


def _some_names(axis: Axes, names: Sequence[str], *, most: int = 10) -> None:
    """Names of at most so many classes on both axes."""
    places = np.arange(0, len(names), -(-len(names) // most))
    axis.set_xticks(places, [fitting(names[place]) for place in places], rotation=90, parse_math=False)
    axis.set_yticks(places, [fitting(names[place]) for place in places], parse_math=False)


@style.look()
def class_precision_points(frame: pd.DataFrame, *, named: int = 5) -> Figure:
    """AP of every class, from the lowest of the first method to its highest; the lowest are named.

    Args:
        frame: from `code_views.class_precisions`.
        named: how many classes.
    """
    methods = [column for column in frame if column != "class"]
    drawn, axis = style.figure(columns=2, height=2.5)
    for place, method in enumerate(methods):
        look = {"marker": style.MARKERS[place], "color": style.LINES[place], "linestyle": "none"}
        axis.plot(np.arange(1, len(frame) + 1), frame[method], markersize=3.5, label=method, **look)
    lowest = ", ".join(map(fitting, frame["class"][:named]))
    axis.set_title(f"lowest, from the left: {lowest}", size=7.5, weight="normal", parse_math=False)
    axis.set(xlabel=f"classes, in the order of {methods[0]}", ylabel="mean AP of the class", ylim=(-0.02, 1.04))
    drawn.legend(loc="outside upper center", ncols=len(methods))
    return drawn


@style.look()
def bit_curves(frame: pd.DataFrame) -> Figure:
    """Share of +1 of the bits and absolute correlation of pairs of bits, each in order of size, a line a method.

    Args:
        frame: from `code_views.bit_lines`.
    """
    drawn, axes = style.figure(columns=2, height=2.6, grid=(1, 2))
    titles = {"share of +1": ("bits in order of size, %", "share of +1")}
    titles |= {"correlation": ("pairs of bits in order of size, %", "correlation, absolute")}
    for axis, (measure, (across, up)) in zip(axes, titles.items(), strict=True):
        part = frame[frame["measure"] == measure]
        for place, (method, line) in enumerate(part.groupby("method", sort=False)):
            look = style.line_style(place) | {"markevery": max(1, len(line) // style.MOST_MARKERS)}
            sns.lineplot(line, x="percent", y="value", ax=axis, label=method, legend=False, **look)
        axis.set(xlabel=across, ylabel=up, ylim=(-0.02, 1.02))
    axes[0].axhline(0.5, color=_GREY, linewidth=0.8, zorder=0)
    style.legend_below(drawn)
    return drawn
