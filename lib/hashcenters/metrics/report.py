"""Every metric of one set of codes in one table."""

import numpy as np
import pandas as pd
from jaxtyping import Float64

from basics.errors import one_of
from hashcenters.metrics import ranking
from hashcenters.metrics.curves import radius_table, rank_table
from hashcenters.metrics.engine import histograms
from hashcenters.metrics.inputs import Codes, prepare
from hashcenters.metrics.relevance import Labels

_CUTOFFS = (1, 10, 100, 1000)
_RADIUS = 2


def score_codes(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    top_k: ranking.Depth,
    ties: str = ranking.DEFAULT_TIES,
) -> pd.DataFrame:
    """All metrics of one set of codes, each between 0 and 1; holds 8 bytes a query and distance.

    Args:
        query_codes, query_labels, database_codes, database_labels: as for `average_precision`.
        top_k: ranks that count; None for the whole database.
        ties: the rule for precision and recall; mAP is given under all four.

    Returns:
        Columns `metric`, `ties` (empty where ties play no part), `value`.

    Raises:
        InputError: as for `average_precision`.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels)
    size, ties = inputs.database_size, one_of(ties, ranking.TIES, "ties")
    kept = ranking.check_top_k(top_k, size)
    cutoffs = np.array(sorted({rank for rank in (*_CUTOFFS, kept) if rank <= kept}))
    whole = list(histograms(inputs, top_k=size, cutoffs=cutoffs))
    rows = []
    if kept < size:
        rows += _mean_rows(f"mAP@{kept}", ranking.average_precision_table(inputs, top_k=kept))
    rows += _mean_rows("mAP@All", ranking.average_precision_table(inputs, top_k=size, parts=whole))
    by_rank = rank_table(inputs, whole, cutoffs, ties=ties)
    for name in ("precision", "recall"):
        rows += [(f"{name}@{rank}", ties, at) for rank, at in zip(cutoffs, by_rank[name], strict=True)]
    radius = min(_RADIUS, inputs.bits)
    within = radius_table(inputs, whole, largest=radius).iloc[-1]
    rows.append((f"precision within radius {radius}", "", within["precision"]))
    rows.append((f"share of queries with nothing within radius {radius}", "", within["empty"]))
    return pd.DataFrame(rows, columns=["metric", "ties", "value"])


def _mean_rows(name: str, table: Float64[np.ndarray, "n_query ties"]) -> list[tuple[str, str, float]]:
    return [(name, rule, mean) for rule, mean in ranking.mean_over_queries(table).items()]
