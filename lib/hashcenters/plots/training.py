"""Figures of trainings: learning curves, distances to centers, ablations, the λ grid, retrieved neighbours."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from hashcenters.plots import style

__all__ = [
    "ablation_bars",
    "center_distance_curves",
    "grid_cell",
    "lambda_heatmap",
    "learning_curves",
    "magnitude_histogram",
    "neighbour_tiles",
    "precision_recall_lines",
    "sample_tiles",
]
_DISTANCES = {"own_distance": "to the own center", "other_distance": "to the nearest other center"}


def learning_curves(frame: pd.DataFrame, *, by: str = "loss_name", panels: str = "bits") -> Figure:
    """Training loss over the epochs, as a share of its value after the first, a panel a length of code.

    Args:
        frame: columns `epoch`, `loss`, `by`, `panels`; several rows an epoch (seeds) are averaged.
        by: column that names the lines.
        panels: column that names the panels.
    """
    groups = list(frame.groupby(panels, sort=True))
    drawn, axes = style.figure(columns=2, height=2.4, grid=(1, len(groups)), sharey=True, squeeze=False)
    for axis, (panel, part) in zip(axes[0], groups, strict=True):
        for place, (name, lines) in enumerate(part.groupby(by, sort=False)):
            mean = lines.groupby("epoch")["loss"].mean()
            axis.plot(mean.index, mean / mean.iloc[0], label=name, **style.line_style(place))
        axis.set(title=f"{panel} {panels}", xlabel="epoch")
        axis.locator_params(axis="x", integer=True)
    axes[0][0].set_ylabel("loss / loss after epoch 1")
    _legend_below(drawn, axes[0][0])
    return drawn


def _legend_below(drawn: Figure, axis: object) -> None:
    """One legend for all panels, under them."""
    handles, names = axis.get_legend_handles_labels()
    drawn.legend(handles, names, loc="outside lower center", ncols=min(5, len(names)))


def center_distance_curves(frame: pd.DataFrame) -> Figure:
    """Mean Hamming distance of held-out samples to their own and to the nearest other center, over the epochs.

    Args:
        frame: columns `epoch`, `own_distance`, `other_distance`, `bits`, and several rows an epoch (seeds).
    """
    groups = list(frame.groupby("bits", sort=True))
    drawn, axes = style.figure(columns=2, height=2.4, grid=(1, len(groups)), squeeze=False)
    for axis, (bits, part) in zip(axes[0], groups, strict=True):
        for place, (column, name) in enumerate(_DISTANCES.items()):
            by_epoch = part.groupby("epoch")[column]
            axis.plot(by_epoch.mean(), label=name, **style.line_style(place))
            axis.fill_between(
                by_epoch.mean().index,
                by_epoch.min(),
                by_epoch.max(),
                color=style.LINES[place],
                alpha=0.2,
                lw=0,
            )
        axis.set(title=f"{bits} bits", xlabel="epoch", ylim=(0, None))
        axis.locator_params(axis="x", integer=True)
    axes[0][0].set_ylabel("Hamming distance in bits")
    _legend_below(drawn, axes[0][0])
    return drawn


def ablation_bars(frame: pd.DataFrame, *, by: str, value: str = "mAP", unit: str = "mAP") -> Figure:
    """Mean and standard deviation over seeds as points with bars, every seed as a small dot, a panel a length.

    Args:
        frame: columns `by`, `bits`, `value`, a row a seed.
        by: what is compared.
        value: what is measured.
        unit: label of the axis.
    """
    groups = list(frame.groupby("bits", sort=True))
    names = list(dict.fromkeys(frame[by]))
    height = 0.9 + 0.26 * len(names)
    drawn, axes = style.figure(columns=2, height=height, grid=(1, len(groups)), sharey=True, squeeze=False)
    for axis, (bits, part) in zip(axes[0], groups, strict=True):
        for place, name in enumerate(names):
            values = part.loc[part[by] == name, value]
            deviation = values.std(ddof=1) if len(values) > 1 else 0
            colour = style.LINES[place % len(style.LINES)]
            axis.errorbar(values.mean(), place, xerr=deviation, color=colour, marker="o", capsize=2)
            axis.plot(values, np.full(len(values), place + 0.25), ".", color=colour, markersize=2.5)
        axis.set(title=f"{bits} bits", xlabel=unit)
        axis.set_yticks(range(len(names)), names)
    axes[0][0].invert_yaxis()
    return drawn


def lambda_heatmap(frame: pd.DataFrame, *, value: str = "validation mAP") -> Figure:
    """The grid over λ1 and λ2, the best cell framed.

    Args:
        frame: columns `lambda_1`, `lambda_2`, `value`.
    """
    table = frame.pivot(index="lambda_1", columns="lambda_2", values=value)
    drawn, axes = style.figure(columns=1, height=2.7)
    image = _grid(axes, table, framed=np.unravel_index(np.nanargmax(table), table.shape))
    drawn.colorbar(image, ax=axes, label=value)
    return drawn


def grid_cell(
    frame: pd.DataFrame,
    history: pd.DataFrame,
    *,
    lambda_1: float | int,
    lambda_2: float | int,
    value: str = "validation mAP",
) -> Figure:
    """One cell of the grid over λ1 and λ2: its place on the left, its training on the right.

    Args:
        frame: columns `lambda_1`, `lambda_2`, `value`.
        history: of that cell's training: columns `epoch`, `own_distance`, `other_distance`.
        lambda_1, lambda_2: the cell.
    """
    table = frame.pivot(index="lambda_1", columns="lambda_2", values=value)
    drawn, (left, right) = style.figure(columns=2, height=2.6, grid=(1, 2))
    place = (table.index.get_loc(lambda_1), table.columns.get_loc(lambda_2))
    drawn.colorbar(_grid(left, table, framed=place), ax=left, label=value)
    for number, (column, label) in enumerate(_DISTANCES.items()):
        right.plot(history["epoch"], history[column], label=label, **style.line_style(number))
    right.set(
        xlabel="epoch",
        ylabel="mean distance (bits)",
        title=f"λ1 = {lambda_1:g}, λ2 = {lambda_2:g}: {value} {table.iloc[place]:.3f}",
    )
    right.set_ylim(bottom=0)
    right.legend()
    return drawn


def _grid(axes: Axes, table: pd.DataFrame, *, framed: Sequence[int | np.integer]) -> AxesImage:
    """Draw a grid with its values in the cells and a frame around one of them."""
    image = axes.imshow(table, aspect="auto")
    middle = (np.nanmin(table) + np.nanmax(table)) / 2
    for (row, column), cell in np.ndenumerate(table.to_numpy()):
        axes.text(
            column,
            row,
            f"{cell:.3f}",
            ha="center",
            va="center",
            size=7,
            color="black" if cell > middle else "white",
        )
    axes.add_patch(_frame(*framed))
    axes.set_xticks(range(table.shape[1]), [f"{name:g}" for name in table.columns])
    axes.set_yticks(range(table.shape[0]), [f"{name:g}" for name in table.index])
    axes.set(xlabel="λ2 (pairwise)", ylabel="λ1 (quantization)")
    axes.grid(False)
    return image


def _frame(row: int | np.integer, column: int | np.integer) -> Rectangle:
    return Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=style.VERMILION, linewidth=2)


def magnitude_histogram(frame: pd.DataFrame) -> Figure:
    """Shares of outputs by |y|, a line a method.

    Args:
        frame: columns `magnitude` (middle of the bin, 0–1), `share` (0–1), `loss_name`.
    """
    drawn, axes = style.figure(columns=1, height=2.4)
    for place, (name, part) in enumerate(frame.groupby("loss_name", sort=False)):
        axes.step(part["magnitude"], part["share"], where="mid", color=style.LINES[place], label=name)
    axes.set(xlabel="magnitude |y| of an output", ylabel="share of outputs", yscale="log", xlim=(0, 1))
    axes.legend()
    return drawn


def precision_recall_lines(frame: pd.DataFrame, *, by: str) -> Figure:
    """Precision over recall, a line a method, a panel a length.

    Args:
        frame: columns `recall`, `precision` (0–1), `bits` and `by`.
        by: what is compared.
    """
    groups = list(frame.groupby("bits", sort=True))
    drawn, axes = style.figure(columns=2, height=2.5, grid=(1, len(groups)), sharey=True, squeeze=False)
    for axis, (bits, part) in zip(axes[0], groups, strict=True):
        for place, (name, line) in enumerate(part.groupby(by, sort=False)):
            looks = style.line_style(place) | {"markevery": max(1, len(line) // 8)}
            axis.plot(line["recall"], line["precision"], label=name, **looks)
        axis.set(title=f"{bits} bits", xlabel="recall", xlim=(0, 1), ylim=(0, 1.02))
    axes[0][0].set_ylabel("precision")
    _legend_below(drawn, axes[0][0])
    return drawn


def sample_tiles(frame: pd.DataFrame, images: Sequence[np.ndarray] | None) -> Figure:
    """Samples in a row with their class names.

    Args:
        frame: column `name`, one row a sample.
        images: one picture a sample, None for tiles of words.
    """
    drawn, axes = style.figure(columns=2, height=0.85, grid=(1, len(frame)), squeeze=False)
    for place, (axis, name) in enumerate(zip(axes[0], frame["name"], strict=True)):
        if images is None:
            _words(axis, name)
        else:
            axis.imshow(images[place], cmap="gray")
            axis.set_xlabel(name, size=6.5)
        style.bare(axis)
    return drawn


def _words(axis: Axes, name: str) -> None:
    """A class name in place of a picture, a word a line."""
    axis.text(0.5, 0.5, fill(name, 10), transform=axis.transAxes, ha="center", va="center", size=5.5)


def neighbour_tiles(frame: pd.DataFrame, images: Sequence[np.ndarray] | None) -> Figure:
    """Queries and their nearest database items in a row each, right and wrong marked, distances below.

    Args:
        frame: one row a tile in reading order: `query` (row), `rank` (0 for the query itself), `name` (class),
            `distance` in bits, `relevant`.
        images: one grey (height, width) or colour (height, width, 3) picture a tile, None for tiles of words.
    """
    rows, columns = frame["query"].nunique(), frame["rank"].max() + 1
    drawn, axes = style.figure(columns=2, height=0.62 * rows + 0.3, grid=(rows, columns), squeeze=False)
    for place, tile in enumerate(frame.itertuples()):
        axis = axes[place // columns][place % columns]
        colour = style.BLACK if tile.rank == 0 else style.BLUE if tile.relevant else style.VERMILION
        if images is None:
            axis.set_facecolor("white" if tile.rank == 0 or tile.relevant else "#F7E0D3")
            _words(axis, tile.name)
        else:
            axis.imshow(images[place], cmap="gray", aspect="equal")
        style.bare(axis)
        for spine in axis.spines.values():
            spine.set(
                visible=True, color=colour, linewidth=1.6, linestyle="-" if tile.relevant else (0, (2, 1))
            )
        mark = "query" if tile.rank == 0 else f"{'✓' if tile.relevant else '✗'} {tile.distance}"
        axis.set_xlabel(mark, size=6, color=colour, labelpad=2)
    return drawn
