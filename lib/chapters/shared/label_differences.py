"""Classes alone minus hash codes, with intervals over queries. Nothing here imports torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64

from chapters.shared.derived import MAP, MARGIN, NAMED, judge_family, records_of, run_record
from hashcenters.metrics.label_codes import CODES, LABELLED, PREDICTED, label_bits
from workbook.intervals import Crossing, crossing
from workbook.run_table import declare

LABEL_DIFFERENCES = "label differences"  # a kind of tables, see `chapters.shared.derived`
BY_ROW = Mapping[str, Float64[np.ndarray, "n_query"]]  # AP of every query, by what is stored of an item


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
    compared, runs = [], []
    for name, rows in found.items():
        runs += [
            run_record(f"{name}{NAMED}{stored}", bits, 0, True, mAP=rows[stored].mean())
            for stored in (CODES, LABELLED, PREDICTED)
        ]
        for stored in (LABELLED, PREDICTED):
            apart = crossing((rows[stored] - rows[CODES])[None])
            about = {"codes": name, "stored": stored, "bits": f"{label_bits(classes[name])} instead of {bits}"}
            compared.append(about | {"cases": apart.cases, "of_cases": apart.of_cases})
    return label_differences_again(pd.DataFrame(runs), compared=compared)


def label_differences_again(runs: pd.DataFrame, *, compared: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """`label_code_differences` from the table of runs, and from what it says itself of how much queries differ."""
    score, frames = runs.set_index("method")[MAP], []
    for stored, margin, sign in ((LABELLED, MARGIN, 1), (PREDICTED, 0.0, -1)):  # 1 or −1: which side should win
        own = [row for row in compared if row["stored"] == stored]
        apart = [score[f"{row['codes']}{NAMED}{stored}"] - score[f"{row['codes']}{NAMED}{CODES}"] for row in own]
        family = [
            Crossing((sign * float(more),), row["cases"], row["of_cases"], 0.0).these_runs()
            for row, more in zip(own, apart, strict=True)
        ]
        judged = judge_family(family, [True] * len(family), margin=margin).drop(columns="converged")
        if sign < 0:
            judged = judged.assign(mean=-judged["mean"], low=-judged["high"], high=-judged["low"])
        frames.append(pd.concat([pd.DataFrame(own)[["codes", "stored", "bits"]], judged], axis=1))
    table = pd.concat(frames, ignore_index=True)
    return declare(table, LABEL_DIFFERENCES, records_of(runs, by="method"), compared=[dict(row) for row in compared])
