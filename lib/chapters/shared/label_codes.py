"""Hash codes against nothing but classes (Sablayrolles et al. 2017), for finished trainings and for code sets."""

import pandas as pd

from chapters.shared.comparisons import as_finding, judge_rows, with_interval
from chapters.shared.derived import MARGIN, Verdict, settled_as, stored_table
from chapters.shared.scores import labels_of, select
from hashcenters.codes import binarise
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics.label_codes import LABELLED, PREDICTED, ROWS, label_code_precisions
from hashcenters.training.run import Run
from workbook.claims import weakest


def label_code_scores(run: Run, data: HashingData) -> dict[str, float]:
    """mAP of a training's codes and of classes alone, by the centers that it ended with.

    Args:
        run: the training; a code is taken for the class whose center is nearest.
        data: what it learned from, with one class an item.

    Raises:
        InputError: items with several labels.
    """
    centers = binarise(run.centers_by_epoch()[-1])
    codes = run.codes("query"), data.query.labels, run.codes("database"), data.database.labels
    found = label_code_precisions(*codes, centers, top_k=data.top_k)
    return {name: float(precisions.mean()) for name, precisions in found.items()}


def label_code_table(runs: pd.DataFrame, data: HashingData, scored: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods and code lengths down, what is stored of an item across: mean ± sample standard deviation of mAP.

    Args:
        runs: trainings with labels `bits`, `seed` and `by`.
        data: what they learned from.
        scored: from `score_table`, of these trainings at least, which says what has converged.
        by: the label that names methods.
    """
    found = labels_of(runs).join(pd.DataFrame(label_code_scores(run, data) for run in runs["run"]))
    scores = settled_as(scored, found, by=by).melt([by, "bits", "seed", "converged"], [*ROWS], "stored", "mAP")
    return stored_table(scores, by=by)


def judge_label_codes(table: pd.DataFrame) -> Verdict:
    """Whether classes alone do as well as hash codes where the database is labelled, and worse where it is not.

    Args:
        table: of `label_code_differences`.
    """
    parts = [
        f"{row.codes}, {row.stored.removeprefix('label code, ')}, {row.bits} bits: "
        f"{with_interval(row.mean, row.low, row.high)}"
        for row in table.itertuples()
    ]
    rows, kinds = table.assign(converged=True), ((LABELLED, MARGIN), (PREDICTED, 0.0))
    judged = [judge_rows(select(rows, stored=stored), margin=margin) for stored, margin in kinds]
    follows = [row for one in judged for row in one.get("follows", ())]
    verdict = weakest(one["verdict"] for one in judged)
    return as_finding({"verdict": verdict, "observed": "; ".join(parts), "margin": MARGIN, "follows": follows})
