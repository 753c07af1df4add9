"""Runs the ranking kernels over blocks of queries on all cores, within a stated memory budget."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from jaxtyping import Float64, Int64, UInt32

from hashcenters.kernels.ranking import Relevance, count_items, rank_stably
from hashcenters.metrics.inputs import RankingInput

MEMORY_BUDGET = 64 * 2**20
"""Bytes of working memory over all threads, beside the packed copies of the inputs; one query may take more."""
_LARGEST_BLOCK = 128
_AT_ONCE = 65_536
_PLACE_BYTES = 6


@dataclass(frozen=True)
class Histograms:
    """Counts over distances 0…bits of a block of queries, and its ranking in database order.

    Args:
        queries: which rows of the query set the block holds.
        items, relevant: how many database items, and how many relevant ones, stand at each distance; zero behind
            the distance of rank `top_k`.
        stable: AP@k in database order.
        stable_hits: relevant items within each cutoff in database order.
    """

    queries: slice
    items: UInt32[np.ndarray, "n distances"]
    relevant: UInt32[np.ndarray, "n distances"]
    stable: Float64[np.ndarray, "n"]
    stable_hits: Int64[np.ndarray, "n cutoffs"]


def histograms(
    inputs: RankingInput, *, top_k: int, cutoffs: Int64[np.ndarray, "cutoffs"] | None = None
) -> Iterator[Histograms]:
    """Rank the database for every query; one `Histograms` a block of queries, in order.

    Args:
        inputs: a checked evaluation.
        top_k: ranks that count, 1 to the size of the database.
        cutoffs: rising ranks, none beyond `top_k`, at which the stable order's hits are counted.
    """
    cutoffs = np.empty(0, dtype=np.int64) if cutoffs is None else cutoffs
    room = most_relevant(inputs.relevance) + 1
    threads, block = _share_memory(inputs, room * _PLACE_BYTES + len(cutoffs) * 16)
    blocks = [slice(start, start + block) for start in range(0, len(inputs.query), block)]
    with ThreadPoolExecutor(threads) as pool:
        yield from _in_order(pool, lambda rows: _rank(inputs, rows, room, top_k, cutoffs), blocks, 2 * threads)


def most_relevant(relevance: Relevance) -> int:
    """No query has more relevant items: the largest class, or by label the whole database."""
    if len(relevance.labels):
        return relevance.labels.shape[1]
    classes = relevance.database_classes
    counts = np.zeros(classes.max(initial=-1) + 2, dtype=np.int64)  # the first for those that no query has
    for start in range(0, len(classes), _AT_ONCE):  # counting makes 64-bit copies
        counts += np.bincount(classes[start : start + _AT_ONCE] + 1, minlength=len(counts))
    return int(counts[1:].max(initial=0))


def _share_memory(inputs: RankingInput, row: int) -> tuple[int, int]:
    """Threads, and queries a block, that keep within the budget at so many bytes a query beside its histograms."""
    row += (inputs.bits + 1) * 8
    threads = max(1, min(numba.config.NUMBA_NUM_THREADS, MEMORY_BUDGET // (2 * row)))
    fair = -(-len(inputs.query) // (4 * threads))
    return threads, max(1, min(_LARGEST_BLOCK, fair, MEMORY_BUDGET // (2 * threads * row)))


def _in_order(pool: ThreadPoolExecutor, work: Callable, tasks: list, ahead: int) -> Iterator[Any]:
    """Like `pool.map`, but never more than `ahead` results wait to be read."""
    waiting = [pool.submit(work, task) for task in tasks[:ahead]]
    for following in [*tasks[ahead:], *[None] * len(waiting)]:
        yield waiting.pop(0).result()
        if following is not None:
            waiting.append(pool.submit(work, following))


def _rank(inputs: RankingInput, rows: slice, room: int, top_k: int, cutoffs: np.ndarray) -> Histograms:
    """The kernels' work for one block of queries."""
    query = inputs.query[rows]
    count = len(query)
    items, relevant = np.zeros((2, count, inputs.bits + 1), dtype=np.uint32)
    places = np.zeros((count, room), dtype=np.uint32)
    depths = np.zeros((count, room), dtype=np.uint16)
    noted = np.zeros(count, dtype=np.int64)
    counted = (items, relevant, places, depths, noted)
    count_items(query, inputs.database, inputs.relevance.of_queries(rows), top_k, *counted)
    scores, hits = np.zeros(count), np.zeros((count, len(cutoffs) + 1), dtype=np.int64)
    rank_stably(*counted, top_k, cutoffs, scores, hits)
    return Histograms(rows, items, relevant, scores, hits[:, :-1].cumsum(axis=1))
