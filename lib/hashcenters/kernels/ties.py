"""Average precision of one ranking whose tied blocks are given by two histograms over distances.

A tied block holds `size` items, `hits` of them relevant, behind `before` items of which `before_hits` are
relevant. Sums of reciprocals of consecutive ranks make every rule cost O(number of distances) a query.
"""

import math

import numpy as np

from hashcenters.kernels.compiled import compiled

EXPECTED, RELEVANT_FIRST, RELEVANT_LAST = 0, 1, 2
_DIRECT_TERMS = 64
_NEGLIGIBLE = 1e-25


@compiled(nogil=True)
def reciprocal_sum(before, count):
    """Σ 1/(before + i) for i = 1…count, to a relative error of a few 1e-16.

    Long sums start with direct terms and end with Euler–Maclaurin's formula, in differences that do not
    cancel.
    """
    direct = count if count <= _DIRECT_TERMS else max(0, _DIRECT_TERMS - before)
    total = 0.0
    for i in range(1, direct + 1):
        total += 1.0 / (before + i)
    if direct == count:
        return total
    low, high = float(before + direct), float(before + count)
    x, y = 1.0 / low, 1.0 / high
    tail = math.log1p((high - low) / low) + (y - x) / 2 - (y * y - x * x) / 12
    tail += (y**4 - x**4) / 120 - (y**6 - x**6) / 252
    return total + tail


@compiled(nogil=True)
def run_of_hits(before, before_hits, count):
    """Σ of the precisions at `count` relevant items in a row: Σ (before_hits + i)/(before + i)."""
    return count - (before - before_hits) * reciprocal_sum(before, count)


@compiled(nogil=True)
def shuffled_hits(before, before_hits, size, hits):
    """The mean, over all orders of `size` items with `hits` relevant, of the summed precisions at the hits.

    An item is relevant with probability hits/size, and then (i − 1)(hits − 1)/(size − 1) of the i − 1 items
    in front of it are relevant on average.
    """
    if hits == 0:
        return 0.0
    reciprocals = reciprocal_sum(before, size)
    total = (before_hits + 1) * reciprocals
    if hits > 1:
        total += (hits - 1) / (size - 1) * (size - (before + 1) * reciprocals)
    return hits / size * total


@compiled(nogil=True)
def _cut_share(summed, before, before_hits, slots, hits):
    """AP when exactly `hits` of the `slots` places left in front of the cut are relevant."""
    if before_hits + hits == 0:
        return 0.0
    return (summed + shuffled_hits(before, before_hits, slots, hits)) / (before_hits + hits)


@compiled(nogil=True)
def cut_block(summed, before, before_hits, size, hits, slots):
    """The mean AP over all orders of a block of which only `slots` items stand in front of the cut.

    The number of relevant ones among them is hypergeometric, and it is in the denominator too: the exact mean
    goes through its values, from the mode outwards until their weight no longer counts.
    """
    fewest, most = max(0, slots - (size - hits)), min(hits, slots)
    mode = min(most, max(fewest, (slots + 1) * (hits + 1) // (size + 2)))
    weights, total = 1.0, _cut_share(summed, before, before_hits, slots, mode)
    weight = 1.0
    for j in range(mode, most):
        weight *= (hits - j) / (j + 1.0) * ((slots - j) / (size - hits - slots + j + 1.0))
        if weight < _NEGLIGIBLE:
            break
        weights += weight
        total += weight * _cut_share(summed, before, before_hits, slots, j + 1)
    weight = 1.0
    for j in range(mode, fewest, -1):
        weight *= j / (hits - j + 1.0) * ((size - hits - slots + j) / (slots - j + 1.0))
        if weight < _NEGLIGIBLE:
            break
        weights += weight
        total += weight * _cut_share(summed, before, before_hits, slots, j - 1)
    return total / weights


@compiled(nogil=True)
def tied_average_precision(items, relevant, top_k, rule):
    """AP@k of one query from the histograms of all and of relevant items over distances, under one rule."""
    before, before_hits, summed = 0, 0, 0.0
    for d in range(items.shape[0]):
        size, hits = np.int64(items[d]), np.int64(relevant[d])
        slots = top_k - before
        if rule == EXPECTED and size > slots:
            return cut_block(summed, before, before_hits, size, hits, slots)
        if rule == EXPECTED:
            summed += shuffled_hits(before, before_hits, size, hits)
        elif rule == RELEVANT_FIRST:
            hits = min(hits, slots)
            summed += run_of_hits(before, before_hits, hits)
        else:
            misses = size - hits
            hits = max(0, min(hits, slots - misses))
            summed += run_of_hits(before + misses, before_hits, hits)
        before_hits += hits
        before += size
        if before >= top_k:
            break
    return summed / before_hits if before_hits else 0.0


@compiled(nogil=True)
def tied_average_precisions(items, relevant, top_k, scores):
    """Fill `scores` (n, 3): expected, relevant first, relevant last, for the n rows of both histograms."""
    for row in range(items.shape[0]):
        for rule in range(3):
            scores[row, rule] = tied_average_precision(items[row], relevant[row], top_k, rule)
