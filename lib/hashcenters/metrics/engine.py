"""Runs the ranking kernels over blocks of queries on all cores, within a stated memory budget."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from jaxtyping import Float64, Int64, UInt32

from hashcenters.kernels import ranking
from hashcenters.kernels.near import count_near
from hashcenters.metrics.inputs import RankingInput

MEMORY_BUDGET = 64 * 2**20
"""Bytes of working memory over all threads, beside the packed copies of the inputs."""
NEAR_SHARE = 1 / 16
"""Counting only down to rank k, instead of at all distances, is faster up to about this share of the database."""
_LARGEST_BLOCK = 128
_PLACE_BYTES = 6


@dataclass(frozen=True)
class Histograms:
    """Counts over distances 0…bits of a block of queries, and optionally its ranking in database order.

    Args:
        queries: which rows of the query set the block holds.
        items, relevant: how many database items, and how many relevant ones, stand at each distance; possibly
            zero behind the distance of rank `top_k` where that was allowed.
        stable: AP@k in database order; None when not asked for.
        stable_hits: relevant items within each cutoff in database order; None when not asked for.
    """

    queries: slice
    items: UInt32[np.ndarray, "n distances"]
    relevant: UInt32[np.ndarray, "n distances"]
    stable: Float64[np.ndarray, "n"] | None
    stable_hits: Int64[np.ndarray, "n cutoffs"] | None


@dataclass(frozen=True)
class _Plan:
    """How to rank: ranks that count, whether in database order too and whether only items down to the cut are
    counted, and room for the places of a class."""

    top_k: int
    stable: bool
    near: bool
    cutoffs: Int64[np.ndarray, "cutoffs"]
    places: int
    block: int


def _plan(
    inputs: RankingInput, top_k: int, stable: bool, whole: bool, cutoffs: np.ndarray, threads: int
) -> _Plan:
    """Choose the block of queries that fits the budget, without room for places where one query's do not fit."""
    room = MEMORY_BUDGET // (2 * threads)
    row = (inputs.bits + 1) * 8 + (len(cutoffs) + 1) * 16
    by_class = not len(inputs.relevance.labels)
    near = not whole and by_class and top_k <= NEAR_SHARE * inputs.database_size
    places = int(np.diff(inputs.relevance.starts).max()) + 1 if by_class and (stable or near) else 0
    if row + places * _PLACE_BYTES > room:
        near, places = False, 0
    fair = -(-len(inputs.query) // (4 * threads))
    block = max(1, min(_LARGEST_BLOCK, fair, room // (row + places * _PLACE_BYTES)))
    return _Plan(top_k, stable, near, cutoffs, places, block)


def histograms(
    inputs: RankingInput,
    *,
    top_k: int,
    stable: bool,
    whole: bool = True,
    cutoffs: Int64[np.ndarray, "cutoffs"] | None = None,
) -> Iterator[Histograms]:
    """Rank the database for every query; one `Histograms` a block of queries, in order.

    Args:
        inputs: a checked evaluation.
        top_k: ranks that count in the stable AP, at least 1.
        stable: also rank in database order.
        whole: False where the histograms are not needed behind the distance of rank `top_k`; then no cutoffs.
        cutoffs: rising ranks at which the stable order's hits are counted.
    """
    cutoffs = np.empty(0, dtype=np.int64) if cutoffs is None else cutoffs
    threads = numba.config.NUMBA_NUM_THREADS
    plan = _plan(inputs, top_k, stable, whole, cutoffs, threads)
    count = len(inputs.query)
    blocks = [slice(start, min(start + plan.block, count)) for start in range(0, count, plan.block)]
    with ThreadPoolExecutor(threads) as pool:
        yield from _in_order(pool, lambda rows: _rank(inputs, rows, plan), blocks, 2 * threads)


def _in_order(pool: ThreadPoolExecutor, work: Callable, tasks: list, ahead: int) -> Iterator[Any]:
    """Like `pool.map`, but never more than `ahead` results wait to be read."""
    waiting = [pool.submit(work, task) for task in tasks[:ahead]]
    for following in [*tasks[ahead:], *[None] * len(waiting)]:
        yield waiting.pop(0).result()
        if following is not None:
            waiting.append(pool.submit(work, following))


def _rank(inputs: RankingInput, rows: slice, plan: _Plan) -> Histograms:
    """The kernels' work for one block of queries."""
    count = rows.stop - rows.start
    items, relevant = np.zeros((2, count, inputs.bits + 1), dtype=np.uint32)
    relevance = inputs.relevance.of_queries(rows)
    ranked = (inputs.query[rows], inputs.database, relevance, items, relevant)
    places = np.empty((count, plan.places), dtype=np.uint32)
    depths = np.empty((count, plan.places), dtype=np.uint16)
    noted = np.diff(relevance.starts)[relevance.classes]
    if len(relevance.labels):
        ranking.count_by_labels(*ranked)
    elif plan.near:
        count_near(*ranked[:3], plan.top_k, items, relevant, places, depths, noted)
    else:
        ranking.count_by_class(*ranked, places, depths)
    if not plan.stable:
        return Histograms(rows, items, relevant, None, None)
    scores = np.zeros(count)
    hits = np.zeros((count, len(plan.cutoffs) + 1), dtype=np.int64)
    wanted = (plan.top_k, plan.cutoffs, scores, hits)
    if plan.places:
        ranking.stable_from_places(items, relevant, places, depths, noted, *wanted)
    else:
        ranking.stable_by_second_pass(*ranked, *wanted)
    return Histograms(rows, items, relevant, scores, hits[:, :-1].cumsum(axis=1))
