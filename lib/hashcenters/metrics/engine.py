"""Runs the ranking kernels over blocks of queries on all cores, within a stated memory budget."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from jaxtyping import Float64, Int64, UInt32

from hashcenters.kernels import ranking
from hashcenters.metrics.inputs import RankingInput
from hashcenters.metrics.relevance import SameClass

MEMORY_BUDGET = 128 * 2**20
"""Bytes of working memory over all threads, beside the packed copies of the inputs."""
_LARGEST_BLOCK = 256


@dataclass(frozen=True)
class Histograms:
    """Counts over distances 0…bits of a block of queries, and optionally its ranking in database order.

    Args:
        queries: which rows of the query set the block holds.
        items, relevant: how many database items, and how many relevant ones, stand at each distance.
        stable: AP@k in database order; None when not asked for.
        stable_hits: relevant items within each cutoff in database order; None when not asked for.
    """

    queries: slice
    items: UInt32[np.ndarray, "n distances"]
    relevant: UInt32[np.ndarray, "n distances"]
    stable: Float64[np.ndarray, "n"] | None
    stable_hits: Int64[np.ndarray, "n cutoffs"] | None


def histograms(
    inputs: RankingInput, *, top_k: int, stable: bool, cutoffs: Int64[np.ndarray, "cutoffs"] | None = None
) -> Iterator[Histograms]:
    """Rank the database for every query; one `Histograms` a block of queries, in order.

    Args:
        inputs: a checked evaluation.
        top_k: ranks that count in the stable AP, at least 1.
        stable: also rank in database order.
        cutoffs: rising ranks at which the stable order's hits are counted.
    """
    cutoffs = np.empty(0, dtype=np.int64) if cutoffs is None else cutoffs
    threads = numba.config.NUMBA_NUM_THREADS
    by_class = isinstance(inputs.relevance, SameClass)
    places = inputs.relevance.largest_class if by_class and stable else 0
    row_bytes = (inputs.bits + 1) * 8 + places * 4 + (len(cutoffs) + 1) * 8
    count = len(inputs.query)
    block = max(
        1, min(_LARGEST_BLOCK, -(-count // (4 * threads)), MEMORY_BUDGET // (2 * threads * row_bytes))
    )
    work = _by_class if by_class else _by_labels
    blocks = [slice(start, min(start + block, count)) for start in range(0, count, block)]
    with ThreadPoolExecutor(threads) as pool:
        yield from _in_order(
            pool, lambda rows: work(inputs, rows, top_k, stable, cutoffs), blocks, 2 * threads
        )


def _in_order(pool: ThreadPoolExecutor, work: Callable, tasks: list, ahead: int) -> Iterator[Any]:
    """Like `pool.map`, but never more than `ahead` results wait to be read."""
    waiting = [pool.submit(work, task) for task in tasks[:ahead]]
    for following in [*tasks[ahead:], *[None] * len(waiting)]:
        yield waiting.pop(0).result()
        if following is not None:
            waiting.append(pool.submit(work, following))


def _empty(inputs: RankingInput, rows: slice) -> tuple[np.ndarray, np.ndarray]:
    shape = (rows.stop - rows.start, inputs.bits + 1)
    return np.zeros(shape, dtype=np.uint32), np.zeros(shape, dtype=np.uint32)


def _by_class(inputs: RankingInput, rows: slice, top_k: int, stable: bool, cutoffs: np.ndarray) -> Histograms:
    items, relevant = _empty(inputs, rows)
    relevance = inputs.relevance
    places = np.empty((len(items), relevance.largest_class if stable else 0), dtype=np.uint32)
    common = (
        inputs.query[rows],
        relevance.query[rows],
        inputs.database,
        relevance.starts,
        relevance.members,
        items,
        relevant,
        places,
    )
    ranking.count_by_class(*common)
    if not stable:
        return Histograms(rows, items, relevant, None, None)
    scores = np.zeros(len(items))
    hits = np.zeros((len(items), len(cutoffs) + 1), dtype=np.int64)
    ranking.stable_by_class(*common, top_k, cutoffs, scores, hits)
    return Histograms(rows, items, relevant, scores, hits[:, :-1].cumsum(axis=1))


def _by_labels(
    inputs: RankingInput, rows: slice, top_k: int, stable: bool, cutoffs: np.ndarray
) -> Histograms:
    items, relevant = _empty(inputs, rows)
    common = (inputs.query[rows], inputs.relevance.query[rows], inputs.database, inputs.relevance.database)
    ranking.count_by_labels(*common, items, relevant)
    if not stable:
        return Histograms(rows, items, relevant, None, None)
    scores = np.zeros(len(items))
    hits = np.zeros((len(items), len(cutoffs) + 1), dtype=np.int64)
    ranking.stable_by_labels(*common, items, relevant, top_k, cutoffs, scores, hits)
    return Histograms(rows, items, relevant, scores, hits[:, :-1].cumsum(axis=1))
