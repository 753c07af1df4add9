"""Hash centers from the best codes that can be constructed at once, for any number of bits and classes."""

import numpy as np
from jaxtyping import Int8

from basics.errors import InputError
from hashcenters.centers.hadamard import check_sizes
from shelf.codes.binary_codes import with_parity
from shelf.codes.constructions import Construction, constructions, describe

MOST_BITS = 256
MOST_CLASSES = 1024


def coding_centers(bits: int, num_classes: int, *, seed: int) -> Int8[np.ndarray, "{num_classes} bits"]:
    """Centers at the largest minimum distance known here, without a constant bit.

    Args:
        bits: 1 to 256.
        num_classes: 2 to 1,024, at most 2^bits.
        seed: chooses among equivalent centers: words of a code, order and sign of the bits, order of the rows.

    Raises:
        InputError: sizes out of range.

    Source: MacWilliams and Sloane, The Theory of Error-Correcting Codes; each construction names its chapter.

    >>> coding_centers(48, 100, seed=0).shape, coding_distance(48, 100)
    ((100, 48), 23)
    """
    _check(bits, num_classes)
    rng = np.random.default_rng(seed)
    centers = _balance_constant_bits(_build(bits, num_classes, rng), rng)
    signs = rng.choice(np.array([-1, 1], dtype=np.int8), size=bits)
    return rng.permutation(centers, axis=0)[:, rng.permutation(bits)] * signs


def coding_distance(bits: int, num_classes: int) -> int:
    """The minimum distance that `coding_centers` reaches for certain, without building them.

    Raises:
        InputError: sizes out of range.
    """
    _check(bits, num_classes)
    return constructions(num_classes)[bits].distance


def coding_construction(bits: int, num_classes: int) -> str:
    """The name of the construction that `coding_centers` uses.

    Raises:
        InputError: sizes out of range.
    """
    _check(bits, num_classes)
    return describe(num_classes, bits)


coding_centers.construction = coding_construction  # for tables that name it beside the distance


def _check(bits: int, num_classes: int) -> None:
    check_sizes(bits, num_classes)
    if bits > MOST_BITS or num_classes > MOST_CLASSES:
        limits = f"at most {MOST_BITS} bits and at most {MOST_CLASSES} classes"
        raise InputError(f"coding centers need {limits}, got {bits} and {num_classes}")


def _build(bits: int, num_classes: int, rng: np.random.Generator) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Follow the construction of a length."""
    found = constructions(num_classes)[bits]
    if found.rule == "code":
        words = _shorten(found)
        return words[rng.choice(len(words), num_classes, replace=False)]
    parts = [_build(part, num_classes, rng) for part in found.parts]
    if found.rule == "puncture":
        return parts[0][:, 1:]
    if found.rule == "parity":
        return with_parity(parts[0])
    if found.rule == "pad":
        return np.pad(parts[0], ((0, 0), (0, 1)), constant_values=1)
    return np.concatenate(parts, axis=1)


def _shorten(found: Construction) -> Int8[np.ndarray, "words bits"]:
    """The words of a code that agree in their first bits, without these bits; the larger half each time."""
    words = found.code.words()
    for _ in range(found.shortened):
        ones = words[:, 0] == 1
        words = words[ones if 2 * ones.sum() >= len(words) else ~ones][:, 1:]
    return words


def _balance_constant_bits(
    centers: Int8[np.ndarray, "num_classes bits"], rng: np.random.Generator
) -> Int8[np.ndarray, "num_classes bits"]:
    """Set a bit that is the same in all centers to −1 in a random half of them; no distance can shrink by it."""
    centers = centers.copy()
    for bit in np.flatnonzero((centers == centers[0]).all(axis=0)):
        half = rng.permutation(len(centers))[: len(centers) // 2]
        centers[half, bit] *= -1
    return centers
