"""Hamming rankings of a block of queries: histograms over distances, and the places in database order.

Codes and label sets are 64-bit words laid out by columns, (words, n): then the distances of a tile of the
database to one query are a loop that vectorises, for any width. A tile stays in cache while the whole block
visits it.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from hashcenters.kernels.popcount import popcount

_TILE = 8192
_LANES = 4


class Relevance(NamedTuple):
    """Who is relevant to the queries of a block: by class, or by label.

    Args:
        classes: class of each query; all 0 by label.
        starts, members: database rows of class c are members[starts[c]:starts[c + 1]], rising; one empty class by
            label.
        database_classes: class of each database item, −1 where no query has it; empty by label.
        query_labels, labels: packed label sets of the queries (n_query, words) and of the database (words, n); no
            words by class.
    """

    classes: np.ndarray
    starts: np.ndarray
    members: np.ndarray
    database_classes: np.ndarray
    query_labels: np.ndarray
    labels: np.ndarray

    def of_queries(self, rows: slice) -> "Relevance":
        """The same for some of the queries."""
        return self._replace(classes=self.classes[rows], query_labels=self.query_labels[rows])


@njit(nogil=True, cache=True)
def group_rows(classes, num_classes, starts, members):
    """List the rows of each class in `members`, rising, class after class; classes below 0 are left out."""
    for row in range(classes.shape[0]):
        if classes[row] >= 0:
            starts[classes[row] + 1] += 1
    for c in range(num_classes):
        starts[c + 1] += starts[c]
    place = starts[:-1].copy()
    for row in range(classes.shape[0]):
        if classes[row] >= 0:
            members[place[classes[row]]] = row
            place[classes[row]] += 1


@njit(nogil=True, cache=True, forceinline=True)
def _distances(code, columns, first, last, near):
    """Hamming distances of one code to items first…last−1."""
    for word in range(code.shape[0]):
        column, value = columns[word][first:last], code[word]
        if word == 0:
            for i in range(column.shape[0]):
                near[i] = popcount(value ^ column[i])
        else:
            for i in range(column.shape[0]):
                near[i] += popcount(value ^ column[i])


@njit(nogil=True, cache=True, forceinline=True)
def _mark_shared(query_labels, labels, first, last, shares):
    """1 for those of items first…last−1 that have a label in common with the query, 0 for the others."""
    shares[: last - first] = 0
    for word in range(query_labels.shape[0]):
        column, value = labels[word][first:last], query_labels[word]
        if value:
            for i in range(column.shape[0]):
                shares[i] |= (value & column[i]) != 0


@njit(nogil=True, cache=True, forceinline=True)
def _count(value, column, near, start, stop, offset, lanes):
    """Count the distances to items start…stop−1: near[start − offset…] if filled, else those to one column.

    Neighbours go to different lanes, so that no count waits for the one before it.
    """
    if near.shape[0]:
        for i in range(stop - start):
            lanes[i % _LANES, near[np.uint64(start - offset + i)]] += np.uint32(1)
        return
    for i in range(stop - start):
        lanes[i % _LANES, popcount(value ^ column[np.uint64(start + i)])] += np.uint32(1)


@njit(nogil=True, cache=True, forceinline=True)
def _empty_lanes(lanes, histogram):
    """Add the lanes to `histogram` and set them to zero."""
    for d in range(histogram.shape[0]):
        histogram[d] += lanes[0, d] + lanes[1, d] + lanes[2, d] + lanes[3, d]
    lanes[:] = 0


@njit(nogil=True, cache=True, forceinline=True)
def _distance_to(code, columns, row):
    differing = np.uint64(0)
    for word in range(code.shape[0]):
        differing += popcount(code[word] ^ columns[word, row])
    return differing


@njit(nogil=True, cache=True, forceinline=True)
def _own_rows(relevance, q):
    """Database rows of the class of query q."""
    c = relevance.classes[q]
    return relevance.members[relevance.starts[c] : relevance.starts[c + 1]]


@njit(nogil=True, cache=True)
def _count_members(queries, columns, relevance, relevant, depths):
    """Histogram of the distances to the members of each query's class; written down where `depths` has room."""
    for q in range(queries.shape[0]):
        own = _own_rows(relevance, q)
        for j in range(own.shape[0]):
            d = _distance_to(queries[q], columns, own[j])
            relevant[q, d] += np.uint32(1)
            if depths.shape[1]:
                depths[q, j] = d


@njit(nogil=True, cache=True, forceinline=True)
def _visit_tile(value, column, near, first, last, own, j, lanes, items, places, depths):
    """Count one tile for one query, with a stop behind each member that needs its place; the next member."""
    start = first
    while start < last:
        stops = j < places.shape[0] and j < own.shape[0] and own[j] < last
        stop = own[j] + 1 if stops else last
        _count(value, column, near, start, stop, first, lanes)
        start = stop
        if stops:
            d = depths[j]
            places[j] = items[d] + lanes[0, d] + lanes[1, d] + lanes[2, d] + lanes[3, d]
            j += 1
    return j


@njit(nogil=True, cache=True)
def count_by_class(queries, columns, relevance, items, relevant, places, depths):
    """Fill the histograms of all items and of the query's class, and say where the members stand.

    Args:
        queries: packed codes (n_query, words).
        columns: packed database codes (words, n_database).
        relevance: by class.
        items, relevant: zeroed histograms (n_query, bits + 1).
        places, depths: (n_query, at least the largest class): the distance of each member and its place, counted
            from 1 in database order, among the items at that distance; (n_query, 0) where not wanted.
    """
    _count_members(queries, columns, relevance, relevant, depths)
    near = np.empty(0 if queries.shape[1] == 1 else _TILE, np.uint16)
    lanes = np.zeros((_LANES, items.shape[1]), np.uint32)
    seen = np.zeros(queries.shape[0], np.int64)
    for first in range(0, columns.shape[1], _TILE):
        last = min(first + _TILE, columns.shape[1])
        for q in range(queries.shape[0]):
            if near.shape[0]:
                _distances(queries[q], columns, first, last, near)
            rows = (items[q], places[q], depths[q])
            own = _own_rows(relevance, q)
            seen[q] = _visit_tile(queries[q, 0], columns[0], near, first, last, own, seen[q], lanes, *rows)
            _empty_lanes(lanes, items[q])


@njit(nogil=True, cache=True)
def count_by_labels(queries, columns, relevance, items, relevant):
    """Fill the histograms of all items and of those that share a label; arguments as `count_by_class`."""
    near, shares = np.empty(_TILE, np.uint16), np.empty(_TILE, np.uint8)
    lanes = np.zeros((_LANES, 2 * items.shape[1]), np.uint32)
    both = np.zeros(2 * items.shape[1], np.uint32)
    for first in range(0, columns.shape[1], _TILE):
        last = min(first + _TILE, columns.shape[1])
        for q in range(queries.shape[0]):
            _distances(queries[q], columns, first, last, near)
            _mark_shared(relevance.query_labels[q], relevance.labels, first, last, shares)
            for i in range(last - first):
                near[i] = 2 * near[i] + shares[i]
            _count(queries[q, 0], columns[0], near, 0, last - first, 0, lanes)
            both[:] = 0
            _empty_lanes(lanes, both)
            for d in range(items.shape[1]):
                relevant[q, d] += both[2 * d + 1]
                items[q, d] += both[2 * d] + both[2 * d + 1]


@njit(nogil=True, cache=True)
def _offsets(histogram, reach, before):
    """Write the count of items at smaller distances; the last distance that starts in front of rank `reach`."""
    total, last = 0, 0
    for d in range(histogram.shape[0]):
        before[d] = total
        if total < reach:
            last = d
        total += histogram[d]
    return last


@njit(nogil=True, cache=True)
def stable_from_places(items, relevant, places, depths, noted, top_k, cutoffs, scores, hits):
    """AP@k in database order and hits by cutoff, from what `count_by_class` or `count_near` filled in.

    Args:
        noted: (n_query,) how many members have their place written down.
        top_k: ranks that count in the AP.
        cutoffs: rising ranks.
        scores: (n_query,) AP.
        hits: zeroed (n_query, cutoffs + 1): hits by the first cutoff they lie within, the last cell for the
            rest.
    """
    before, hits_before = np.empty(items.shape[1], np.int64), np.empty(items.shape[1], np.int64)
    for q in range(items.shape[0]):
        _offsets(items[q], top_k, before)
        _offsets(relevant[q], top_k, hits_before)
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


@njit(nogil=True, cache=True, forceinline=True)
def _mark_members(own, first, last, shares):
    """1 for those of items first…last−1 that are among the rising rows `own`, 0 for the others."""
    shares[: last - first] = 0
    for j in range(np.searchsorted(own, first), np.searchsorted(own, last)):
        shares[own[j] - first] = 1


@njit(nogil=True, cache=True, forceinline=True)
def _shares_label(query_labels, labels, row):
    shared = np.uint64(0)
    for word in range(query_labels.shape[0]):
        shared |= query_labels[word] & labels[word, row]
    return shared != 0


@njit(nogil=True, cache=True, forceinline=True)
def _pick(near, count, furthest, picked):
    """Write down which of the first `count` items are no farther than `furthest`, without branches; how many."""
    found = 0
    for i in range(count):
        picked[found] = i
        found += near[i] <= furthest
    return found


@njit(nogil=True, cache=True)
def stable_by_second_pass(queries, columns, relevance, items, relevant, top_k, cutoffs, scores, hits):
    """The same from the histograms alone, without memory for places: one more pass over the database.

    Distances that start behind both the cut and the last cutoff are passed over.
    """
    labels, by_label = relevance.labels, relevance.labels.shape[0] > 0
    near, shares = np.empty(_TILE, np.uint16), np.zeros(_TILE, np.uint8)
    picked = np.empty(_TILE + 1, np.int32)
    before, hits_before = np.empty(items.shape[1], np.int64), np.empty(items.shape[1], np.int64)
    reach = max(top_k, cutoffs[-1]) if cutoffs.shape[0] else top_k
    for q in range(queries.shape[0]):
        own, own_labels = _own_rows(relevance, q), relevance.query_labels[q]
        _offsets(relevant[q], reach, hits_before)
        furthest = _offsets(items[q], reach, before)
        summed, found = 0.0, 0
        for first in range(0, columns.shape[1], _TILE):
            last = min(first + _TILE, columns.shape[1])
            _distances(queries[q], columns, first, last, near)
            if not by_label:
                _mark_members(own, first, last, shares)
            for i in picked[: _pick(near, last - first, furthest, picked)]:
                d = near[i]
                before[d] += 1
                if _shares_label(own_labels, labels, first + i) if by_label else shares[i]:
                    rank = before[d]
                    hits_before[d] += 1
                    if cutoffs.shape[0]:
                        hits[q, np.searchsorted(cutoffs, rank)] += 1
                    if rank <= top_k:
                        summed += hits_before[d] / rank
                        found += 1
        scores[q] = summed / found if found else 0.0
