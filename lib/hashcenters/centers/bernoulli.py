"""Random hash centers: fair coin flips, or rows with exactly half of their bits set."""

import numpy as np
from basics.errors import InputError
from jaxtyping import Int8

from hashcenters.centers.sizes import check_sizes
from hashcenters.codes import pairwise_distances

MAX_DRAWS = 1000


def bernoulli_centers(
    bits: int, num_classes: int, *, seed: int, balanced: bool = False, balanced_draws: int = 20
) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Centers drawn at random, kept when they are valid by their mean distance.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of the draws.
        balanced: False flips a fair coin for every bit and keeps the first draw whose mean pairwise distance
            is at least bits / 2, as the text has it. True sets exactly half of the bits of each row (rounded
            down) and keeps the best of `balanced_draws` by minimum distance, after the authors' tutorial.
        balanced_draws: how many balanced draws compete, at least 1.

    Raises:
        InputError: sizes out of range, or no valid draw came in 1,000 (never seen).

    Source: CSQ Algorithm 1 and Definition 1 (validity by the mean).
    """
    check_sizes(bits, num_classes)
    rng = np.random.default_rng(seed)
    if balanced:
        if balanced_draws < 1:
            raise InputError(f"balanced_draws must be at least 1, got {balanced_draws}")
        draws = [_half_ones(bits, num_classes, rng) for _ in range(balanced_draws)]
        return max(draws, key=lambda draw: int(pairwise_distances(draw).min()))
    for _ in range(MAX_DRAWS):
        draw = rng.integers(0, 2, size=(num_classes, bits), dtype=np.int8) * np.int8(2) - np.int8(1)
        if 2 * pairwise_distances(draw).mean() >= bits:
            return draw
    raise InputError(f"no valid draw of {num_classes} centers of {bits} bits in {MAX_DRAWS}, seed {seed}")


def _half_ones(
    bits: int, num_classes: int, rng: np.random.Generator
) -> Int8[np.ndarray, "{num_classes} bits"]:
    row = np.full(bits, -1, dtype=np.int8)
    row[: bits // 2] = 1
    return rng.permuted(np.tile(row, (num_classes, 1)), axis=1)
