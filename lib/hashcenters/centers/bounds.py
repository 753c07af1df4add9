"""How far apart hash centers can be at most, and how far apart some are for certain.

Every function takes the length of a center and the number of centers, and returns a distance in bits. The three
upper bounds hold for every set of centers; Gilbert–Varshamov's is a distance that some set of centers reaches.

Can ten centers of 64 bits be further apart than Hadamard rows, which are 32 bits apart? No more than three bits:

>>> plotkin_distance(64, 10), delsarte_distance(64, 10), singleton_distance(64, 10), gilbert_varshamov_distance(64, 10)
(35, 35, 61, 27)
"""

from functools import cache, lru_cache
from math import comb

import numpy as np
from jaxtyping import Float
from scipy.optimize import linprog

from hashcenters.centers.hadamard import check_sizes


def singleton_distance(bits: int, num_classes: int) -> int:
    """The trivial upper bound: without its last d − 1 bits no two centers may agree.

    Source: Singleton's bound, 2^(K−d+1) ≥ m.

    >>> singleton_distance(64, 100)
    58
    """
    check_sizes(bits, num_classes)
    return bits + 1 - (num_classes - 1).bit_length()


def plotkin_distance(bits: int, num_classes: int) -> int:
    """The upper bound from the mean: a bit separates at most ⌊m/2⌋⌈m/2⌉ of the m(m−1)/2 pairs.

    With a parity bit an odd distance grows by one, so that d is odd only where K + 1 bits allow d + 1.

    Source: Plotkin's bound; MacWilliams and Sloane, chapter 2, section 2.

    >>> plotkin_distance(64, 10), plotkin_distance(64, 21), plotkin_distance(64, 100)
    (35, 33, 32)
    """
    check_sizes(bits, num_classes)
    pairs = num_classes * (num_classes - 1) // 2
    separated = (num_classes // 2) * (num_classes - num_classes // 2)
    distance = bits * separated // pairs
    lone = distance % 2 == 1 and (bits + 1) * separated // pairs == distance
    return distance - lone


def gilbert_varshamov_distance(bits: int, num_classes: int) -> int:
    """The largest d for which balls of radius d − 1 around m − 1 centers leave a code free for the next one.

    Source: Gilbert's greedy argument, (m − 1) V(K, d − 1) < 2^K.

    >>> gilbert_varshamov_distance(64, 100)
    23
    """
    check_sizes(bits, num_classes)
    distance, ball = 0, 0
    while (num_classes - 1) * (ball + comb(bits, distance)) < 2**bits:
        ball += comb(bits, distance)
        distance += 1
    return distance


@cache
def delsarte_distance(bits: int, num_classes: int) -> int:
    """The upper bound by linear programming: the largest d with room for m centers in `delsarte_size`.

    Args:
        bits: length of a center, up to a few hundred.
        num_classes: 2 to 2^bits. The search goes down from Plotkin's bound, near which a program is small.

    Source: Delsarte 1973; MacWilliams and Sloane, chapter 17, section 4.

    >>> delsarte_distance(16, 256), delsarte_distance(64, 100), delsarte_distance(64, 1000)
    (6, 32, 28)
    """
    check_sizes(bits, num_classes)
    distance = plotkin_distance(bits, num_classes)
    while delsarte_size(bits, distance) < num_classes:
        distance -= 1
    return distance


UPPER_BOUNDS = {
    "the trivial (Singleton) bound": singleton_distance,
    "Plotkin's bound": plotkin_distance,
    "Delsarte's linear-programming bound": delsarte_distance,
}


def max_min_distance_bound(bits: int, num_classes: int) -> int:
    """The smallest of the three upper bounds on the minimum distance of `num_classes` centers.

    >>> max_min_distance_bound(64, 21)
    33
    """
    return min(bound(bits, num_classes) for bound in UPPER_BOUNDS.values())


@cache
def delsarte_size(bits: int, distance: int) -> int:
    """How many centers at `distance` or more the linear program allows, at most.

    A code of odd distance d gains a parity bit and with it distance d + 1, so that only even distances have to be
    programmed, and for them only distance distributions A_i on even i. The program's dual is solved: smallest
    1 + Σ_k y_k with y ≥ 0 and Σ_k y_k K_k(i) / K_k(0) ≤ −1 for every i ≥ d. A dual point that misses this by the
    solver's tolerance is scaled until it fits, so the result is a proved bound and not only a printed optimum.
    """
    bits, distance = bits + distance % 2, distance + distance % 2
    if distance > bits:
        return 1
    shares = _krawtchouk_shares(bits)[1 : bits // 2 + 1, distance::2]
    solution = linprog(np.ones(len(shares)), A_ub=shares.T, b_ub=-np.ones(shares.shape[1]), method="highs")
    weights = np.maximum(solution.x, 0)
    reached = -(weights @ shares).max()
    return int(1 + weights.sum() / reached + 1e-9)


@lru_cache(maxsize=8)
def _krawtchouk_shares(bits: int) -> Float[np.ndarray, "degrees weights"]:
    """K_k(i) / K_k(0) for k and i from 0 to `bits`: between −1 and 1 whatever `bits` is, from exact integers."""
    table = np.empty((bits + 1, bits + 1))
    for weight in range(bits + 1):
        previous, current = 0, 1
        for degree in range(bits + 1):
            table[degree, weight] = current / comb(bits, degree)
            following = (bits - 2 * weight) * current - (bits - degree + 1) * previous
            previous, current = current, following // (degree + 1)
    return table
