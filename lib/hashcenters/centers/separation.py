"""How far apart a set of hash centers is, beside what is possible at its size."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int, Num

from hashcenters.centers import bounds
from hashcenters.centers.hadamard import check_sizes
from hashcenters.codes import as_codes, pack, pairwise_distances


@dataclass(frozen=True)
class Separation:
    """Distances of all pairs of centers, the use of their bits, and the bounds for their number and length.

    Args:
        bits: length of a center.
        num_classes: number of centers.
        minimum: smallest distance of a pair, bits.
        mean: mean distance of the pairs, bits.
        maximum: largest distance of a pair, bits.
        histogram: how many pairs lie at distance 0, 1, ..., bits.
        duplicates: centers that equal an earlier one.
        constant_bits: bits that are the same in all centers.
        ones: share of +1 among all bits, 0 to 1.
        worst_bit: largest difference between the share of +1 in one bit and ½, 0 to ½.
        plotkin: upper bound on the minimum distance, from the mean.
        delsarte: upper bound on the minimum distance, by linear programming.
        singleton: the trivial upper bound on the minimum distance.
        gilbert_varshamov: minimum distance that some set of this size has for certain.
    """

    bits: int
    num_classes: int
    minimum: int
    mean: float
    maximum: int
    histogram: Int[np.ndarray, "distances"]
    duplicates: int
    constant_bits: int
    ones: float
    worst_bit: float
    plotkin: int
    delsarte: int
    singleton: int
    gilbert_varshamov: int

    @property
    def below_half(self) -> float:
        """Share of the pairs that are less than bits / 2 apart, 0 to 1."""
        distances = np.arange(self.bits + 1)
        return float(self.histogram[2 * distances < self.bits].sum() / self.histogram.sum())

    @property
    def valid_by_mean(self) -> bool:
        """Definition 1 of CSQ's main text: the mean distance is at least bits / 2."""
        return 2 * self.mean >= self.bits

    @property
    def valid_by_pairs(self) -> bool:
        """The reading of CSQ's supplement: any two centers are at least bits / 2 apart."""
        return 2 * self.minimum >= self.bits

    @property
    def upper_bound(self) -> int:
        """The smallest of the three upper bounds."""
        return min(self.plotkin, self.delsarte, self.singleton)

    @property
    def gap(self) -> int:
        """How many bits the minimum distance lies below the smallest upper bound."""
        return self.upper_bound - self.minimum

    def row(self) -> dict[str, Any]:
        """Everything but the histogram, with the derived values, as one row of a table."""
        fields = {name: value for name, value in vars(self).items() if name != "histogram"}
        derived = ("below_half", "valid_by_mean", "valid_by_pairs", "upper_bound", "gap")
        return fields | {name: getattr(self, name) for name in derived}


def separation(centers: Num[np.ndarray, "num_classes bits"]) -> Separation:
    """Measure a set of centers.

    Args:
        centers: ±1, at least two rows and at most 2^bits.

    Raises:
        InputError: values other than ±1, fewer than two rows or more than 2^bits.

    >>> from hashcenters.centers.hadamard import double_hadamard
    >>> report = separation(double_hadamard(16))
    >>> report.minimum, report.maximum, report.upper_bound, report.constant_bits
    (8, 16, 8, 0)
    """
    centers = as_codes(centers, name="centers")
    num_classes, bits = centers.shape
    check_sizes(bits, num_classes)
    distances = pairwise_distances(centers)
    ones = (centers > 0).mean(axis=0)
    return Separation(
        bits=bits,
        num_classes=num_classes,
        minimum=int(distances.min()),
        mean=float(distances.mean()),
        maximum=int(distances.max()),
        histogram=np.bincount(distances, minlength=bits + 1),
        duplicates=num_classes - len(np.unique(pack(centers), axis=0)),
        constant_bits=int(((ones == 0) | (ones == 1)).sum()),
        ones=float(ones.mean()),
        worst_bit=float(np.abs(ones - 0.5).max()),
        plotkin=bounds.plotkin_distance(bits, num_classes),
        delsarte=bounds.delsarte_distance(bits, num_classes),
        singleton=bounds.singleton_distance(bits, num_classes),
        gilbert_varshamov=bounds.gilbert_varshamov_distance(bits, num_classes),
    )
