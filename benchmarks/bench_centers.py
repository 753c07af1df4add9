"""Coding centers: seconds for a first call at every size, and the distance they reach beside the bound."""

from collections.abc import Sequence
from time import perf_counter

import pandas as pd

from hashcenters.centers.bounds import max_min_distance_bound
from hashcenters.codes import pairwise_distances
from shelf.codes.coding import coding_centers, coding_construction
from shelf.codes.constructions import constructions
from shelf.codes.quasicyclic import stored_codes

BITS = (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128, 192, 256)
NUM_CLASSES = (10, 21, 51, 80, 100, 196, 555, 1000)
LIMIT = 1.0  # seconds allowed


def run(
    *, bits: Sequence[int] = BITS, num_classes: Sequence[int] = NUM_CLASSES, repeats: int = 3, seed: int = 0
) -> pd.DataFrame:
    """Time `coding_centers` from cold: nothing of the stored codes or constructions is in memory.

    Args:
        bits: lengths.
        num_classes: numbers of centers; sizes above 2^bits are left out.
        repeats: of which the median is reported.
        seed: of the centers.

    Returns:
        Columns `bits`, `num_classes`, `recipe`, `reached` and `bound` (minimum distances, bits), `seconds`,
        `limit` (seconds).
    """
    sizes = [(length, count) for length in bits for count in num_classes if count <= 2**length]
    return pd.DataFrame([_row(length, count, repeats, seed) for length, count in sizes])


def _row(bits: int, num_classes: int, repeats: int, seed: int) -> dict[str, object]:
    seconds = []
    for _ in range(repeats):
        constructions.cache_clear()
        stored_codes.cache_clear()
        started = perf_counter()
        centers = coding_centers(bits, num_classes, seed=seed)
        seconds.append(perf_counter() - started)
    return {
        "bits": bits,
        "num_classes": num_classes,
        "recipe": coding_construction(bits, num_classes),
        "reached": int(pairwise_distances(centers).min()),
        "bound": max_min_distance_bound(bits, num_classes),
        "seconds": sorted(seconds)[repeats // 2],
        "limit": LIMIT,
    }
