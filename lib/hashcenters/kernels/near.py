"""Hamming rankings down to a cut: counts of the items no farther than the item of rank `top_k`.

A query's reach is a distance within which at least `top_k` items lie. It starts at a guess from a sample, falls
as items are counted, and in the end is the distance of rank `top_k`. Items are compared with it 64 at once, and
only those within it are looked at one by one. Where fewer than `top_k` lie within the guess, the query is counted
again from the largest distance.
"""

import numpy as np
from numba import njit

from hashcenters.kernels.bit_masks import GROUP, lowest_bit, near_mask
from hashcenters.kernels.popcount import popcount

_TILE = 1024
_SAMPLE = 1024
_AT_ONCE = 4
_ONE = np.uint64(1)


@njit(nogil=True, cache=True, forceinline=True)
def _distances(code, columns, rows, near):
    """Hamming distances of one code to some rows of the database."""
    for word in range(code.shape[0]):
        column, value = columns[word], code[word]
        if word == 0:
            for i in range(rows.shape[0]):
                near[i] = popcount(value ^ column[rows[i]])
        else:
            for i in range(rows.shape[0]):
                near[i] += popcount(value ^ column[rows[i]])


@njit(nogil=True, cache=True, forceinline=True)
def _rows_within(code, columns, first, last, reach, masks, rows):
    """List those of items first…last−1 that lie within `reach`, and all of an incomplete last group; how many.

    Rows are written four at once, valid or not, and then the next are written over the invalid ones: that spares a
    branch a row.
    """
    groups, rest = (last - first) // GROUP, (last - first) % GROUP
    for g in range(groups):
        masks[g] = near_mask(code, columns, first + g * GROUP, reach)
    if rest:
        masks[groups] = (_ONE << np.uint64(rest)) - _ONE
        groups += 1
    found = np.uint64(0)
    for g in range(groups):
        mask, start, place = masks[g], np.uint64(first + g * GROUP), found
        found += popcount(mask)
        for _ in range(_AT_ONCE):
            rows[place] = start + lowest_bit(mask)
            mask &= mask - _ONE
            place += _ONE
        while mask:
            rows[place] = start + lowest_bit(mask)
            mask &= mask - _ONE
            place += _ONE
    return found


@njit(nogil=True, cache=True)
def _guess_reach(queries, columns, top_k, reach):
    """Lower each reach to what very likely still holds `top_k` items, judged by evenly spaced rows of the database.

    It holds three standard deviations more of the sample than the share of the database that `top_k` is.
    """
    sampled = min(_SAMPLE, columns.shape[1])
    rows = (np.arange(sampled) * columns.shape[1] // sampled).astype(np.uint32)
    share = top_k * sampled / columns.shape[1]
    wanted = share + 3 * np.sqrt(share) + 1
    near = np.empty(sampled, np.uint16)
    for q in range(queries.shape[0]):
        _distances(queries[q], columns, rows, near)
        counts = np.zeros(reach[q] + 1, np.int64)
        for i in range(sampled):
            counts[near[i]] += 1
        found = np.cumsum(counts)
        reach[q] = min(reach[q], np.searchsorted(found, wanted))


@njit(nogil=True, cache=True, forceinline=True)
def _look_at(near, rows, classes, own, reach, counts, places, depths, noted):
    """Count items at their distances and write down the members of class `own`, by overwriting the others.

    Returns:
        How many members are written down now, and how many of the items lie within `reach`.
    """
    within = 0
    for i in range(rows.shape[0]):
        d = near[i]
        counts[d] += np.uint32(1)
        places[noted], depths[noted] = counts[d], d
        noted += classes[rows[i]] == own
        within += d <= reach
    return noted, within


@njit(nogil=True, cache=True)
def _count(asked, queries, columns, relevance, top_k, reach, within, items, places, depths, noted):
    """Count for the queries `asked`, from their reach downwards; `within` is how many items their reach holds."""
    masks, rows = np.empty(_TILE // GROUP, np.uint64), np.empty(_TILE + _AT_ONCE, np.uint32)
    near = np.empty(_TILE, np.uint16)
    for q in asked:
        within[q], noted[q], items[q] = 0, 0, 0
    for first in range(0, columns.shape[1], _TILE):
        last = min(first + _TILE, columns.shape[1])
        for q in asked:
            furthest, counts, own = reach[q], items[q], relevance.classes[q]
            listed = rows[: _rows_within(queries[q], columns, first, last, np.uint64(furthest), masks, rows)]
            _distances(queries[q], columns, listed, near)
            results = (counts, places[q], depths[q], noted[q])
            noted[q], more = _look_at(near, listed, relevance.database_classes, own, furthest, *results)
            inside = within[q] + more
            while inside - counts[furthest] >= top_k:
                inside -= counts[furthest]
                furthest -= 1
            reach[q], within[q] = furthest, inside


@njit(nogil=True, cache=True)
def count_near(queries, columns, relevance, top_k, items, relevant, places, depths, noted):
    """Fill the histograms up to the distance of rank `top_k`, and say where the members of the query's class stand.

    Args:
        queries: packed codes (n_query, words).
        columns: packed database codes (words, n_database).
        relevance: by class.
        top_k: rank, at most n_database.
        items, relevant: zeroed histograms (n_query, bits + 1); they stay zero behind the distance of the rank.
        places, depths: (n_query, largest class + 1): distance of a member and its place, counted from 1 in database
            order, among the items at that distance. All members within the distance of the rank are there, in
            database order, and some farther ones.
        noted: (n_query,) how many are written down.
    """
    count = queries.shape[0]
    reach, within = np.full(count, items.shape[1] - 1), np.zeros(count, np.int64)
    results = (reach, within, items, places, depths, noted)
    _guess_reach(queries, columns, top_k, reach)
    _count(np.arange(count), queries, columns, relevance, top_k, *results)
    missed = np.flatnonzero(within < top_k)
    reach[missed] = items.shape[1] - 1
    _count(missed, queries, columns, relevance, top_k, *results)
    for q in range(count):
        items[q, reach[q] + 1 :] = 0
        for d in depths[q, : noted[q]]:
            if d <= reach[q]:
                relevant[q, d] += np.uint32(1)
