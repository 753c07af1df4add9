"""Every generator of hash centers that needs sizes only, by name."""

from collections.abc import Callable
from pkgutil import resolve_name

import numpy as np
from jaxtyping import Int8

from basics.errors import one_of
from basics.source import by_name

# functions of bits, num_classes and a keyword seed
GENERATORS = {
    "csq": "hashcenters.centers.algorithm1:csq_centers",
    "hadamard": "hashcenters.centers.hadamard:hadamard_rows",
    "bernoulli": "hashcenters.centers.algorithm1:bernoulli_centers",
    "balanced": "hashcenters.centers.algorithm1:balanced_centers",
    "dpn": "hashcenters.centers.greedy:greedy_centers",
    "mds": "hashcenters.centers.mds:mds_centers",
    "coding": "shelf.codes.coding:coding_centers",
}


@by_name("GENERATORS")
def find_generator(method: str) -> Callable[..., Int8[np.ndarray, "_ _"]]:
    """The function called `method`; only now is its module imported.

    Raises:
        InputError: an unknown method.
    """
    return resolve_name(GENERATORS[one_of(method, GENERATORS, "method")])


def make_centers(method: str, bits: int, num_classes: int, *, seed: int) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Hash centers by the name of their generator.

    Args:
        method: "csq" (Algorithm 1), "hadamard" (rows of H_K or H_2K), "bernoulli" (fair coin flips), "balanced"
            (rows of bits / 2 ones, the best of 20 draws), "dpn" (greedy random codes of DPN and OrthoHash), "mds"
            (minimum-distance-separated) or "coding" (the best code that can be constructed).
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of every choice that the generator leaves open.

    Raises:
        InputError: an unknown method, or sizes that the method cannot serve.

    >>> make_centers("csq", 64, 100, seed=0).shape
    (100, 64)
    """
    return find_generator(method)(bits, num_classes, seed=seed)
