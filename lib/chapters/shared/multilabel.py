"""Hash centers of samples with several labels: the bitwise majority of their labels' centers."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Int8, UInt8

from basics.errors import InputError
from hashcenters.codes import as_codes

Codes = Int8[np.ndarray, "n bits"]
Labels = UInt8[np.ndarray, "n columns"]


@dataclass(frozen=True)
class Centroids:
    """Majority centroids with all that is needed to draw them again.

    Args:
        codes: one ±1 centroid a sample.
        tied: where the labels' centers were split evenly.
        tie_vectors: the ±1 bits that settle ties: one row a sample (`independent`), or one in all (`shared`).
    """

    codes: Codes
    tied: Bool[np.ndarray, "n bits"]
    tie_vectors: Int8[np.ndarray, "n_or_1 bits"]

    @property
    def tied_share(self) -> float:
        """Share of all bits that a tie vector had to settle, 0 to 1."""
        return float(self.tied.mean())


def majority_centroids(
    centers: Int8[np.ndarray, "num_classes bits"],
    labels: Labels,
    *,
    ties: Literal["independent", "shared"],
    seed: int,
) -> Centroids:
    """The centroid of each sample's label centers, the sign of their sum in every bit.

    Args:
        centers: ±1 hash centers.
        labels: multi-hot rows of 0 and 1, each with a label at least.
        ties: `independent` draws the tied bits of every set of labels by itself (the document), so equal sets
            have equal centroids; `shared` fills all ties from one random vector (the authors' code).
        seed: of the tie vectors.

    Raises:
        InputError: a row without a label, values other than 0 and 1, widths that differ, an unknown `ties`.

    Source: CSQ supplement, section 1 (its last two paragraphs).

    >>> rows = np.array([[1, 1, 1], [1, -1, 1], [1, -1, -1]], dtype=np.int8)
    >>> majority_centroids(rows, np.array([[1, 1, 1]], dtype=np.uint8), ties="shared", seed=0).codes
    array([[ 1, -1,  1]], dtype=int8)
    """
    centers = as_codes(centers, name="centers")
    _check_labels(labels, len(centers))
    votes = labels.astype(np.int32) @ centers.astype(np.int32)
    if ties == "shared":
        tie_vectors = _coin_flips(np.random.default_rng(seed), (1, centers.shape[1]))
    elif ties == "independent":
        tie_vectors = _vectors_of_label_sets(labels, centers.shape[1], seed)
    else:
        raise InputError(f'ties must be "independent" or "shared", got {ties!r}')
    codes = np.where(votes == 0, tie_vectors, np.sign(votes)).astype(np.int8)
    return Centroids(codes=codes, tied=votes == 0, tie_vectors=tie_vectors)


def _vectors_of_label_sets(labels: Labels, bits: int, seed: int) -> Codes:
    """One tie vector a distinct label set, drawn from the seed and the labels alone."""
    sets, of_sample = np.unique(labels, axis=0, return_inverse=True)
    vectors = [_coin_flips(np.random.default_rng([seed, *np.flatnonzero(row)]), bits) for row in sets]
    return np.stack(vectors)[of_sample.ravel()]


def _coin_flips(rng: np.random.Generator, shape: int | tuple[int, int]) -> Int8[np.ndarray, "..."]:
    return rng.integers(0, 2, size=shape, dtype=np.int8) * np.int8(2) - np.int8(1)


def _check_labels(labels: Labels, num_classes: int) -> None:
    if labels.shape[1] != num_classes:
        raise InputError(f"labels must have one column a center ({num_classes}), got {labels.shape[1]}")
    if (labels > 1).any():
        raise InputError(f"labels must be 0 or 1, got {labels.max()}")
    empty = ~labels.any(axis=1)
    if empty.any():
        raise InputError(f"every sample must have a label, got none in row {int(empty.argmax())}")
