"""Hash codes against nothing but classes (Sablayrolles et al. 2017), for finished trainings and for code sets."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float64

from chapters.shared.comparisons import MARGIN, as_finding, overall, with_interval
from chapters.shared.derived import Verdict, judge_family, stored_table
from chapters.shared.scores import converged, labels_of
from hashcenters.codes import binarise
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics.label_codes import CODES, LABELLED, PREDICTED, ROWS, label_bits, label_code_precisions
from hashcenters.training.run import Run
from workbook.claims import weakest
from workbook.intervals import mean_of

BY_ROW = Mapping[str, Float64[np.ndarray, "n_query"]]  # AP of every query, by what is stored of an item


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


def label_code_table(runs: pd.DataFrame, data: HashingData, *, by: str) -> pd.DataFrame:
    """Methods and code lengths down, what is stored of an item across: mean ± sample standard deviation of mAP.

    Args:
        runs: trainings with labels `bits`, `seed` and `by`.
        data: what they learned from.
        by: the label that names methods.
    """
    scored = [label_code_scores(run, data) | {"converged": converged(run.history())} for run in runs["run"]]
    scores = (
        labels_of(runs).join(pd.DataFrame(scored)).melt([by, "bits", "seed", "converged"], [*ROWS], "stored", "mAP")
    )
    return stored_table(scores, by=by)


def label_code_differences(found: Mapping[str, BY_ROW], *, bits: int, classes: Mapping[str, int]) -> pd.DataFrame:
    """Label codes minus hash codes on several code sets, with intervals over queries; each kind is one family.

    Args:
        found: `label_code_precisions` by the name of the code set.
        bits: length of the hash codes.
        classes: of each code set.

    Returns:
        `codes`, `stored`, `bits`, `mean`, `low` and `high` of the difference, and the `verdict`: on "at least as well"
        (`MARGIN`) where the database is labelled, on "worse" where both sides are predicted.
    """
    frames = []
    for stored, margin in ((LABELLED, MARGIN), (PREDICTED, 0.0)):
        sign = 1 if margin else -1  # which side should win
        family = [mean_of(sign * (rows[stored] - rows[CODES])) for rows in found.values()]
        judged = judge_family(family, [True] * len(family), margin=margin).drop(columns="converged")
        if sign < 0:
            low, high = -judged["high"], -judged["low"]
            judged = judged.assign(mean=-judged["mean"], low=low, high=high)
        about = {
            "codes": [*found],
            "stored": stored,
            "bits": [f"{label_bits(classes[name])} instead of {bits}" for name in found],
        }
        frames.append(pd.concat([pd.DataFrame(about), judged], axis=1))
    return pd.concat(frames, ignore_index=True)


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
    found = [
        overall(rows["verdict"], margin=MARGIN if stored == LABELLED else 0.0)
        for stored, rows in table.groupby("stored")
    ]
    return as_finding({"verdict": weakest(found), "observed": "; ".join(parts), "margin": MARGIN})
