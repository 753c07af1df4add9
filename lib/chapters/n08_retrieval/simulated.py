"""Simulated code sets: what a hash network makes, without a network."""

import numpy as np

from basics.errors import InputError
from hashcenters.centers.generate import make_centers
from hashcenters.metrics.code_files import CodeSet


def simulated_codes(
    bits: int, *, queries: int, database: int, num_classes: int, flips: float, confused: float = 0.0, seed: int
) -> CodeSet:
    """Codes that are the CSQ center of an item's class with bits flipped at random.

    Args:
        bits: length of a code.
        queries, database: sizes.
        num_classes: 2 to 2^bits.
        flips: probability that a bit is flipped, 0 to 0.5.
        confused: share of items (0–1) whose code comes from the center of a random class instead of their own.
        seed: of centers, classes, flips and confusions.

    Raises:
        InputError: flips or confused out of range, sizes below 1, or sizes that CSQ's centers cannot serve.
    """
    if not (0 <= flips <= 0.5 and 0 <= confused <= 1 and queries >= 1 and database >= 1):
        came = f"flips={flips}, confused={confused}, queries={queries}, database={database}"
        raise InputError(f"simulated codes need flips in 0..0.5, confused in 0..1 and sizes >= 1, got {came}")
    generator = np.random.default_rng(seed)
    centers = make_centers("csq", bits, num_classes, seed=seed)
    labels = generator.integers(0, num_classes, queries + database)
    seen = np.where(generator.random(len(labels)) < confused, generator.integers(0, num_classes, len(labels)), labels)
    flipped = generator.random((len(labels), bits), dtype=np.float32) < flips
    codes = np.where(flipped, -centers[seen], centers[seen]).astype(np.int8)
    return CodeSet(codes[:queries], labels[:queries], codes[queries:], labels[queries:])
