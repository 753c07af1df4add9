"""Category features without a network: what semantic centers are tried on where no classifier was trained."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from jaxtyping import Float64

from basics.errors import InputError
from hashcenters.datasets.digits import base_digits

GLOSS_WIDTH = 50  # dimensions that are kept of the words in glosses


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


def name_similarity(names: Sequence[str]) -> Float64[np.ndarray, "classes classes"]:
    """How alike the names of classes are.

    Numbers of as many digits each are compared digit by digit: what counts is how many are the same. Names of ImageNet
    classes are compared by their glosses in WordNet, which come with timm: the cosine of their vectors under latent
    semantic analysis (tf-idf, 50 dimensions) of the glosses of all 21,841 classes.

    Raises:
        InputError: other names.

    Source: S. Deerwester et al., Indexing by latent semantic analysis, JASIS 41 (1990).

    >>> name_similarity(["07", "17", "77"]).tolist()
    [[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]]
    """
    if all(name.isdigit() and len(name) == len(names[0]) for name in names):
        signs = np.array([[*name] for name in names])
        return (signs[:, None] == signs).sum(axis=2).astype(np.float64)
    vectors = _gloss_vectors(names)
    return vectors @ vectors.T


def _gloss_vectors(names: Sequence[str]) -> Float64[np.ndarray, "classes width"]:
    from timm.data.imagenet_info import ImageNetInfo

    known: dict[str, str] = {}
    for wnid, gloss in ImageNetInfo("imagenet-1k").label_descriptions(detailed=True, as_dict=True).items():
        name = gloss.partition(":")[0].partition(",")[0]
        known |= {f"{name} ({wnid})": gloss, name: known.get(name, gloss)}
    if unknown := [name for name in names if name not in known]:
        raise InputError(f"class names must be numbers of one length or ImageNet's, got {unknown[0]!r}")
    return _gloss_analysis().transform([known[name] for name in names]).astype(np.float64)


@cache
def _gloss_analysis() -> Any:
    """Text to unit vectors, fitted to the glosses of all classes."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer
    from timm.data.imagenet_info import ImageNetInfo

    steps = TfidfVectorizer(stop_words="english"), TruncatedSVD(GLOSS_WIDTH, random_state=0), Normalizer()
    return make_pipeline(*steps).fit(ImageNetInfo("imagenet-22k").label_descriptions(detailed=True))


def noisy(
    similarity: Float64[np.ndarray, "classes classes"], level: float, *, seed: int
) -> Float64[np.ndarray, "classes classes"]:
    """A similarity with Gaussian noise on every pair of classes.

    Args:
        similarity: symmetric.
        level: standard deviation of the noise, in those of the similarity over pairs of different classes; 0 or more.
        seed: of the noise.
    """
    different = ~np.eye(len(similarity), dtype=bool)
    noise = np.triu(np.random.default_rng(seed).normal(size=similarity.shape), 1)
    return similarity + level * similarity[different].std() * (noise + noise.T)
