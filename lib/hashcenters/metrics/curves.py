"""Precision and recall at given ranks and at given Hamming radii, averaged over queries.

Recall has no value for a query without any relevant item in the database; wherever recall is reported,
precision beside it is averaged over the same queries. A query that finds nothing within a radius has
precision 0 there.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from basics.errors import InputError
from jaxtyping import Float64, Int64

from hashcenters.metrics.engine import Histograms, histograms
from hashcenters.metrics.inputs import Codes, RankingInput, prepare
from hashcenters.metrics.ranking import check_ties
from hashcenters.metrics.relevance import Labels

_CURVE_POINTS = 200


def check_cutoffs(cutoffs: Sequence[int] | np.ndarray, database_size: int) -> Int64[np.ndarray, "cutoffs"]:
    """Ranks as a rising array.

    Raises:
        InputError: none given, not whole, below 1, beyond the database, or not rising.
    """
    ranks = np.asarray(cutoffs)
    if ranks.ndim != 1 or len(ranks) == 0 or ranks.dtype.kind not in "iu" or (np.diff(ranks) <= 0).any():
        raise InputError(f"cutoffs must be rising whole numbers, got {cutoffs}")
    if ranks[0] < 1 or ranks[-1] > database_size:
        raise InputError(
            f"cutoffs must lie in 1..{database_size} (the database), got {ranks[0]}..{ranks[-1]}"
        )
    return ranks.astype(np.int64)


def hits_within(
    part: Histograms, cutoffs: Int64[np.ndarray, "cutoffs"], ties: str
) -> Float64[np.ndarray, "n cutoffs"]:
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


def rank_table(inputs: RankingInput, cutoffs: Int64[np.ndarray, "cutoffs"], *, ties: str) -> pd.DataFrame:
    """Columns `rank`, `precision` (of labelled queries), `recall`, `paired_precision` (of recall's queries)."""
    sums = np.zeros((3, len(cutoffs)))
    counted = 0
    for part in histograms(inputs, top_k=1, stable=ties == "stable", cutoffs=cutoffs):
        hits = hits_within(part, cutoffs, ties)
        total = part.relevant.sum(axis=1, dtype=np.int64)
        some = total > 0
        counted += int(some.sum())
        sums[0] += hits[inputs.labelled[part.queries]].sum(axis=0) / cutoffs
        sums[1] += (hits[some] / total[some, None]).sum(axis=0)
        sums[2] += hits[some].sum(axis=0) / cutoffs
    precision = sums[0] / inputs.labelled.sum()
    recall, paired = sums[1:] / counted if counted else np.full((2, len(cutoffs)), np.nan)
    return pd.DataFrame(
        {"rank": cutoffs, "precision": precision, "recall": recall, "paired_precision": paired}
    )


def precision_at(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    cutoffs: Sequence[int] | np.ndarray,
    ties: str = "expected",
    bits: int | None = None,
) -> Float64[np.ndarray, "cutoffs"]:
    """Precision@N for each N of `cutoffs`: the mean over labelled queries of the share relevant among the
    first N.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.
        cutoffs: rising ranks between 1 and the size of the database.
        ties: order inside ties, one of `ranking.TIES`.

    Raises:
        InputError: as for `average_precision`, and for cutoffs that do not rise or lie outside the database.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    ranks = check_cutoffs(cutoffs, inputs.database_size)
    return rank_table(inputs, ranks, ties=check_ties(ties))["precision"].to_numpy()


def recall_at(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    cutoffs: Sequence[int] | np.ndarray,
    ties: str = "expected",
    bits: int | None = None,
) -> Float64[np.ndarray, "cutoffs"]:
    """Recall@N for each N of `cutoffs`, over queries with a relevant item; arguments as `precision_at`."""
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    ranks = check_cutoffs(cutoffs, inputs.database_size)
    return rank_table(inputs, ranks, ties=check_ties(ties))["recall"].to_numpy()


def curve_ranks(database_size: int, points: int = _CURVE_POINTS) -> Int64[np.ndarray, "ranks"]:
    """About `points` ranks from 1 to the whole database, evenly spaced by ratio."""
    return np.unique(np.geomspace(1, database_size, min(points, database_size)).round().astype(np.int64))


def precision_recall_by_rank(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    ranks: Sequence[int] | np.ndarray | None = None,
    ties: str = "expected",
    bits: int | None = None,
) -> pd.DataFrame:
    """The precision-recall curve over ranks, averaged at each rank over queries with a relevant item.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.
        ranks: rising ranks; by default about 200 from 1 to the whole database, evenly spaced by ratio.
        ties: order inside ties, one of `ranking.TIES`.

    Returns:
        Columns `rank`, `precision`, `recall`.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    size = inputs.database_size
    chosen = curve_ranks(size) if ranks is None else check_cutoffs(ranks, size)
    table = rank_table(inputs, chosen, ties=check_ties(ties))
    return pd.DataFrame({"rank": chosen, "precision": table["paired_precision"], "recall": table["recall"]})


def radius_table(inputs: RankingInput) -> pd.DataFrame:
    """Columns `radius`, `precision`, `recall`, `paired_precision`, `empty` (share that finds nothing)."""
    sums = np.zeros((4, inputs.bits + 1))
    counted = 0
    for part in histograms(inputs, top_k=1, stable=False):
        found = part.items.cumsum(axis=1, dtype=np.int64)
        hits = part.relevant.cumsum(axis=1, dtype=np.int64)
        precision = hits / np.maximum(found, 1)
        some, labelled = hits[:, -1] > 0, inputs.labelled[part.queries]
        counted += int(some.sum())
        sums[0] += precision[labelled].sum(axis=0)
        sums[1] += (hits[some] / hits[some, -1:]).sum(axis=0)
        sums[2] += precision[some].sum(axis=0)
        sums[3] += (found[labelled] == 0).sum(axis=0)
    labelled = inputs.labelled.sum()
    recall, paired = sums[1:3] / counted if counted else np.full((2, inputs.bits + 1), np.nan)
    columns = {
        "precision": sums[0] / labelled,
        "recall": recall,
        "paired_precision": paired,
        "empty": sums[3] / labelled,
    }
    return pd.DataFrame({"radius": np.arange(inputs.bits + 1), **columns})


def precision_recall_by_radius(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    bits: int | None = None,
) -> pd.DataFrame:
    """The precision-recall curve over Hamming radii; ties play no part in it.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.

    Returns:
        Columns `radius` (0…bits), `precision` and `recall` (means over queries with a relevant item; a
        query that finds nothing within a radius has precision 0), `empty` (share of labelled queries that
        find nothing).
    """
    table = radius_table(prepare(query_codes, query_labels, database_codes, database_labels, bits=bits))
    return table.drop(columns="precision").rename(columns={"paired_precision": "precision"})[
        ["radius", "precision", "recall", "empty"]
    ]


def precision_within_radius(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    radius: int = 2,
    bits: int | None = None,
) -> float:
    """P@H≤radius: the mean over labelled queries of the share relevant within a Hamming radius, 0 where
    nothing is.

    Args:
        query_codes, query_labels, database_codes, database_labels, bits: as for `average_precision`.
        radius: largest distance that counts, 0 to bits.

    Raises:
        InputError: as for `average_precision`, and for a radius outside 0…bits.
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels, bits=bits)
    if not 0 <= radius <= inputs.bits:
        raise InputError(f"radius must lie in 0..{inputs.bits}, got {radius}")
    return float(radius_table(inputs)["precision"][radius])
