"""Average precision of Hamming rankings, with the order inside ties as an explicit choice.

Hamming distances take only bits + 1 values, so rankings are full of ties, and average precision depends on
the order inside them. The four rules:

- `expected`: the exact mean over all orders of every tied block; needs no order of the database, hence
  `DEFAULT_TIES`.
- `stable`: ties in database order.
- `relevant_first`, `relevant_last`: relevant items at the front or at the end of each tied block. With AP@k
  divided by the number relevant within k these are usual limits, not true ones: the ranking [1, 0 × 9, tied
  {1, 0}] at k = 11 scores 0.59 relevant first and 1.0 relevant last.

AP@k = Σ_{r≤k} P(r)·rel(r) / (number relevant within the top k), and 0 where none is; P(r) is the precision
among the first r. Queries without any label have no AP (NaN) and do not enter the mean.
"""

from collections.abc import Iterable

import numpy as np
from jaxtyping import Float64

from basics.errors import one_of, whole
from hashcenters.kernels.ties import tied_average_precisions
from hashcenters.metrics.engine import Histograms, histograms
from hashcenters.metrics.inputs import Codes, RankingInput, prepare
from hashcenters.metrics.relevance import Labels

TIES = {
    "expected": "mean over all orders of tied items",
    "stable": "database order of tied items",
    "relevant_first": "relevant items first among tied ones",
    "relevant_last": "relevant items last among tied ones",
}
"""The rules for ties, in words."""
DEFAULT_TIES = "expected"
Depth = int | np.integer | None


def check_top_k(top_k: Depth, database_size: int) -> int:
    """The number of ranks that count: `top_k`, or all where it is None or beyond the database.

    Raises:
        InputError: top_k is not a whole number of at least 1.
    """
    if top_k is None:
        return database_size
    return min(whole(top_k, "top_k", low=1, instead=", or None for the whole database"), database_size)


def average_precision_table(
    inputs: RankingInput, *, top_k: Depth, parts: Iterable[Histograms] | None = None
) -> Float64[np.ndarray, "n_query ties"]:
    """AP@k of every query under every rule, in the order of `TIES`; NaN rows for queries without any label.

    Args:
        inputs: a checked evaluation.
        top_k: ranks that count, at least 1; None for the whole database.
        parts: its histograms with this `top_k`, where they exist already.
    """
    top_k = check_top_k(top_k, inputs.database_size)
    table = np.full((len(inputs.query), len(TIES)), np.nan)
    for part in histograms(inputs, top_k=top_k) if parts is None else parts:
        scores = np.empty((len(part.items), 3))
        tied_average_precisions(part.items, part.relevant, top_k, scores)
        table[part.queries] = np.insert(scores, 1, part.stable, axis=1)
    table[~inputs.labelled] = np.nan
    return table


def mean_over_queries(table: Float64[np.ndarray, "n_query ties"]) -> dict[str, float]:
    """mAP under each rule, over the queries that have a label."""
    return {rule: float(np.nanmean(column)) for rule, column in zip(TIES, table.T, strict=True)}


def average_precision(
    query_codes: Codes,
    query_labels: Labels,
    database_codes: Codes,
    database_labels: Labels,
    *,
    top_k: Depth,
    ties: str = DEFAULT_TIES,
) -> Float64[np.ndarray, "n_query"]:
    """AP@k of each query's Hamming ranking of the database.

    Args:
        query_codes, database_codes: (n, bits), in any form that `codes.read_codes` reads: ±1, {0, 1}, bool, or outputs.
        query_labels, database_labels: class indices (n,), or multi-hot rows (n, num_classes).
        top_k: ranks that count, at least 1; None for the whole database (mAP@All).
        ties: order inside ties, one of `TIES`.

    Returns:
        One AP in [0, 1] a query; NaN for a query without any label.

    Raises:
        InputError: codes in no known form or of two lengths, labels that do not fit, top_k < 1, an empty set.

    Source: CSQ and SHC, mAP@R of their result tables; the definition is spelled out above.

    >>> codes = np.array([[1, 1], [1, -1], [-1, -1]], dtype=np.int8)
    >>> average_precision(codes[:1], np.array([7]), codes, np.array([7, 3, 7]), top_k=None)
    array([0.83333333])
    """
    column = list(TIES).index(one_of(ties, TIES, "ties"))
    inputs = prepare(query_codes, query_labels, database_codes, database_labels)
    return average_precision_table(inputs, top_k=top_k)[:, column]


def all_ties(
    query_codes: Codes, query_labels: Labels, database_codes: Codes, database_labels: Labels, *, top_k: Depth
) -> dict[str, float]:
    """mAP@k under each of the four rules, from one pass over the database; arguments as `average_precision`.

    >>> codes = np.array([[1, 1], [1, 1]], dtype=np.int8)
    >>> all_ties(codes[:1], np.array([0]), codes, np.array([1, 0]), top_k=None)
    {'expected': 0.75, 'stable': 0.5, 'relevant_first': 1.0, 'relevant_last': 0.5}
    """
    inputs = prepare(query_codes, query_labels, database_codes, database_labels)
    return mean_over_queries(average_precision_table(inputs, top_k=top_k))
