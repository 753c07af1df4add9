"""Semantic centers by annealing over their bits, with a known code as fall-back for distances out of its reach."""

import numpy as np
from basics.errors import InputError
from jaxtyping import Float64, Int8

from hashcenters.centers.generate import make_centers
from hashcenters.codes import inner_product, pairwise_distances
from hashcenters.kernels.annealing import exchange_rows, flip_bits

SCALE = 8  # targets are rounded to 1/8, inner products change in steps of 2
FORBIDDEN = 1e6  # weight of an excess that no gain in the objective can outweigh
HOT, COLD = 1.0, 0.1  # temperatures of the first and the last sweep, see `_temperature_unit`
SOFT, HARD = 1.0, 1e3  # weights of the squared excess in the first and the last sweep
REPAIRS, REPAIR_SWEEPS, EXCHANGE_SWEEPS = 3, 8, 3


def annealed_centers(
    target: Float64[np.ndarray, "num_classes num_classes"],
    bits: int,
    min_distance: int,
    *,
    seed: int,
    sweeps: int | None = None,
) -> Int8[np.ndarray, "num_classes bits"]:
    """Centers whose inner products are near the target and that are all `min_distance` apart.

    Single bits of random centers flip by Metropolis' rule at a falling temperature, while every pair too close
    pays a growing price; then pairs still too close are repaired. Where that fails, code words that keep the
    distance are assigned to the classes by their target, and annealed without ever leaving the distance.

    Args:
        target: target inner products; only the mean of t_ij and t_ji matters.
        bits: length of a center.
        min_distance: smallest distance allowed, 0 to bits.
        seed: of the start, of the flips and of the code words.
        sweeps: passes over all bits; None takes 60 to 400, fewer for more classes.

    Raises:
        InputError: neither the flips nor the best constructed code reach the distance.
    """
    rng = np.random.default_rng(seed)
    num_classes = len(target)
    sweeps = _usual_sweeps(num_classes, bits) if sweeps is None else sweeps
    start = rng.integers(0, 2, size=(num_classes, bits), dtype=np.int8) * np.int8(2) - np.int8(1)
    weights = np.geomspace(SOFT, HARD, sweeps)
    centers = _flip(start, target, min_distance, _cooling(num_classes, bits, sweeps), weights, rng)
    for _ in range(REPAIRS):
        if pairwise_distances(centers).min() >= min_distance:
            return centers
        centers = _flip_strictly(centers, target, min_distance, REPAIR_SWEEPS, rng)
    if pairwise_distances(centers).min() >= min_distance:
        return centers
    return _flip_strictly(
        _assigned_code(target, bits, min_distance, seed), target, min_distance, sweeps // 3, rng
    )


def assign_to_classes(
    words: Int8[np.ndarray, "num_classes bits"],
    target: Float64[np.ndarray, "num_classes num_classes"],
    *,
    sweeps: int = EXCHANGE_SWEEPS,
) -> Int8[np.ndarray, "num_classes bits"]:
    """The same words in an order nearer to the target: pairs exchange their words while that lowers the error.

    Args:
        words: ±1 code words, one for each class.
        target: target inner products of the classes.
        sweeps: most passes over all pairs of classes.
    """
    order = np.arange(len(words))
    gram = inner_product(words, words).astype(np.float32)
    exchange_rows(gram, ((target + target.T) / 2).astype(np.float32), order, sweeps)
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
    temperatures: Float64[np.ndarray, "sweeps"],
    weights: Float64[np.ndarray, "sweeps"],
    rng: np.random.Generator,
) -> Int8[np.ndarray, "num_classes bits"]:
    bits = centers.shape[1]
    gram = inner_product(centers, centers).astype(np.float32)
    residual = SCALE * gram - np.round(SCALE * (target + target.T) / 2).astype(np.float32)
    np.fill_diagonal(residual, 0)
    np.fill_diagonal(gram, -4 * bits)
    columns = np.ascontiguousarray(centers.T.astype(np.float32))
    limit = np.float32(bits - 2 * min_distance)
    flip_bits(columns, residual, gram, limit, np.float32(SCALE), temperatures, weights, rng)
    return np.ascontiguousarray(columns.T.astype(np.int8))


def _flip_strictly(
    centers: Int8[np.ndarray, "num_classes bits"],
    target: Float64[np.ndarray, "num_classes num_classes"],
    min_distance: int,
    sweeps: int,
    rng: np.random.Generator,
) -> Int8[np.ndarray, "num_classes bits"]:
    """Flips that never bring a pair further below the distance, whatever the objective would gain."""
    temperatures = _cooling(*centers.shape, sweeps) / 3
    return _flip(centers, target, min_distance, temperatures, np.full(sweeps, FORBIDDEN), rng)


def _cooling(num_classes: int, bits: int, sweeps: int) -> Float64[np.ndarray, "sweeps"]:
    """Falling temperatures in squared inner products; the last two sweeps accept no rise."""
    temperatures = np.geomspace(HOT, COLD, sweeps) * 4 * bits * (num_classes / 100) ** 0.5
    temperatures[-2:] = 0
    return temperatures


def _usual_sweeps(num_classes: int, bits: int) -> int:
    """As many sweeps as about half a second on one core allows, within reason: a sweep costs bits · m²."""
    return int(np.clip(5e8 / (bits * num_classes**2), 60, 400))
