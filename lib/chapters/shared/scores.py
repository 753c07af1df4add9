"""From finished trainings to rows of a table.

A grid that has been trained is a frame `runs`: a row a training, its labels as columns, the training in `run`.
"""

from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64

from hashcenters.codes import diagnostics
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics import DEFAULT_TIES, TIES, average_precision, precision_recall_by_rank
from hashcenters.training.plateau import on_plateau
from hashcenters.training.run import Run

TIES_TEXT = f"{DEFAULT_TIES} ({TIES[DEFAULT_TIES]})"  # the rule of every mAP that names no other


def query_precisions(run: Run, data: HashingData) -> Float64[np.ndarray, "n_query"]:
    """AP@k of every query against the database, with the protocol's k."""
    return average_precision(
        run.codes("query"), data.query.labels, run.codes("database"), data.database.labels, top_k=data.top_k
    )


def validation_precisions(run: Run, data: HashingData) -> Float64[np.ndarray, "n_validation"]:
    """AP@k of every validation sample against the training split, for choices of a setting."""
    return average_precision(
        run.codes("validation"), data.validation.labels, run.codes("train"), data.train.labels, top_k=data.top_k
    )


def validation_map(run: Run, data: HashingData) -> float:
    """The mean of `validation_precisions`."""
    return float(np.nanmean(validation_precisions(run, data)))


def converged(history: pd.DataFrame) -> bool:
    """Whether the loss reached its plateau.

    Args:
        history: column `loss`, one row an epoch.
    """
    return on_plateau(history["loss"].tolist())


def labels_of(runs: pd.DataFrame) -> pd.DataFrame:
    """The labels of trainings without the trainings."""
    return runs.drop(columns="run").reset_index(drop=True)


def score_table(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """One row a training: its labels, mAP under the default tie rule, convergence and health of the query codes."""
    rows = [
        {"mAP": float(np.nanmean(query_precisions(run, data))), "converged": converged(run.history())}
        | diagnostics(run.outputs("query"))
        for run in runs["run"]
    ]
    return pd.concat([labels_of(runs), pd.DataFrame(rows)], axis=1)


def select(runs: pd.DataFrame, **wanted: Any) -> pd.DataFrame:
    """The trainings whose labels have the wanted values."""
    chosen = np.logical_and.reduce([runs[name] == value for name, value in wanted.items()])
    return runs[chosen]


def per_query_mean(runs: pd.DataFrame, data: HashingData) -> Float64[np.ndarray, "n_query"]:
    """AP of every query, averaged over trainings (over seeds, say)."""
    return np.mean([query_precisions(run, data) for run in runs["run"]], axis=0)


def histories(runs: pd.DataFrame) -> pd.DataFrame:
    """The histories of all trainings under each other, with their labels as columns."""
    labels = labels_of(runs).to_dict("records")
    frames = [run.history().assign(**row) for row, run in zip(labels, runs["run"], strict=True)]
    return pd.concat(frames, ignore_index=True)


def loss_curves(runs: pd.DataFrame) -> pd.DataFrame:
    """Columns epoch, loss, loss_name, bits, seed of all trainings."""
    chosen = ["epoch", "loss", "loss_name", "bits", "seed"]
    return histories(runs.rename(columns={"loss": "loss_name"}))[chosen]


def precision_recall(runs: pd.DataFrame, data: HashingData, *, by: str) -> pd.DataFrame:
    """Columns recall, precision, bits and `by` over the ranks, for trainings of one seed."""
    frames = []
    for name, bits, run in runs[[by, "bits", "run"]].itertuples(index=False):
        curve = precision_recall_by_rank(
            run.codes("query"), data.query.labels, run.codes("database"), data.database.labels
        )
        frames.append(curve[["recall", "precision"]].assign(bits=bits, **{by: name}))
    return pd.concat(frames, ignore_index=True)
