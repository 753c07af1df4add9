"""Codes as 64-bit words, and the number of set bits of a word."""

import numpy as np
from numba import njit, types
from numba.extending import intrinsic


@intrinsic
def popcount(typingctx, word):
    """Number of set bits of a `uint64`: one instruction on every CPU of the last fifteen years."""

    def emit(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), emit


@njit(nogil=True, cache=True)
def pack_signs(codes, words):
    """Set bit b of `words[:, n]` where `codes[n, b]` is +1.

    Returns the flat index of the first value that is neither −1 nor +1, or −1 when there is none.
    """
    rows, bits = codes.shape
    for row in range(rows):
        for first in range(0, bits, 64):
            word = np.uint64(0)
            for bit in range(first, min(first + 64, bits)):
                value = codes[row, bit]
                if value != 1 and value != -1:
                    return row * bits + bit
                word |= np.uint64(value == 1) << np.uint64(bit - first)
            words[first // 64, row] = word
    return -1
