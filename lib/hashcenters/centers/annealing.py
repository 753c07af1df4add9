"""Semantic centers by annealing over their bits, with a known code as fall-back for distances out of its reach."""

import numpy as np
from jaxtyping import Float64, Int8

from basics.errors import InputError
from hashcenters.centers.generate import make_centers
from hashcenters.codes import inner_product, pairwise_distances
from hashcenters.kernels.bit_flips import exchange_rows, flip_bits

SCALE = 8  # targets are rounded to 1/8, inner products change in steps of 2
FORBIDDEN = 1e6  # weight of an excess that no gain in the objective can outweigh
HOT, COLD = 1.0, 0.1  # temperatures of the first and the last sweep, times what `_flip` says
SOFT, HARD = 1.0, 1e3  # weights of the squared excess in the first and the last sweep
STARTS, REPAIRS, REPAIR_SWEEPS, EXCHANGE_SWEEPS = 4, 3, 8, 3


def annealed_centers(
    target: Float64[np.ndarray, "num_classes num_classes"], bits: int, min_distance: int, *, seed: int
) -> Int8[np.ndarray, "num_classes bits"]:
    """Centers whose inner products are near the target and that are all `min_distance` apart.

    Single bits of random centers flip by Metropolis' rule at a falling temperature, while every pair too close
    pays a growing price; then pairs still too close are repaired. Where a few are left, other random centers are
    tried. Where no start succeeds, code words that keep the distance are assigned to the classes by their target, and
    annealed without ever leaving the distance; they end farther from the target.

    Args:
        target: target inner products; only the mean of t_ij and t_ji matters.
        bits: length of a center.
        min_distance: smallest distance allowed, 0 to bits.
        seed: of the starts, of the flips and of the code words.

    Raises:
        InputError: neither the flips nor the best constructed code reach the distance.
    """
    rng = np.random.default_rng(seed)
    num_classes = len(target)
    # as many passes over all bits as about half a second a start allows, within reason: one costs bits · m²
    sweeps = int(np.clip(5e8 / (bits * num_classes**2), 60, 400))
    for _ in range(STARTS):
        start = rng.integers(0, 2, size=(num_classes, bits), dtype=np.int8) * np.int8(2) - np.int8(1)
        centers = _repaired(_flip(start, target, min_distance, sweeps, rng, strictly=False), target, min_distance, rng)
        left = int((pairwise_distances(centers) < min_distance).sum())
        if not left:
            return centers
        if left > num_classes:  # such a distance is out of reach
            break
    words = _assigned_code(target, bits, min_distance, seed)
    return _flip(words, target, min_distance, sweeps // 3, rng, strictly=True)


def _repaired(
    centers: Int8[np.ndarray, "num_classes bits"],
    target: Float64[np.ndarray, "num_classes num_classes"],
    min_distance: int,
    rng: np.random.Generator,
) -> Int8[np.ndarray, "num_classes bits"]:
    """Centers with pairs too close taken apart, if that many tries suffice."""
    for _ in range(REPAIRS):
        if pairwise_distances(centers).min() >= min_distance:
            break
        centers = _flip(centers, target, min_distance, REPAIR_SWEEPS, rng, strictly=True)
    return centers


def assign_to_classes(
    words: Int8[np.ndarray, "num_classes bits"], target: Float64[np.ndarray, "num_classes num_classes"]
) -> Int8[np.ndarray, "num_classes bits"]:
    """The same words in an order nearer to the target: pairs exchange their words while that lowers the error.

    Args:
        words: ±1 code words, one for each class.
        target: target inner products of the classes.
    """
    order = np.arange(len(words))
    gram = inner_product(words, words).astype(np.float32)
    exchange_rows(gram, ((target + target.T) / 2).astype(np.float32), order, EXCHANGE_SWEEPS)
    return words[order]


def _assigned_code(
    target: Float64[np.ndarray, "num_classes num_classes"], bits: int, min_distance: int, seed: int
) -> Int8[np.ndarray, "num_classes bits"]:
    words = make_centers("coding", bits, len(target), seed=seed)
    reached = int(pairwise_distances(words).min())
    if reached < min_distance:
        raise InputError(
            f"min_distance {min_distance} was not reached for {len(target)} centers of {bits} bits; "
            f"the best code constructed here has {reached}"
        )
    return assign_to_classes(words, target)


def _flip(
    centers: Int8[np.ndarray, "num_classes bits"],
    target: Float64[np.ndarray, "num_classes num_classes"],
    min_distance: int,
    sweeps: int,
    rng: np.random.Generator,
    *,
    strictly: bool,
) -> Int8[np.ndarray, "num_classes bits"]:
    """Sweeps over all bits at falling temperatures; strictly, no flip brings a pair further below the distance.

    A temperature is in squared inner products. The last two sweeps accept no rise.
    """
    num_classes, bits = centers.shape
    temperatures = np.geomspace(HOT, COLD, sweeps) * 4 * bits * (num_classes / 100) ** 0.5
    temperatures[-2:] = 0
    if strictly:
        temperatures /= 3
    weights = np.full(sweeps, FORBIDDEN) if strictly else np.geomspace(SOFT, HARD, sweeps)
    gram = inner_product(centers, centers).astype(np.float32)
    residual = SCALE * gram - np.round(SCALE * (target + target.T) / 2).astype(np.float32)
    np.fill_diagonal(residual, 0)
    np.fill_diagonal(gram, -4 * bits)
    columns = np.ascontiguousarray(centers.T.astype(np.float32))
    limit = np.float32(bits - 2 * min_distance)
    flip_bits(columns, residual, gram, limit, np.float32(SCALE), temperatures, weights, rng)
    return np.ascontiguousarray(columns.T.astype(np.int8))
