"""Target codes of DPN, also OrthoHash's codebook O: random codes, taken while they keep a distance that falls.

OrthoHash's codebooks N and B are fair coin flips, which `algorithm1.bernoulli_centers` draws.
"""

import numpy as np
from jaxtyping import Int8

from basics.errors import InputError
from hashcenters.centers.hadamard import check_sizes

FIRST, STEP, LAST = 61, 1, 20  # the share of bits that two codes must differ in, in percent: first, its fall, the least
TRIES = 10_000
_AT_ONCE = 500


def greedy_centers(bits: int, num_classes: int, *, seed: int) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Fair codes one after the other, each taken if it differs from all before in 61 % of the bits at least.

    After every 10,000 refused codes the share falls by a point.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of the codes.

    Raises:
        InputError: sizes out of range, or such that fewer codes than wanted keep 20 % of the bits apart.

    Source: L. Fan et al., Deep Polarized Network for Supervised Learning of Accurate Binary Hashing Codes, IJCAI 2020;
        J. T. Hoe et al., One Loss for All (OrthoHash), NeurIPS 2021; the numbers from their released code.
    """
    check_sizes(bits, num_classes)
    rng = np.random.default_rng(seed)
    taken = np.empty((0, bits), dtype=np.float32)
    share, refused = FIRST, 0
    while len(taken) < num_classes:
        drawn = rng.integers(0, 2, size=(_AT_ONCE, bits)).astype(np.float32) * 2 - 1
        for code, far in zip(drawn, _far(drawn, taken, bits, share), strict=True):
            if far and len(taken) < num_classes and _far(code[None], taken, bits, share)[0]:
                taken = np.concatenate([taken, code[None]])
            else:
                refused += 1
        if refused >= TRIES:
            share, refused = share - STEP, 0
            if share < LAST:
                raise InputError(
                    f"fewer than {num_classes} codes of {bits} bits were found {LAST} % of the bits apart; use coding"
                )
    return taken.astype(np.int8)


def _far(codes: np.ndarray, taken: np.ndarray, bits: int, share: int) -> np.ndarray:
    """Which codes differ from all that are taken in so many percent of the bits."""
    products = (codes @ taken.T).max(axis=1, initial=-bits)
    return 100 * (bits - products) >= 2 * share * bits
