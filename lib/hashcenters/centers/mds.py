"""Minimum-distance-separated centers (MDS): as far apart in the mean as can be, no two closer than a distance d.

After the description of the method: from Algorithm 1's centers, row by row, a center is moved away from the mean of the
others under h_i·h_j ≤ K − 2d, by the ℓp-box method; done when all pairs are d apart. Ours: a row is left alone while it
keeps the distance, and replaced only by one that is less too close; multipliers start at 0 (the released script draws
them), and from the second pass on a row's solver starts from a random code instead; there are fewer steps a row.
"""

from math import comb

import numpy as np
from jaxtyping import Float64, Int8

from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.hadamard import check_sizes
from hashcenters.centers.lpbox import lpbox_row
from hashcenters.codes import pairwise_distances

PASSES = 12


def mds_distance(bits: int, num_classes: int) -> int:
    """The distance that MDS asks for: the smallest d whose balls of radius d − 1 around all centers fill the space.

    It is stated as Gilbert–Varshamov's bound, which it exceeds by one in most cases: that is the largest d for which
    balls around all but one center do *not* fill the space (`bounds.gilbert_varshamov_distance`).

    >>> mds_distance(16, 100), mds_distance(32, 100), mds_distance(64, 196)
    (4, 10, 23)
    """
    check_sizes(bits, num_classes)
    distance, ball = 0, 0
    while num_classes * ball < 2**bits:
        ball += comb(bits, distance)
        distance += 1
    return distance


def mds_centers(
    bits: int, num_classes: int, *, seed: int, passes: int = PASSES
) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Centers by the method of MDS; they need not reach its distance.

    Args:
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of Algorithm 1's centers, from which it starts, of the order of rows, and of the codes they restart from.
        passes: most passes over all rows.

    Raises:
        InputError: sizes out of range.

    Source: L. Wang, Y. Pan, C. Liu, H. Lai, J. Yin, Y. Liu, Deep Hashing with Minimal-Distance-Separated Hash Centers,
        CVPR 2023; its parts 3.2 and 3.3 (the optimisation), and the released script for d.
    """
    centers, rng = csq_centers(bits, num_classes, seed=seed), np.random.default_rng(seed)
    distance = mds_distance(bits, num_classes)
    for place in range(passes):
        if pairwise_distances(centers).min() >= distance:
            break
        centers = _one_pass(centers.astype(np.float64), bits - 2 * distance, rng, restart=place > 0)
    return centers


def _one_pass(
    centers: Float64[np.ndarray, "num_classes bits"], limit: int, rng: np.random.Generator, *, restart: bool
) -> Int8[np.ndarray, "num_classes bits"]:
    """Every row that is too close to others, in a random order, moved if that makes it less so."""
    for row in rng.permutation(len(centers)):
        others, own = np.delete(centers, row, axis=0), centers[row]
        excess = np.maximum(others @ own - limit, 0).sum()
        if excess:
            start = rng.choice([-1.0, 1.0], len(own)) if restart else own
            moved = lpbox_row(others, np.full(len(others), -0.5), limit, start, square=0.0)
            new = np.where(moved >= 0, 1.0, -1.0)
            if np.maximum(others @ new - limit, 0).sum() < excess:
                centers[row] = new
    return centers.astype(np.int8)
