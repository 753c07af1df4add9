"""Category features without a network: what semantic centers are tried on where no classifier was trained."""

import numpy as np
from jaxtyping import Float64

from basics.errors import InputError
from hashcenters.datasets.digits import base_digits


def grouped_features(num_classes: int, *, groups: int, width: int, seed: int) -> Float64[np.ndarray, "classes width"]:
    """Synthetic unit features of classes in groups: alike inside a group, unrelated across.

    Args:
        num_classes: at least 3.
        groups: number of group directions, at least 1; classes fall into groups at random.
        width: length of a feature vector, at least 2.
        seed: of the draw.

    Raises:
        InputError: a number below its range.
    """
    if num_classes < 3 or groups < 1 or width < 2:
        raise InputError(f"num_classes, groups, width must be at least 3, 1, 2, got {num_classes}, {groups}, {width}")
    rng = np.random.default_rng(seed)
    directions = rng.normal(size=(groups, width))
    features = directions[rng.integers(0, groups, num_classes)] + rng.normal(size=(num_classes, width))
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def digit_pair_features() -> Float64[np.ndarray, "100 128"]:
    """Mean pictures of the classes "00" to "99", two real handwritten digits side by side, less the mean picture.

    Classes that share a digit are alike, and so are classes whose digits look alike.
    """
    images, digits = base_digits()
    means = np.array([images[digits == digit].mean(axis=0).ravel() for digit in range(10)]) / 255
    means -= means.mean(axis=0)
    left, right = np.divmod(np.arange(100), 10)
    return np.hstack([means[left], means[right]])
