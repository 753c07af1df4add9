"""The bits of a mask against distances of single items."""

import numpy as np
from hashcenters.kernels.bit_masks import GROUP, lowest_bit, near_mask
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit


@njit
def mask_of(code, columns, first, reach):
    return near_mask(code, columns, first, np.uint64(reach))


@njit
def place_of(word):
    return lowest_bit(word)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 16), st.integers(0, 70), st.floats(0, 1), st.integers(0, 2**32))
def test_a_bit_says_whether_an_item_is_no_farther(words, first, share, seed):
    rng = np.random.default_rng(seed)
    code = rng.integers(0, 2**64, words, dtype=np.uint64)
    columns = rng.integers(0, 2**64, (words, first + GROUP), dtype=np.uint64)
    columns[:, first + 1] = code
    columns[:, first + 2] = ~code
    distances = np.bitwise_count(columns ^ code[:, None]).sum(axis=0)[first:]
    for reach in (int(np.quantile(distances, share)), 0, 64 * words - 1, 64 * words):
        expected = sum(int(near) << i for i, near in enumerate(distances <= reach))
        assert mask_of(code, columns, first, reach) == expected


@given(st.integers(0, 63), st.integers(0, 2**64 - 1))
def test_the_lowest_bit(place, above):
    assert place_of(np.uint64((above << place | 1 << place) % 2**64)) == place


def test_no_bit_is_set():
    assert place_of(np.uint64(0)) == 64
