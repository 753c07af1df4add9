"""The least that any exact ranking has to do: look at the distance of every pair once."""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from numba import njit

from hashcenters.kernels.ranking import popcount

_TILE = 8192


@njit(nogil=True, cache=True)
def _nearest(queries, column, found):
    """The smallest distance of each query to codes of one word, tile by tile as the ranking kernel walks."""
    for first in range(0, column.shape[0], _TILE):
        tile = column[first : first + _TILE]
        for q in range(queries.shape[0]):
            value, least = queries[q], found[q]
            for i in range(tile.shape[0]):
                least = min(least, popcount(value ^ tile[i]))
            found[q] = least


def scan(queries: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Distance of every query's nearest code, on all cores; both arrays are `uint64` codes of one word."""
    found = np.full(len(queries), 64, dtype=np.uint64)
    threads = numba.config.NUMBA_NUM_THREADS
    parts = np.array_split(np.arange(len(queries)), 4 * threads)
    spans = [slice(part[0], part[-1] + 1) for part in parts if len(part)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda span: _nearest(queries[span], column, found[span]), spans))
    return found
