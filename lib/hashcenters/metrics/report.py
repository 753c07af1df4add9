"""Every metric of one set of codes in one table."""

import numpy as np
import pandas as pd

from hashcenters.metrics.curves import radius_table, rank_table
from hashcenters.metrics.inputs import Codes, prepare
from hashcenters.metrics.ranking import TIES, average_precision_table, check_ties, check_top_k
from hashcenters.metrics.relevance import Labels


def score_codes(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    top_k: int | None,
    ties: str = "expected",
    bits: int | None = None,
) -> pd.DataFrame:
    """All metrics of one set of codes.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.
        top_k: ranks that count; None for the whole database.
        ties: the rule for precision and recall; mAP is given under all four.

    Returns:
        Columns `metric`, `ties` (empty where ties play no part), `value`.
    """
    check_ties(ties)
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    size = inputs.database_size
    kept = check_top_k(top_k, size)
    rows = []
    for depth in dict.fromkeys((kept, size)):
        means = np.nanmean(average_precision_table(inputs, top_k=depth), axis=0)
        rows += [
            (f"mAP@{'All' if depth == size else depth}", rule, mean)
            for rule, mean in zip(TIES, means, strict=True)
        ]
    cutoffs = np.array([rank for rank in (1, 10, 100, 1000, kept) if rank <= kept])
    for rank, precision, recall in rank_table(inputs, np.unique(cutoffs), ties=ties)[
        ["rank", "precision", "recall"]
    ].itertuples(index=False):
        rows += [(f"precision@{int(rank)}", ties, precision), (f"recall@{int(rank)}", ties, recall)]
    by_radius = radius_table(inputs)
    radius = min(2, inputs.bits)
    rows += [
        (f"precision within radius {radius}", "", by_radius["precision"][radius]),
        (f"queries with nothing within radius {radius} (share)", "", by_radius["empty"][radius]),
        ("queries", "", len(inputs.query)),
        ("queries without any label", "", int((~inputs.labelled).sum())),
        ("database", "", size),
        ("bits", "", inputs.bits),
    ]
    return pd.DataFrame(rows, columns=["metric", "ties", "value"])
