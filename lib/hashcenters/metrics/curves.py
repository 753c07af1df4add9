"""Precision and recall at given ranks and within a Hamming radius, averaged over queries.

Recall has no value for a query without any relevant item in the database; wherever recall is reported,
precision beside it is averaged over the same queries. A query that finds nothing within a radius has
precision 0 there.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from jaxtyping import Float64, Int64

from hashcenters.metrics.engine import Histograms, histograms
from hashcenters.metrics.inputs import Codes, RankingInput, prepare
from hashcenters.metrics.ranking import DEFAULT_TIES
from hashcenters.metrics.relevance import Labels

_CURVE_POINTS = 200


def hits_within(part: Histograms, cutoffs: Int64[np.ndarray, "cutoffs"], ties: str) -> Float64[np.ndarray, "n cutoffs"]:
    """Relevant items (a mean number under `expected`) within each cutoff, for a block of queries."""
    if ties == "stable":
        return part.stable_hits.astype(np.float64)
    ends, hit_ends = (counts.cumsum(axis=1, dtype=np.int64) for counts in (part.items, part.relevant))
    found = np.empty((len(ends), len(cutoffs)))
    for row in range(len(ends)):
        block = np.searchsorted(ends[row], cutoffs)
        size, hits = part.items[row, block].astype(np.int64), part.relevant[row, block].astype(np.int64)
        slots = cutoffs - (ends[row, block] - size)
        within = {
            "expected": slots * hits / size,
            "relevant_first": np.minimum(slots, hits),
            "relevant_last": np.maximum(0, slots - (size - hits)),
        }[ties]
        found[row] = hit_ends[row, block] - hits + within
    return found


def rank_table(
    inputs: RankingInput, parts: Iterable[Histograms], cutoffs: Int64[np.ndarray, "cutoffs"], *, ties: str
) -> pd.DataFrame:
    """Precision and recall at ranks.

    Args:
        inputs: a checked evaluation.
        parts: its whole histograms with these cutoffs.
        cutoffs: rising ranks, 1 to the size of the database.
        ties: one of `ranking.TIES`.

    Returns:
        Columns `rank`, `precision` (of labelled queries), `recall`, `paired_precision` (of recall's queries).
    """
    sums = np.zeros((3, len(cutoffs)))
    counted = 0
    for part in parts:
        hits = hits_within(part, cutoffs, ties)
        total = part.relevant.sum(axis=1, dtype=np.int64)
        some = total > 0
        counted += int(some.sum())
        sums[0] += hits[inputs.labelled[part.queries]].sum(axis=0) / cutoffs
        sums[1] += (hits[some] / total[some, None]).sum(axis=0)
        sums[2] += hits[some].sum(axis=0) / cutoffs
    precision = sums[0] / inputs.labelled.sum()
    recall, paired = sums[1:] / counted if counted else np.full((2, len(cutoffs)), np.nan)
    return pd.DataFrame({"rank": cutoffs, "precision": precision, "recall": recall, "paired_precision": paired})


def curve_ranks(database_size: int) -> Int64[np.ndarray, "ranks"]:
    """About 200 ranks from 1 to the whole database, evenly spaced by ratio."""
    points = min(_CURVE_POINTS, database_size)
    return np.unique(np.geomspace(1, database_size, points).round().astype(np.int64))


def precision_recall_by_rank(
    query_codes: Codes, query_labels: Labels, database_codes: Codes, database_labels: Labels
) -> pd.DataFrame:
    """The precision-recall curve over ranks, averaged at each rank over queries with a relevant item.

    Ties stand in the order of `ranking.DEFAULT_TIES`. Arguments and errors are those of `average_precision`.

    Returns:
        Columns `rank` (about 200, evenly spaced by ratio), `precision`, `recall`.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels)
    ranks = curve_ranks(inputs.database_size)
    parts = histograms(inputs, top_k=inputs.database_size, cutoffs=ranks)
    table = rank_table(inputs, parts, ranks, ties=DEFAULT_TIES)
    return pd.DataFrame({"rank": table["rank"], "precision": table["paired_precision"], "recall": table["recall"]})


def radius_table(inputs: RankingInput, parts: Iterable[Histograms], *, largest: int) -> pd.DataFrame:
    """Precision within Hamming radii, over labelled queries; ties play no part in it.

    Args:
        inputs: a checked evaluation.
        parts: its whole histograms.
        largest: the last radius, 0 to bits.

    Returns:
        Columns `radius` (0…largest), `precision` (mean share relevant, 0 where nothing is), `empty` (share of
        queries that find nothing).
    """
    sums = np.zeros((2, largest + 1))
    for part in parts:
        near = inputs.labelled[part.queries], slice(largest + 1)
        found, hits = (counts[near].cumsum(axis=1, dtype=np.int64) for counts in (part.items, part.relevant))
        sums[0] += (hits / np.maximum(found, 1)).sum(axis=0)
        sums[1] += (found == 0).sum(axis=0)
    precision, empty = sums / inputs.labelled.sum()
    return pd.DataFrame({"radius": np.arange(largest + 1), "precision": precision, "empty": empty})
