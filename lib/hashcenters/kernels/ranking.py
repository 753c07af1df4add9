"""Hamming rankings of a block of queries: counts over distances, and where the relevant items stand.

A query's reach is a distance within which at least `top_k` items lie. It starts at a guess from a sample, falls as
items are counted, and in the end is the distance of rank `top_k`. Only items within it are looked at one by one.

Codes and label sets are 64-bit words laid out by columns, (words, n): then the distances of a tile of the database
to one query are a loop that vectorises, for any width. A tile stays in cache while the whole block visits it.

Everything stands in this file because numba's cache notices edits of a kernel's own file only.
"""

from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import intrinsic

from hashcenters.kernels.compiled import compiled

_TILE = 2048
_SAMPLE = 1024
_ONE, _EIGHTH = np.uint64(1), np.uint64(3)


class Relevance(NamedTuple):
    """Who is relevant to the queries of a block: by class, or by label.

    Args:
        classes: class of each query; all 0 by label.
        database_classes: class of each database item, −1 where no query has it; empty by label.
        query_labels, labels: packed label sets of the queries (n_query, words) and of the database (words, n); no
            words by class.
    """

    classes: np.ndarray
    database_classes: np.ndarray
    query_labels: np.ndarray
    labels: np.ndarray

    def of_queries(self, rows: slice) -> "Relevance":
        """The same for some of the queries."""
        return self._replace(classes=self.classes[rows], query_labels=self.query_labels[rows])


@intrinsic
def popcount(typingctx, word):
    """Number of set bits of a `uint64`: one instruction on every CPU of the last fifteen years."""

    def emit(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), emit


@compiled(nogil=True, forceinline=True)
def _distances(code, columns, rows, near):
    """Hamming distances of one code to the items of a slice."""
    for word in range(code.shape[0]):
        column, value = columns[word][rows], code[word]
        if word == 0:
            for i in range(column.shape[0]):
                near[i] = popcount(value ^ column[i])
        else:
            for i in range(column.shape[0]):
                near[i] += popcount(value ^ column[i])


@compiled(nogil=True, forceinline=True)
def _is_relevant(own, own_labels, relevance, row):
    """Whether an item has the query's class, or a label in common with it."""
    if own_labels.shape[0] == 0:
        return relevance.database_classes[row] == own
    shared = np.uint64(0)
    for word in range(own_labels.shape[0]):
        shared |= own_labels[word] & relevance.labels[word, row]
    return shared != 0


@compiled(nogil=True, forceinline=True)
def _pick(near, count, reach, flags, filled, picked):
    """List which of the first `count` distances are within `reach`; how many.

    Flags are bytes, read eight at once: first the words with any flag are listed, without branches, then their flags.
    Tried at 5,000 queries × 128,503 codes × 64 bits, mAP@1000, as multiples of the speed of the usual loop, built for
    a CPU without and with a population count of vectors: this 220 and 360; going through the words once 180 and 260;
    item by item without branches 140 and 180; whole histograms, no reach, 165 and 170; and 64 lanes written in LLVM's
    own language 220 and 420.
    """
    limit = np.uint16(reach)
    for i in range(count):
        flags[i] = near[i] <= limit
    flags[count:] = 0
    words, full, found = flags.view(np.uint64), 0, 0
    for g in range((count + 7) // 8):
        filled[full] = g
        full += words[g] != 0
    for g in filled[:full]:
        word = words[g]
        while word:
            picked[found] = 8 * g + (popcount((word & (~word + _ONE)) - _ONE) >> _EIGHTH)
            word &= word - _ONE
            found += 1
    return found


@compiled(nogil=True)
def _guess_reach(queries, columns, top_k, reach):
    """Lower each reach to what very likely still holds `top_k` items, judged by evenly spaced rows of the database.

    It holds three standard deviations more of the sample than the share of the database that `top_k` is.
    """
    sample = np.ascontiguousarray(columns[:, :: -(-columns.shape[1] // _SAMPLE)])
    size = sample.shape[1]
    share = top_k * size / columns.shape[1]
    wanted = share + 3 * np.sqrt(share) + 1
    near = np.empty(size, np.uint16)
    for q in range(queries.shape[0]):
        _distances(queries[q], sample, slice(0, size), near)
        found = np.cumsum(np.bincount(near, minlength=reach[q] + 1))
        reach[q] = min(reach[q], np.searchsorted(found, wanted))


@compiled(nogil=True, forceinline=True)
def _note(rows, near, first, relevance, q, counts, places, depths, noted):
    """Count items at their distances and write down the relevant ones, by overwriting the others; how many now."""
    own, own_labels = relevance.classes[q], relevance.query_labels[q]
    for i in rows:
        d = near[i]
        counts[d] += np.uint32(1)
        places[noted], depths[noted] = counts[d], d
        noted += np.uint64(_is_relevant(own, own_labels, relevance, np.uint64(first) + i))
    return noted


@compiled(nogil=True)
def _count(asked, queries, columns, relevance, top_k, reach, within, items, places, depths, noted):
    """Count for the queries `asked`, from their reach downwards; `within` is how many items their reach holds."""
    near, flags = np.empty(_TILE, np.uint16), np.empty(_TILE, np.uint8)
    filled, picked = np.empty(_TILE // 8 + 1, np.uint32), np.empty(_TILE, np.uint32)
    every = np.arange(_TILE).astype(np.uint32)
    for q in asked:
        items[q], within[q], noted[q] = 0, 0, 0
    for first in range(0, columns.shape[1], _TILE):
        rows = slice(first, min(first + _TILE, columns.shape[1]))
        for q in asked:
            furthest, counts, chosen = reach[q], items[q], every[: rows.stop - first]
            _distances(queries[q], columns, rows, near)
            if furthest < counts.shape[0] - 1:
                chosen = picked[: _pick(near, chosen.shape[0], furthest, flags, filled, picked)]
            results = (counts, places[q], depths[q], np.uint64(noted[q]))
            noted[q] = _note(chosen, near, first, relevance, q, *results)
            inside = within[q] + chosen.shape[0]
            while inside - counts[furthest] >= top_k:
                inside -= counts[furthest]
                furthest -= 1
            reach[q], within[q] = furthest, inside


@compiled(nogil=True)
def count_items(queries, columns, relevance, top_k, items, relevant, places, depths, noted):
    """Fill the histograms up to the distance of rank `top_k`, and say where the relevant items stand.

    Args:
        queries: packed codes (n_query, words).
        columns: packed database codes (words, n_database).
        relevance: of these queries.
        top_k: rank, at most n_database.
        items, relevant: zeroed histograms (n_query, bits + 1); they stay zero behind the distance of the rank.
        places, depths: (n_query, more than the most relevant items): distance of a relevant item and its place,
            counted from 1 in database order, among the items at that distance. All within the distance of the rank
            are there, in database order, and some farther ones.
        noted: (n_query,) how many are written down.
    """
    count, bits = queries.shape[0], items.shape[1] - 1
    reach, within = np.full(count, bits), np.zeros(count, np.int64)
    _guess_reach(queries, columns, top_k, reach)
    asked = np.arange(count)
    while asked.shape[0]:  # a second time only where fewer than top_k lie within the guess
        _count(asked, queries, columns, relevance, top_k, reach, within, items, places, depths, noted)
        asked = asked[within[asked] < top_k]
        reach[asked] = bits
    for q in range(count):
        items[q, reach[q] + 1 :] = 0
        for d in depths[q, : noted[q]]:
            if d <= reach[q]:
                relevant[q, d] += np.uint32(1)


@compiled(nogil=True)
def rank_stably(items, relevant, places, depths, noted, top_k, cutoffs, scores, hits):
    """AP@k in database order and hits by cutoff, from what `count_items` filled in.

    Args:
        cutoffs: rising ranks, at most the `top_k` of the histograms.
        scores: (n_query,) AP.
        hits: zeroed (n_query, cutoffs + 1): hits by the first cutoff they lie within, the last cell for the
            rest.
    """
    before, hits_before = np.empty(items.shape[1], np.int64), np.empty(items.shape[1], np.int64)
    for q in range(items.shape[0]):
        total, total_hits = 0, 0
        for d in range(items.shape[1]):
            before[d], hits_before[d] = total, total_hits
            total += items[q, d]
            total_hits += relevant[q, d]
        summed, found = 0.0, 0
        for j in range(noted[q]):
            d = depths[q, j]
            rank = before[d] + places[q, j]
            hits_before[d] += 1
            hits[q, np.searchsorted(cutoffs, rank)] += 1
            if rank <= top_k:
                summed += hits_before[d] / rank
                found += 1
        scores[q] = summed / found if found else 0.0
