"""Codes from hyperplanes through the mean of features, without any label: LSH and ITQ."""

import numpy as np
from jaxtyping import Float, Float64

from basics.errors import InputError

STEPS = 50  # of ITQ, as in the paper


def random_hyperplanes(width: int, bits: int, *, seed: int) -> Float64[np.ndarray, "{width} {bits}"]:
    """Normals of hyperplanes in random directions; the share of bits that differ is the angle of two vectors over π.

    Args:
        width: length of a feature vector.
        bits: hyperplanes.
        seed: of the draw.

    Source: M. S. Charikar, Similarity estimation techniques from rounding algorithms, STOC 2002.
    """
    return np.random.default_rng(seed).normal(size=(width, bits))


def itq_rotation(
    projected: Float64[np.ndarray, "n bits"], *, seed: int, steps: int = STEPS
) -> Float64[np.ndarray, "bits bits"]:
    """A rotation R for which projected features V lie near corners of the cube: ‖sign(VR) − VR‖² falls with each step.

    Args:
        projected: features on their first principal directions, with mean 0.
        seed: of the rotation that it starts from.
        steps: codes and rotation are fitted to each other so often.

    Source: Y. Gong and S. Lazebnik, Iterative quantization, CVPR 2011, Sec. 2.2.
    """
    bits = projected.shape[1]
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(bits, bits)))
    for _ in range(steps):
        codes = np.where(projected @ rotation >= 0, 1.0, -1.0)
        left, _, right = np.linalg.svd(projected.T @ codes)
        rotation = left @ right
    return rotation


def itq_hyperplanes(
    features: Float[np.ndarray, "n width"], bits: int, *, seed: int, steps: int = STEPS
) -> Float64[np.ndarray, "width bits"]:
    """Normals of ITQ's hyperplanes: the first principal directions, rotated.

    Args:
        features: to fit to; their mean is taken off.
        bits: directions that are kept, at most the width of the features.
        seed, steps: as in `itq_rotation`.

    Raises:
        InputError: more bits than features have entries.
    """
    width = features.shape[1]
    if bits > width:
        raise InputError(f"ITQ makes at most as many bits as features have entries, {width}, got {bits}")
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    directions = directions[:, ::-1][:, :bits]
    return directions @ itq_rotation(centred @ directions, seed=seed, steps=steps)
