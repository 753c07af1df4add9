"""From finished trainings to rows of a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64

from hashcenters.codes import diagnostics
from hashcenters.datasets.splits import HashingData
from hashcenters.experiments.csq import Cell
from hashcenters.metrics import average_precision
from hashcenters.training.run import Run

CONVERGED = 0.02  # share of the whole fall of the loss that the last fifth of the epochs may still bring


def query_precisions(
    run: Run, data: HashingData, *, ties: str = "expected"
) -> Float64[np.ndarray, "n_query"]:
    """AP@k of every query against the database, with the protocol's k."""
    return average_precision(
        run.codes("query"),
        data.query.labels,
        run.codes("database"),
        data.database.labels,
        top_k=data.top_k,
        ties=ties,
    )


def validation_precisions(run: Run, data: HashingData) -> Float64[np.ndarray, "n_validation"]:
    """AP@k of every validation sample against the training split, for choices of a setting."""
    return average_precision(
        run.codes("validation"),
        data.validation.labels,
        run.codes("train"),
        data.train.labels,
        top_k=data.top_k,
    )


def validation_map(run: Run, data: HashingData) -> float:
    """The mean of `validation_precisions`."""
    return float(np.nanmean(validation_precisions(run, data)))


def converged(history: pd.DataFrame, *, share: float = CONVERGED) -> bool:
    """Whether the loss reached its plateau: the last fifth of the epochs, at least two, brought little.

    Args:
        history: column `loss`, one row an epoch.
        share: of the whole fall of the loss that the last fifth may still bring, 0–1.
    """
    loss = history["loss"].to_numpy()
    width = max(2, len(loss) // 5)
    if len(loss) <= width:
        return False
    return bool(loss[-1 - width] - loss[-1] <= share * (loss[0] - loss[-1]))


def score_table(cells: Sequence[Cell], runs: Sequence[Run], data: HashingData) -> pd.DataFrame:
    """One row a training: its labels, mAP with expected ties, convergence and health of the query codes."""
    rows = [
        dict(cell.labels)
        | {"mAP": float(np.nanmean(query_precisions(run, data))), "converged": converged(run.history())}
        | diagnostics(run.outputs("query"))
        for cell, run in zip(cells, runs, strict=True)
    ]
    return pd.DataFrame(rows)


def select(cells: Sequence[Cell], runs: Sequence[Run], **wanted: Any) -> list[Run]:
    """The trainings whose labels hold the wanted values."""
    pairs = zip(cells, runs, strict=True)
    return [run for cell, run in pairs if wanted.items() <= dict(cell.labels).items()]


def per_query_mean(
    cells: Sequence[Cell], runs: Sequence[Run], data: HashingData, **wanted: Any
) -> Float64[np.ndarray, "n_query"]:
    """AP of every query, averaged over the trainings whose labels hold the wanted values (over seeds, say)."""
    return np.mean([query_precisions(run, data) for run in select(cells, runs, **wanted)], axis=0)


def histories(cells: Sequence[Cell], runs: Sequence[Run]) -> pd.DataFrame:
    """The histories of all trainings under each other, with their labels as columns."""
    frames = [run.history().assign(**cell.labels) for cell, run in zip(cells, runs, strict=True)]
    return pd.concat(frames, ignore_index=True)


def protocol(data: HashingData, **further: Any) -> Mapping[str, Any]:
    """What every table of retrieval results says of itself."""
    depth = "All" if data.top_k is None else data.top_k
    return {
        "dataset": data.name,
        "protocol": data.protocol,
        "top_k": depth,
        "ties": "expected (mean over all orders of tied items)",
        "epoch": "last",
        **further,
    }
