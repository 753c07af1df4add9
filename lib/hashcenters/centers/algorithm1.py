"""CSQ's Algorithm 1: Hadamard rows where there are enough of them, random bits elsewhere."""

from typing import Literal

import numpy as np
from jaxtyping import Int8

from basics.errors import InputError
from hashcenters.centers.hadamard import check_sizes, hadamard_rows, is_power_of_two
from hashcenters.codes import pairwise_distances

Rule = Literal["H_K", "H_2K", "Bernoulli"]
MAX_DRAWS = 1000


def csq_rule(bits: int, num_classes: int) -> Rule:
    """Which branch of Algorithm 1 these sizes take.

    Raises:
        InputError: `num_classes` is below 2 or above 2^bits.

    >>> csq_rule(64, 64), csq_rule(64, 100), csq_rule(32, 100), csq_rule(48, 10)
    ('H_K', 'H_2K', 'Bernoulli', 'Bernoulli')
    """
    check_sizes(bits, num_classes)
    if not is_power_of_two(bits) or num_classes > 2 * bits:
        return "Bernoulli"
    return "H_K" if num_classes <= bits else "H_2K"


def csq_centers(bits: int, num_classes: int, *, seed: int | None) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Hash centers by CSQ's Algorithm 1; `csq_rule` tells which of its branches made them.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: which Hadamard rows are sampled, or which bits are drawn. None takes the first rows, as the
            authors' code does, and draws bits as seed 0 does.

    Raises:
        InputError: sizes out of range.

    Source: CSQ Algorithm 1.
    """
    if csq_rule(bits, num_classes) == "Bernoulli":
        return bernoulli_centers(bits, num_classes, seed=seed or 0)
    return hadamard_rows(bits, num_classes, seed=seed)


def bernoulli_centers(bits: int, num_classes: int, *, seed: int) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Centers of fair coin flips: the first draw whose mean pairwise distance is at least bits / 2.

    Raises:
        InputError: sizes out of range, or no valid draw came in 1,000 (never seen).

    Source: CSQ Algorithm 1 and Definition 1 (validity by the mean).
    """
    check_sizes(bits, num_classes)
    rng = np.random.default_rng(seed)
    for _ in range(MAX_DRAWS):
        draw = rng.integers(0, 2, size=(num_classes, bits), dtype=np.int8) * np.int8(2) - np.int8(1)
        if 2 * pairwise_distances(draw).mean() >= bits:
            return draw
    raise InputError(f"no valid draw of {num_classes} centers of {bits} bits in {MAX_DRAWS}, seed {seed}")


def balanced_centers(
    bits: int, num_classes: int, *, seed: int, draws: int = 20
) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Random centers with exactly half of the bits of each row set (rounded down): the best draw by its minimum.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of the draws.
        draws: how many compete, at least 1.

    Raises:
        InputError: a number out of range.

    Source: the tutorial of CSQ's authors.
    """
    check_sizes(bits, num_classes)
    if draws < 1:
        raise InputError(f"draws must be at least 1, got {draws}")
    rng = np.random.default_rng(seed)
    row = np.full(bits, -1, dtype=np.int8)
    row[: bits // 2] = 1
    drawn = [rng.permuted(np.tile(row, (num_classes, 1)), axis=1) for _ in range(draws)]
    return max(drawn, key=lambda draw: int(pairwise_distances(draw).min()))
