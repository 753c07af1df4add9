"""Every metric of one set of codes in one table."""

import numpy as np
import pandas as pd

from hashcenters.metrics.curves import radius_table, rank_table
from hashcenters.metrics.inputs import Codes, RankingInput, prepare
from hashcenters.metrics.ranking import average_precision_table, check_ties, check_top_k, mean_over_queries
from hashcenters.metrics.relevance import Labels

_CUTOFFS = (1, 10, 100, 1000)
_RADIUS = 2


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
    """All metrics of one set of codes, each between 0 and 1.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.
        top_k: ranks that count; None for the whole database.
        ties: the rule for precision and recall; mAP is given under all four.

    Returns:
        Columns `metric`, `ties` (empty where ties play no part), `value`.

    Raises:
        InputError: as for `average_precision`.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    kept = check_top_k(top_k, inputs.database_size)
    rows = [
        *_average_precision_rows(inputs, kept),
        *_rank_rows(inputs, kept, check_ties(ties)),
        *_radius_rows(inputs),
    ]
    return pd.DataFrame(rows, columns=["metric", "ties", "value"])


def _average_precision_rows(inputs: RankingInput, kept: int) -> list[tuple[str, str, float]]:
    rows = []
    for depth in dict.fromkeys((kept, inputs.database_size)):
        name = "mAP@All" if depth == inputs.database_size else f"mAP@{depth}"
        means = mean_over_queries(average_precision_table(inputs, top_k=depth))
        rows += [(name, rule, mean) for rule, mean in means.items()]
    return rows


def _rank_rows(inputs: RankingInput, kept: int, ties: str) -> list[tuple[str, str, float]]:
    cutoffs = np.array(sorted({rank for rank in (*_CUTOFFS, kept) if rank <= kept}))
    table = rank_table(inputs, cutoffs, ties=ties)
    return [
        (f"{name}@{rank}", ties, value)
        for name in ("precision", "recall")
        for rank, value in zip(cutoffs, table[name], strict=True)
    ]


def _radius_rows(inputs: RankingInput) -> list[tuple[str, str, float]]:
    radius = min(_RADIUS, inputs.bits)
    found = radius_table(inputs).loc[radius]
    return [
        (f"precision within radius {radius}", "", found["precision"]),
        (f"share of queries with nothing within radius {radius}", "", found["empty"]),
    ]
