"""Chapter 04, CSQ on images: the λ grid, outputs near ±1, and the verdicts on them (supplement, section 2)."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from chapters.shared.comparisons import Verdict, compare_pairs, deciding, described, judge_rows
from chapters.shared.derived import VALIDATION, listed_table, points_table
from chapters.shared.figures import DISTANCES
from chapters.shared.readings import joined
from chapters.shared.scores import converged, select, validation_map, validation_precisions
from hashcenters.datasets.splits import HashingData
from hashcenters.training.run import Run
from workbook import style

PAIR = ["lambda_1", "lambda_2"]
MAGNITUDES = ["mean |y|", "share below 0.9", "mean (1 − |y|)²"]


def grid_table(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """Columns λ1, λ2 and validation mAP of a grid, the mean over its seeds."""
    scored = [(validation_map(run, data), converged(run.history())) for run in runs["run"]]
    scored = pd.DataFrame(scored, columns=[VALIDATION, "converged"], index=runs.index)
    named = runs[[*PAIR, "bits", "seed"]].set_axis(["λ1", "λ2", "bits", "seed"], axis=1)
    return points_table(named.join(scored), by=["λ1", "λ2"], value=VALIDATION)


def grid_scores(table: pd.DataFrame) -> pd.DataFrame:
    """`grid_table` with the names of the options: columns lambda_1, lambda_2, validation mAP."""
    return table.set_axis([*PAIR, VALIDATION], axis=1)


def grid_browser(runs: pd.DataFrame, scores: pd.DataFrame) -> tuple[Callable[..., Figure], dict[str, list[float]]]:
    """A function that draws one point of the λ grid with its first training, and its choices, for `live.sliders`.

    Args:
        runs: the grid.
        scores: of the grid, from `grid_scores`; the function starts at the best point.
    """
    found = runs.drop_duplicates(PAIR).set_index(PAIR)["run"]
    start = [float(value) for value in scores.loc[scores[VALIDATION].idxmax(), PAIR]]

    def browse(lambda_1: float = start[0], lambda_2: float = start[1]) -> Figure:
        return grid_cell(scores, found[lambda_1, lambda_2].history(), lambda_1=lambda_1, lambda_2=lambda_2)

    return browse, {name: sorted(map(float, runs[name].unique())) for name in PAIR}


def compare_points(runs: pd.DataFrame, data: HashingData, *, document: tuple[float, float]) -> pd.DataFrame | None:
    """The document's λ1 and λ2 against every other point of the grid, by AP of validation samples; None where the grid
    does not hold that pair and another."""
    points = dict.fromkeys(runs[PAIR].itertuples(index=False, name=None))
    if document not in points or len(points) < 2:
        return None
    names = {pair: f"λ1 = {pair[0]:g}, λ2 = {pair[1]:g}" for pair in points} | {document: "document"}
    named = runs.assign(point=[names[pair] for pair in runs[PAIR].itertuples(index=False, name=None)])
    pairs = [("document", name) for name in names.values() if name != "document"]
    own = {"precisions": validation_precisions, "measure": VALIDATION}
    return compare_pairs(named, data, pairs=pairs, bits=runs["bits"].unique().tolist(), by="point", **own)


def judge_grid(scores: pd.DataFrame, compared: pd.DataFrame | None, *, document: tuple[float, float]) -> Verdict:
    """Whether the document's λ1 and λ2 beat every other point of the grid on the validation split.

    The weakest comparison decides: one point that is better, by an interval over seeds and validation samples, and
    it is `not-shown`; one that cannot be told from it, and it is `inconclusive`. So is a grid of one seed.

    Args:
        scores: from `grid_scores`.
        compared: from `compare_points`.
        document: λ1 and λ2 of the document.
    """
    best = scores.loc[scores[VALIDATION].idxmax()]
    observed = f"best point: λ1 = {best.lambda_1:g}, λ2 = {best.lambda_2:g}"
    if compared is None:
        missing = "the grid does not hold that pair and another"
        return {"verdict": "inconclusive", "observed": observed, "pair": document, "evidence": missing}
    found = judge_rows(compared, over="seeds and validation samples")
    return found | {"observed": f"{observed}; validation mAP, {described(deciding(compared))}", "pair": document}


def magnitudes(run: Run) -> np.ndarray:
    """|y| of all query outputs of a training."""
    return np.abs(run.outputs("query").ravel(), dtype=float)


def magnitude_shares(runs: pd.DataFrame, losses: Sequence[str], *, bits: int) -> pd.DataFrame:
    """Columns magnitude (middle of one of 40 bins), share and loss_name."""
    edges = np.linspace(0, 1, 41)
    frames = []
    for loss in losses:
        values = np.concatenate([magnitudes(run) for run in select(runs, loss=loss, bits=bits)["run"]])
        share = np.histogram(values, edges)[0] / len(values)
        frames.append(pd.DataFrame({"magnitude": (edges[1:] + edges[:-1]) / 2, "share": share, "loss_name": loss}))
    return pd.concat(frames, ignore_index=True)


def magnitude_scores(runs: pd.DataFrame, losses: Sequence[str]) -> pd.DataFrame:
    """Mean of |y|, share of outputs below 0.9, and the mean squared change by cutting to signs, a row a training."""
    rows = []
    chosen = runs[runs["loss"].isin(losses)].sort_values("bits", kind="stable")
    for loss, bits, seed, run in chosen[["loss", "bits", "seed", "run"]].itertuples(index=False):
        values = magnitudes(run)
        described_by = values.mean(), (values < 0.9).mean(), ((1 - values) ** 2).mean()
        rows.append((loss, bits, seed, *described_by, converged(run.history())))
    return pd.DataFrame(rows, columns=["loss", "bits", "seed", *MAGNITUDES, "converged"])


def magnitude_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Means and deviations of `magnitude_scores` over the seeds, by loss and length."""
    return listed_table(scores, by="loss", measures=MAGNITUDES)


def grid_reading(scores: pd.DataFrame, *, document: tuple[float, float]) -> str:
    """The best point of the λ grid beside the document's.

    Args:
        scores: from `grid_scores`.
        document: λ1 and λ2 of the document.
    """
    best = scores.loc[scores[VALIDATION].idxmax()]
    point = f"λ1 = {best.lambda_1:g}, λ2 = {best.lambda_2:g}"
    text = f"The best of {len(scores)} points is {point} ({best[VALIDATION]:.3f})"
    pair = select(scores, lambda_1=document[0], lambda_2=document[1])
    pair_name = f"λ1 = {document[0]:g}, λ2 = {document[1]:g}"
    theirs = [f"; the document's {pair_name} has {score:.3f}" for score in pair[VALIDATION]]
    return "".join([text, *theirs, "."])


def magnitude_reading(scores: pd.DataFrame) -> str:
    """Mean |y| of every loss at the longest code.

    Args:
        scores: from `magnitude_scores`.
    """
    longest = scores["bits"].max()
    means = select(scores, bits=longest).groupby("loss", sort=False)[MAGNITUDES[0]].mean()
    return f"At {longest} bits the mean of |y| is {joined([f'{value:.3f} ({loss})' for loss, value in means.items()])}."


@style.look()
def lambda_heatmap(frame: pd.DataFrame) -> Figure:
    """The grid over λ1 and λ2, the best cell framed.

    Args:
        frame: columns `lambda_1`, `lambda_2`, `validation mAP`.
    """
    drawn, axes = style.figure(columns=1, height=2.7)
    table = _lambda_table(frame)
    best = divmod(int(np.nanargmax(table)), table.shape[1])
    style.heatmap(table, axes, framed=best, cbar_kws={"label": "validation mAP"})
    return drawn


@style.look()
def grid_cell(frame: pd.DataFrame, history: pd.DataFrame, *, lambda_1: float | int, lambda_2: float | int) -> Figure:
    """One cell of the grid over λ1 and λ2: its place on the left, its training on the right.

    Args:
        frame: columns `lambda_1`, `lambda_2`, `validation mAP`.
        history: of that cell's training: columns `epoch`, `own_distance`, `other_distance`.
        lambda_1, lambda_2: the cell.
    """
    drawn, (left, right) = style.figure(columns=2, height=2.6, grid=(1, 2))
    table = _lambda_table(frame)
    place = (table.index.get_loc(f"{lambda_1:g}"), table.columns.get_loc(f"{lambda_2:g}"))
    style.heatmap(table, left, framed=place, cbar_kws={"label": "validation mAP"})
    for number, (column, label) in enumerate(DISTANCES.items()):
        right.plot(history["epoch"], history[column], label=label, **style.line_style(number))
    title = f"λ1 = {lambda_1:g}, λ2 = {lambda_2:g}: validation mAP {table.iloc[place]:.3f}"
    right.set(xlabel="epoch", ylabel="mean distance (bits)", title=title, ylim=(0, None))
    right.legend()
    return drawn


def _lambda_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A row a λ1, a column a λ2."""
    table = frame.pivot(index="lambda_1", columns="lambda_2", values="validation mAP")
    table = table.rename(index="{:g}".format, columns="{:g}".format)
    return table.rename_axis(index="λ1 (quantization)", columns="λ2 (pairwise)")


@style.look()
def magnitude_histogram(frame: pd.DataFrame) -> Figure:
    """Shares of outputs by |y|, a line a method.

    Args:
        frame: columns `magnitude` (middle of the bin, 0–1), `share` (0–1), `loss_name`.
    """
    drawn, axes = style.panels(frame, x="magnitude", y="share", lines="loss_name")
    labels = {"xlabel": "magnitude |y| of an output", "ylabel": "share of outputs"}
    axes[0, 0].set(**labels, yscale="log", xlim=(0, 1))
    return drawn
