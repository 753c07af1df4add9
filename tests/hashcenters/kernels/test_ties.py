"""The closed forms against plain sums, dynamic programming, and every order of small blocks."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashcenters.kernels import ties

BLOCKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=3)
relaxed = settings(max_examples=60)


def average_precision(relevances, top_k) -> Fraction:
    found, summed = 0, Fraction(0)
    for rank, relevance in enumerate(relevances[:top_k], start=1):
        found += relevance
        summed += Fraction(found, rank) * relevance
    return summed / found if found else Fraction(0)


def all_orders(blocks, top_k) -> Fraction:
    """The mean AP over every placement of the hits inside every block; all are equally likely."""
    placements = [itertools.combinations(range(size), hits) for size, hits in blocks]
    scores = []
    for chosen in itertools.product(*map(list, placements)):
        ranking = [int(i in hits) for (size, _), hits in zip(blocks, chosen, strict=True) for i in range(size)]
        scores.append(average_precision(ranking, top_k))
    return sum(scores) / len(scores)


def by_states(before, before_hits, summed, size, hits, slots) -> float:
    """Mean AP with a cut block, by walking through its places with the distribution of hits so far."""
    chance, total = np.zeros(hits + 1), np.zeros(hits + 1)
    chance[0], total[0] = 1, summed
    j = np.arange(hits + 1)
    for place in range(slots):
        hit = np.clip((hits - j) / (size - place), 0, 1)
        with_hit = (total + chance * (before_hits + j + 1) / (before + place + 1)) * hit, chance * hit
        total, chance = total * (1 - hit), chance * (1 - hit)
        total[1:] += with_hit[0][:-1]
        chance[1:] += with_hit[1][:-1]
    found = before_hits + np.arange(hits + 1)
    return float(np.divide(total, found, out=np.zeros_like(total), where=found > 0).sum())


def histograms(blocks):
    sizes = np.array([size for size, _ in blocks], dtype=np.uint32)
    return sizes, np.array([hits for _, hits in blocks], dtype=np.uint32)


@relaxed
@given(BLOCKS, st.integers(1, 18))
def test_expected_is_the_mean_over_all_orders(pairs, top_k):
    blocks = [(misses + hits, hits) for misses, hits in pairs]
    top_k = min(top_k, max(1, sum(size for size, _ in blocks)))
    found = ties.tied_average_precision(*histograms(blocks), top_k, ties.EXPECTED)
    assert found == pytest.approx(float(all_orders(blocks, top_k)), abs=1e-14)


@relaxed
@given(BLOCKS, st.integers(1, 18))
def test_first_and_last_are_these_two_orders(pairs, top_k):
    blocks = [(misses + hits, hits) for misses, hits in pairs]
    first = [r for size, hits in blocks for r in [1] * hits + [0] * (size - hits)]
    last = [r for size, hits in blocks for r in [0] * (size - hits) + [1] * hits]
    for rule, ranking in ((ties.RELEVANT_FIRST, first), (ties.RELEVANT_LAST, last)):
        found = ties.tied_average_precision(*histograms(blocks), top_k, rule)
        assert found == pytest.approx(float(average_precision(ranking, top_k)), abs=1e-14)


def test_first_and_last_are_not_bounds_when_a_block_is_cut():
    blocks = [(1, 1), *[(1, 0)] * 9, (2, 1)]
    scores = [ties.tied_average_precision(*histograms(blocks), 11, rule) for rule in range(3)]
    assert scores == pytest.approx([(13 / 22 + 1) / 2, 13 / 22, 1.0])


@relaxed
@given(st.one_of(st.integers(0, 100), st.integers(0, 10**9)), st.integers(0, 400))
def test_sums_of_reciprocals(before, count):
    exact = math.fsum(1 / (before + i) for i in range(1, count + 1))
    assert ties.reciprocal_sum(before, count) == pytest.approx(exact, rel=1e-14, abs=0)


def test_a_long_sum_of_reciprocals():
    exact = math.fsum(1 / i for i in range(4, 10**6 + 1))
    assert ties.reciprocal_sum(3, 10**6 - 3) == pytest.approx(exact, rel=1e-14, abs=0)


@relaxed
@given(st.data())
def test_long_cut_blocks_agree_with_a_walk_through_their_places(data):
    before = data.draw(st.integers(0, 5000))
    before_hits = data.draw(st.integers(0, before))
    size = data.draw(st.integers(2, 600))
    hits = data.draw(st.integers(0, size))
    slots = data.draw(st.integers(1, size - 1))
    summed = before_hits * data.draw(st.floats(0, 1))
    found = ties.cut_block(summed, before, before_hits, size, hits, slots)
    assert found == pytest.approx(by_states(before, before_hits, summed, size, hits, slots), abs=1e-12)
