"""Frames behind the figures and tables of the training notebooks."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int8
from matplotlib.figure import Figure

from hashcenters import plots
from hashcenters.claims import trend
from hashcenters.codes import hamming_distance
from hashcenters.datasets.splits import HashingData, Split
from hashcenters.experiments.csq import Cell
from hashcenters.experiments.scores import per_query_mean, validation_map
from hashcenters.live import is_live
from hashcenters.metrics import precision_recall_by_rank
from hashcenters.tables import mean_std
from hashcenters.training.run import Run

# data sets whose pictures may be printed: the digits ship in scikit-learn, a folder is the user's own
PRINTABLE = ("digits100", "scenes", "clips", "image-folder")


def loss_name(cell: Cell) -> str:
    """The name of a cell's loss, or of its method where it has none."""
    return cell.labels.get("loss") or cell.labels["method"]


def sample_frame(data: HashingData, *, count: int = 10) -> pd.DataFrame:
    """Rows of the training split, one for each of `count` classes spread over all, with their names."""
    labels = data.train.labels
    chosen = np.linspace(0, data.num_classes - 1, min(count, data.num_classes)).round().astype(int)
    members = labels[:, None] == chosen if labels.ndim == 1 else labels[:, chosen] > 0
    rows = members.argmax(axis=0).tolist()
    return pd.DataFrame({"row": rows, "name": [class_text(data, data.train, row) for row in rows]})


def class_text(data: HashingData, split: Split, row: int) -> str:
    """The class name of a sample; several labels are joined by commas."""
    label = split.labels[row]
    present = [int(label)] if label.ndim == 0 else np.flatnonzero(label)
    return ", ".join(data.class_names[index] for index in present)


def showable(data: HashingData, split: Split, rows: Sequence[int]) -> list[np.ndarray] | None:
    """Pictures of samples as (height, width) or (height, width, 3) arrays, None where they may not be printed.

    Somebody who works with a notebook sees the pictures of any data set: what a live session draws is not kept
    among the results.
    """
    if data.name not in PRINTABLE and not is_live():
        return None
    batch = split.inputs.batch(np.asarray(rows))
    stills = batch if batch.ndim == 4 else batch[:, :, batch.shape[2] // 2]
    return [still[0] if len(still) == 1 else still.transpose(1, 2, 0) for still in stills]


def ablation_table(scores: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods down, code lengths across, mean ± standard deviation in the cells; and how many runs converged."""
    summary = mean_std(scores, [by, "bits"], "mAP")
    table = summary.pivot(index=by, columns="bits", values="mAP")
    table = table.loc[list(dict.fromkeys(scores[by]))]
    table.columns = [f"{bits} bits" for bits in table.columns]
    converged = scores.groupby(by, sort=False)["converged"]
    table["converged"] = [
        f"{converged.get_group(name).sum()} of {len(converged.get_group(name))}" for name in table.index
    ]
    return table.reset_index()


def loss_curves(cells: Sequence[Cell], runs: Sequence[Run]) -> pd.DataFrame:
    """Columns epoch, loss, loss_name, bits, seed of all trainings."""
    frames = [
        run.history()[["epoch", "loss"]].assign(
            loss_name=loss_name(cell), bits=cell.labels["bits"], seed=cell.labels["seed"]
        )
        for cell, run in zip(cells, runs, strict=True)
    ]
    return pd.concat(frames, ignore_index=True)


def compare_methods(
    cells: Sequence[Cell],
    runs: Sequence[Run],
    data: HashingData,
    *,
    better: str,
    bits: Sequence[int],
    by: str,
) -> pd.DataFrame:
    """One method minus each other: mean difference of AP over queries, its 95 % interval, and the verdict.

    AP of a query is averaged over the seeds before queries are paired.

    Args:
        better: the method that is expected to win.
        by: the label that names methods.
    """
    others = [name for name in dict.fromkeys(cell.labels[by] for cell in cells) if name != better]
    rows = []
    for length in bits:
        first = per_query_mean(cells, runs, data, bits=length, **{by: better})
        for other in others:
            second = per_query_mean(cells, runs, data, bits=length, **{by: other})
            found = trend((first - second)[np.isfinite(first)])
            rows.append(
                {
                    "bits": length,
                    "difference": f"{better} − {other}",
                    "mean": found.mean,
                    "low": found.low,
                    "high": found.high,
                    "verdict": found.verdict,
                }
            )
    return pd.DataFrame(rows)


def precision_recall(
    cells: Sequence[Cell], runs: Sequence[Run], data: HashingData, *, seed: int, by: str = "loss"
) -> pd.DataFrame:
    """Columns recall, precision, bits and `by`, for the trainings of one seed."""
    frames = []
    for cell, run in zip(cells, runs, strict=True):
        if cell.labels["seed"] != seed:
            continue
        curve = precision_recall_by_rank(
            run.codes("query"), data.query.labels, run.codes("database"), data.database.labels
        )
        frames.append(
            curve[["recall", "precision"]].assign(bits=cell.labels["bits"], **{by: cell.labels[by]})
        )
    return pd.concat(frames, ignore_index=True)


def grid_scores(cells: Sequence[Cell], runs: Sequence[Run], data: HashingData) -> pd.DataFrame:
    """Columns lambda_1, lambda_2 and validation mAP of a grid."""
    rows = [
        {
            "lambda_1": cell.labels["lambda_1"],
            "lambda_2": cell.labels["lambda_2"],
            "validation mAP": validation_map(run, data),
        }
        for cell, run in zip(cells, runs, strict=True)
    ]
    return pd.DataFrame(rows)


def grid_browser(
    cells: Sequence[Cell], runs: Sequence[Run], scores: pd.DataFrame
) -> tuple[Callable[..., Figure], dict[str, list[float]]]:
    """A function that draws one cell of the λ grid with its training, and the choices it takes, for `live.sliders`.

    Args:
        cells, runs: the grid and its trainings.
        scores: of the grid, from `grid_scores`; the function starts at the best cell.
    """
    found = {
        (cell.labels["lambda_1"], cell.labels["lambda_2"]): run for cell, run in zip(cells, runs, strict=True)
    }
    best = scores.loc[scores["validation mAP"].idxmax()]
    start = (float(best.lambda_1), float(best.lambda_2))

    def browse(lambda_1: float = start[0], lambda_2: float = start[1]) -> Figure:
        history = found[lambda_1, lambda_2].history()
        return plots.grid_cell(scores, history, lambda_1=lambda_1, lambda_2=lambda_2)

    first, second = (sorted({float(pair[place]) for pair in found}) for place in (0, 1))
    return browse, {"lambda_1": first, "lambda_2": second}


def magnitudes(cells: Sequence[Cell], runs: Sequence[Run], *, loss: str, bits: int) -> np.ndarray:
    """|y| of all query outputs of the trainings with one loss and length."""
    chosen = [
        run.outputs("query").ravel()
        for cell, run in zip(cells, runs, strict=True)
        if loss_name(cell) == loss and cell.labels["bits"] == bits
    ]
    return np.abs(np.concatenate(chosen))


def magnitude_shares(
    cells: Sequence[Cell], runs: Sequence[Run], losses: Sequence[str], *, bits: int, bins: int = 40
) -> pd.DataFrame:
    """Columns magnitude (middle of a bin), share and loss_name."""
    edges = np.linspace(0, 1, bins + 1)
    frames = []
    for loss in losses:
        values = magnitudes(cells, runs, loss=loss, bits=bits)
        share = np.histogram(values, edges)[0] / len(values)
        frames.append(
            pd.DataFrame({"magnitude": (edges[1:] + edges[:-1]) / 2, "share": share, "loss_name": loss})
        )
    return pd.concat(frames, ignore_index=True)


def wrong_signs(run: Run, data: HashingData) -> Bool[np.ndarray, "n_query bits"]:
    """Which bits of the queries' outputs have another sign than the center of their class."""
    return run.outputs("query") * run.config.center_array()[data.query.labels] < 0


def wrong_bits(cells: Sequence[Cell], runs: Sequence[Run], data: HashingData) -> pd.DataFrame:
    """How many bits of queries have another sign than their center, and how firmly.

    Returns:
        One row a training: loss, seed, validation mAP, wrong bits (share, 0–1) and |y| of wrong bits (mean).
    """
    rows = []
    for cell, run in zip(cells, runs, strict=True):
        outputs, wrong = run.outputs("query"), wrong_signs(run, data)
        rows.append(
            {
                "loss": cell.labels["loss"],
                "seed": cell.labels["seed"],
                "validation mAP": validation_map(run, data),
                "wrong bits": wrong.mean(),
                "|y| of wrong bits": np.abs(outputs[wrong]).mean() if wrong.any() else np.nan,
            }
        )
    return pd.DataFrame(rows)


def magnitude_table(cells: Sequence[Cell], runs: Sequence[Run], losses: Sequence[str]) -> pd.DataFrame:
    """Mean of |y|, share of outputs below 0.9, and the mean squared change by cutting to signs."""
    rows = []
    for bits in sorted({cell.labels["bits"] for cell in cells}):
        for loss in losses:
            values = magnitudes(cells, runs, loss=loss, bits=bits)
            rows.append(
                {
                    "bits": bits,
                    "loss": loss,
                    "mean |y|": values.mean(),
                    "share below 0.9": (values < 0.9).mean(),
                    "mean (1 − |y|)²": ((1 - values) ** 2).mean(),
                }
            )
    return pd.DataFrame(rows)


def neighbours(run: Run, data: HashingData, *, queries: int, depth: int) -> pd.DataFrame:
    """Queries of classes spread over all, each followed by its nearest database items; see `neighbour_frame`."""
    labels = data.query.labels
    by_class = np.argsort(labels if labels.ndim == 1 else labels.argmax(axis=1), kind="stable")
    chosen = by_class[np.linspace(0, len(data.query) - 1, min(queries, len(by_class))).round().astype(int)]
    return neighbour_frame(run.codes("query"), run.codes("database"), data, chosen.tolist(), depth=depth)


def neighbour_frame(
    query_codes: Int8[np.ndarray, "n_query bits"],
    database_codes: Int8[np.ndarray, "n_database bits"],
    data: HashingData,
    queries: Sequence[int],
    *,
    depth: int,
) -> pd.DataFrame:
    """Chosen queries, each followed by its nearest database items, in database order within ties.

    Returns:
        columns query, rank (0 for the query), row (in its split), name, distance in bits, relevant.
    """
    distance = hamming_distance(query_codes[queries], database_codes)
    rows = []
    for number, (query, line) in enumerate(zip(queries, distance, strict=True)):
        own = class_text(data, data.query, query)
        rows.append((number, 0, query, own, 0, True))
        for rank, item in enumerate(np.argsort(line, kind="stable")[:depth].tolist(), start=1):
            relevant = share_label(data.query.labels[query], data.database.labels[item])
            rows.append((number, rank, item, class_text(data, data.database, item), line[item], relevant))
    return pd.DataFrame(rows, columns=["query", "rank", "row", "name", "distance", "relevant"])


def share_label(first: np.ndarray | np.integer, second: np.ndarray | np.integer) -> bool:
    """Whether two samples' labels make them similar."""
    return bool(first == second if first.ndim == 0 else (first & second).any())


def neighbour_images(tiles: pd.DataFrame, data: HashingData) -> list[np.ndarray] | None:
    """The picture of every tile of `neighbours`, None where they may not be printed."""
    pictures = []
    for tile in tiles.itertuples():
        shown = showable(data, data.query if tile.rank == 0 else data.database, [tile.row])
        if shown is None:
            return None
        pictures += shown
    return pictures
