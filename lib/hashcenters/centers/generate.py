"""Every generator of hash centers that needs sizes only, by name."""

import numpy as np
from basics.errors import InputError
from jaxtyping import Int8

from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.bernoulli import bernoulli_centers
from hashcenters.centers.coding import coding_centers
from hashcenters.centers.hadamard import hadamard_rows

GENERATORS = {
    "csq": csq_centers,
    "hadamard": hadamard_rows,
    "bernoulli": bernoulli_centers,
    "coding": coding_centers,
}


def make_centers(
    method: str, bits: int, num_classes: int, *, seed: int
) -> Int8[np.ndarray, "{num_classes} {bits}"]:
    """Hash centers by the name of their generator.

    Args:
        method: "csq" (Algorithm 1), "hadamard" (rows of H_K or H_2K), "bernoulli" (random bits) or "coding" (the
            best code that can be constructed).
        bits: length of a center.
        num_classes: 2 to 2^bits.
        seed: of every choice that the generator leaves open.

    Raises:
        InputError: an unknown method, or sizes that the method cannot serve.

    >>> make_centers("csq", 64, 100, seed=0).shape
    (100, 64)
    """
    if method not in GENERATORS:
        raise InputError(f"method must be one of {', '.join(GENERATORS)}, got {method!r}")
    return GENERATORS[method](bits, num_classes, seed=seed)
