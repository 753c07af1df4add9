"""Chapter 01, Hadamard hash centers: what its figures are called at other sizes than the document's."""

from collections.abc import Sequence
from typing import Any

from chapters.shared.readings import joined
from hashcenters.centers.algorithm1 import csq_rule

DOCUMENT = (64, 100, [32, 16])  # bits, classes and short lengths of Figs. S.2 to S.5


def sizes(bits: int, num_classes: int, short_bits: Sequence[int]) -> dict[str, Any]:
    """Values for the texts of the figures at given sizes.

    Args:
        bits: of the Hadamard matrix.
        num_classes: number of centers.
        short_bits: the other lengths of centers.

    >>> sizes(64, 150, [12])["pattern"], sizes(64, 150, [12])["lengths"]
    ('coin flips without a pattern', '12')
    """
    rules = {length: csq_rule(length, num_classes) for length in short_bits}
    patterns = {length: pattern(length, num_classes) for length in (bits, *short_bits)}
    return {
        "bits": bits,
        "twice": 2 * bits,
        "num_classes": num_classes,
        "all_bits": [bits, *short_bits],
        "lengths": joined([str(length) for length in short_bits]),
        "pattern": patterns[bits],
        "short_patterns": joined(list(dict.fromkeys(patterns[length] for length in short_bits))),
        "rules": joined(list(dict.fromkeys(rules.values()))),
    }


def pattern(bits: int, num_classes: int) -> str:
    """What the matrix of Algorithm 1's centers looks like.

    >>> pattern(64, 100)
    'the Hadamard matrix, followed by the first 36 rows of its negative'
    """
    looks = {
        "H_K": f"the first {num_classes} rows of the Hadamard matrix",
        "H_2K": f"the Hadamard matrix, followed by the first {num_classes - bits} rows of its negative",
    }
    return looks.get(csq_rule(bits, num_classes), "coin flips without a pattern")


def beside(bits: int, num_classes: int, short_bits: Sequence[int]) -> dict[str, str]:
    """What a figure is given so that it stands beside the document's only at the document's sizes.

    >>> beside(64, 100, [32, 16]), beside(16, 100, [32, 16])
    ({}, {'source': ''})
    """
    return {} if (bits, num_classes, list(short_bits)) == DOCUMENT else {"source": ""}
