"""One pass over packed database codes for a block of queries: histograms over distances, and the stable
order.

The database is walked in tiles that stay in cache while every query of the block visits them. Relevant
items are found either by class (their database rows are listed, so nothing is tested a pair) or by a test
of packed labels.
"""

import numpy as np
from numba import njit

from hashcenters.kernels.popcount import distance, popcount

_TILE_WORDS = 8192
_LANES = 4


@njit(nogil=True, cache=True)
def _count_rows(query, words, start, stop, lanes):
    """Add the distances of rows start…stop−1 to the histograms `lanes`, whose rows alternate so that an
    increment need not wait for the one before it."""
    one = np.uint32(1)
    if words.shape[1] > 1:
        for row in range(start, stop):
            lanes[row % _LANES, distance(query, words, row)] += one
        return
    code = query[0]
    whole = start + (stop - start) // _LANES * _LANES
    for row in range(start, whole, _LANES):
        lanes[0, popcount(code ^ words[row, 0])] += one
        lanes[1, popcount(code ^ words[row + 1, 0])] += one
        lanes[2, popcount(code ^ words[row + 2, 0])] += one
        lanes[3, popcount(code ^ words[row + 3, 0])] += one
    for row in range(whole, stop):
        lanes[0, popcount(code ^ words[row, 0])] += one


@njit(nogil=True, cache=True)
def _empty_lanes(lanes, histogram):
    """Add the lanes to `histogram` and set them to zero."""
    for d in range(histogram.shape[0]):
        for lane in range(_LANES):
            histogram[d] += lanes[lane, d]
            lanes[lane, d] = 0


@njit(nogil=True, cache=True)
def count_by_class(queries, classes, words, starts, members, items, relevant, places):
    """Fill the histograms of all items and of the query's class, and say where in their block members stand.

    Args:
        queries, words: packed codes, (n_query, words) and (n_database, words).
        classes: class of each query.
        starts, members: rows of class c are members[starts[c]:starts[c + 1]], rising.
        items, relevant: zeroed histograms (n_query, bits + 1).
        places: (n_query, largest class) 1-based place of each member among the items at its distance in
            database order, or (n_query, 0) when the stable order is not wanted.
    """
    lanes = np.zeros((_LANES, items.shape[1]), np.uint32)
    seen = np.zeros(queries.shape[0], np.int64)
    tile = max(1, _TILE_WORDS // words.shape[1])
    for first in range(0, words.shape[0], tile):
        last = min(first + tile, words.shape[0])
        for q in range(queries.shape[0]):
            row = first
            begin, end = starts[classes[q]], starts[classes[q] + 1]
            while begin + seen[q] < end and members[begin + seen[q]] < last:
                member = members[begin + seen[q]]
                _count_rows(queries[q], words, row, member + 1, lanes)
                d = distance(queries[q], words, member)
                relevant[q, d] += np.uint32(1)
                if places.shape[1]:
                    place = items[q, d]
                    for lane in range(_LANES):
                        place += lanes[lane, d]
                    places[q, seen[q]] = place
                seen[q] += 1
                row = member + 1
            _count_rows(queries[q], words, row, last, lanes)
            _empty_lanes(lanes, items[q])


@njit(nogil=True, cache=True)
def _shares_label(query, label_rows, row):
    shared = np.uint64(0)
    for word in range(query.shape[0]):
        shared |= query[word] & label_rows[row, word]
    return shared != 0


@njit(nogil=True, cache=True)
def count_by_labels(queries, query_labels, words, labels, items, relevant):
    """Fill the histograms of all items and of those that share a label, from packed label bits."""
    lanes = np.zeros((_LANES, 2 * items.shape[1]), np.uint32)
    tile = max(1, _TILE_WORDS // (words.shape[1] + labels.shape[1]))
    for first in range(0, words.shape[0], tile):
        last = min(first + tile, words.shape[0])
        for q in range(queries.shape[0]):
            for row in range(first, last):
                shares = np.uint64(_shares_label(query_labels[q], labels, row))
                cell = distance(queries[q], words, row) * np.uint64(2) + shares
                lanes[row % _LANES, cell] += np.uint32(1)
            for d in range(items.shape[1]):
                for lane in range(_LANES):
                    relevant[q, d] += lanes[lane, 2 * d + 1]
                    items[q, d] += lanes[lane, 2 * d] + lanes[lane, 2 * d + 1]
            lanes[:] = 0


@njit(nogil=True, cache=True)
def _offsets(histogram, top_k, before):
    """Write the count of items at smaller distances; the last distance that starts in front of the cut."""
    total, last = 0, 0
    for d in range(histogram.shape[0]):
        before[d] = total
        if total < top_k:
            last = d
        total += histogram[d]
    return last


@njit(nogil=True, cache=True)
def _note_hit(rank, cutoffs, hits):
    """Count a hit for the first cutoff it lies within; `hits` has one cell more, for ranks behind all."""
    hits[np.searchsorted(cutoffs, rank)] += 1


@njit(nogil=True, cache=True)
def stable_by_class(
    queries, classes, words, starts, members, items, relevant, places, top_k, cutoffs, scores, hits
):
    """AP@k and hits a cutoff in database order, from the histograms and places of `count_by_class`."""
    before = np.empty(items.shape[1], np.int64)
    hits_before = np.empty(items.shape[1], np.int64)
    for q in range(queries.shape[0]):
        _offsets(items[q], top_k, before)
        _offsets(relevant[q], top_k, hits_before)
        begin, end = starts[classes[q]], starts[classes[q] + 1]
        summed, found = 0.0, 0
        for j in range(end - begin):
            d = distance(queries[q], words, members[begin + j])
            rank = before[d] + places[q, j]
            hits_before[d] += 1
            _note_hit(rank, cutoffs, hits[q])
            if rank <= top_k:
                summed += hits_before[d] / rank
                found += 1
        scores[q] = summed / found if found else 0.0


@njit(nogil=True, cache=True)
def stable_by_labels(queries, query_labels, words, labels, items, relevant, top_k, cutoffs, scores, hits):
    """AP@k and hits a cutoff in database order, by a second pass that keeps a running place a distance.

    Distances that start behind both the cut and the last cutoff are passed over.
    """
    before = np.empty(items.shape[1], np.int64)
    hits_before = np.empty(items.shape[1], np.int64)
    reach = max(top_k, cutoffs[-1]) if cutoffs.shape[0] else top_k
    for q in range(queries.shape[0]):
        _offsets(relevant[q], top_k, hits_before)
        furthest = _offsets(items[q], reach, before)
        summed, found = 0.0, 0
        for row in range(words.shape[0]):
            d = distance(queries[q], words, row)
            if d > furthest:
                continue
            before[d] += 1
            if not _shares_label(query_labels[q], labels, row):
                continue
            rank = before[d]
            hits_before[d] += 1
            _note_hit(rank, cutoffs, hits[q])
            if rank <= top_k:
                summed += hits_before[d] / rank
                found += 1
        scores[q] = summed / found if found else 0.0
