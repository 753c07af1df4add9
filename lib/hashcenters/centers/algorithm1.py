"""CSQ's Algorithm 1: Hadamard rows where there are enough of them, random bits elsewhere."""

from typing import Literal

import numpy as np
from jaxtyping import Int8

from hashcenters.centers.bernoulli import bernoulli_centers
from hashcenters.centers.hadamard import hadamard_rows
from hashcenters.centers.sizes import check_sizes, is_power_of_two

Rule = Literal["H_K", "H_2K", "Bernoulli"]


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


def csq_centers(
    bits: int, num_classes: int, *, seed: int | None, balanced: bool = False
) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Hash centers by CSQ's Algorithm 1; `csq_rule` tells which of its branches made them.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: which Hadamard rows are sampled, or which bits are drawn. None takes the first rows, as the
            authors' code does, and draws bits as seed 0 does.
        balanced: how the last branch draws, see `bernoulli_centers`.

    Raises:
        InputError: sizes out of range.

    Source: CSQ Algorithm 1.
    """
    if csq_rule(bits, num_classes) == "Bernoulli":
        return bernoulli_centers(bits, num_classes, seed=seed or 0, balanced=balanced)
    return hadamard_rows(bits, num_classes, seed=seed)
