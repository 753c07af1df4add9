"""Hash codes against nothing but classes (Sablayrolles et al. 2017), for finished trainings and for code sets."""

from collections.abc import Mapping, Sequence
from copy import copy

import numpy as np
import pandas as pd
from jaxtyping import Int64

from chapters.shared import derived
from chapters.shared.comparisons import as_finding, as_one, compare_pairs, judge_rows, named_rows
from chapters.shared.derived import MARGIN, Verdict, judged_against, settled_as, stored_table, with_interval
from chapters.shared.scores import labels_of, select
from hashcenters.codes import binarise
from hashcenters.datasets.splits import HashingData
from hashcenters.metrics import label_codes as alone
from hashcenters.metrics.label_codes import CODES, LABELLED, PREDICTED, ROWS, label_code_precisions
from hashcenters.training.run import Run
from workbook.run_table import DERIVED

PAIRS = ((LABELLED, CODES), (CODES, PREDICTED))  # what is asked: the side that should win, and the other


def precisions_of(run: Run, data: HashingData) -> dict[str, np.ndarray]:
    """AP of every query by a training's codes and by classes alone, see `label_code_precisions`.

    Args:
        run: the training; a code is taken for the class whose center, of those that it ended with, is nearest.
        data: what it learned from, with one class an item.

    Raises:
        InputError: items with several labels.
    """
    centers = binarise(run.centers_by_epoch()[-1])
    codes = run.codes("query"), data.query.labels, run.codes("database"), data.database.labels
    return label_code_precisions(*codes, centers, top_k=data.top_k)


def label_code_table(runs: pd.DataFrame, data: HashingData, scored: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods and code lengths down, what is stored of an item across: mean ± sample standard deviation of mAP.

    Args:
        runs: trainings with labels `bits`, `seed` and `by`.
        data: what they learned from.
        scored: from `score_table`, of these trainings at least, which says what has converged.
        by: the label that names methods.
    """
    found = labels_of(runs).join(pd.DataFrame(precisions_of(run, data) for run in runs["run"]).map(np.mean))
    scores = settled_as(scored, found, by=by).melt([by, "bits", "seed", "converged"], [*ROWS], "stored", "mAP")
    return stored_table(scores, by=by)


def with_classifier(
    table: pd.DataFrame, said: Mapping[str, Int64[np.ndarray, "n"]], data: HashingData, *, settled: bool
) -> pd.DataFrame:
    """A table of label codes with a row for the classes that a classifier names, in the place of nearest centers.

    Args:
        table: of `label_code_table`, its methods named by `method`.
        said: the class of every item of "query" and "database".
        data: what was classified, with one class an item.
        settled: whether the classifier's training reached its plateau.
    """
    count, query, classes = len(data.class_names), (said["query"], data.query.labels), data.database.labels
    runs = [*table.attrs[DERIVED]["runs"]]
    for name, stored in {PREDICTED: said["database"], LABELLED: classes}.items():
        found = alone.precisions_by_class(alone.label_codes(count), *query, stored, classes, top_k=data.top_k).mean()
        method = f"linear classifier{derived.NAMED}{name}"
        runs.append(derived.run_record(method, alone.label_bits(count), 0, settled, mAP=found))
    return derived.stored_again(pd.DataFrame(runs), by="method")


def compare_label_codes(runs: pd.DataFrame, data: HashingData, *, bits: Sequence[int]) -> pd.DataFrame:
    """`PAIRS` over the seeds of a method and over queries; all rows are one family.

    Args:
        runs: trainings of one method with labels `bits` and `seed`.
        data: what they learned from.
        bits: lengths to compare at.
    """
    rows, found = [], {}
    for length, seed, run in runs[["bits", "seed", "run"]].itertuples(index=False):
        for stored, precisions in precisions_of(run, data).items():
            rows.append({"bits": length, "seed": seed, "stored": stored, "run": copy(run)})
            found[id(rows[-1]["run"])] = precisions

    def known(run: Run, data: HashingData) -> np.ndarray:
        return found[id(run)]

    return compare_pairs(pd.DataFrame(rows), data, pairs=PAIRS, bits=bits, by="stored", precisions=known)


def judge_own_label_codes(compared: pd.DataFrame) -> Verdict:
    """Whether classes alone do as well as our codes where the database is labelled, and worse where it is not.

    Args:
        compared: of `compare_label_codes`.
    """
    asked = ((judged_against(compared, margin=MARGIN), PAIRS[:1], MARGIN), (compared, PAIRS[1:], 0.0))
    judged = [judge_rows(named_rows(table, pair), margin=margin) for table, pair, margin in asked]
    return as_finding(as_one(judged) | {"margin": MARGIN})


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
    return as_finding(as_one(judged) | {"observed": "; ".join(parts), "margin": MARGIN})
