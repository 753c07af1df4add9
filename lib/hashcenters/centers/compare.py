"""Generators of hash centers side by side: minimum distances against the bounds, and how random ones scatter."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from basics.errors import InputError
from jaxtyping import Int, Int8

from hashcenters.centers.algorithm1 import balanced_centers, bernoulli_centers
from hashcenters.centers.bounds import gilbert_varshamov_distance, max_min_distance_bound
from hashcenters.centers.generate import GENERATORS, find_generator, make_centers
from hashcenters.codes import pairwise_distances

COMPOSED = ("csq",)  # Algorithm 1 is `hadamard` where it exists and `bernoulli` elsewhere: no row of its own
DRAWN = {"coin flips": bernoulli_centers, "K/2 ones a row": partial(balanced_centers, draws=1)}


def compare_generators(all_bits: Sequence[int], all_classes: Sequence[int], *, seed: int) -> pd.DataFrame:
    """The minimum distance that every generator reaches at each size that it serves.

    Args:
        all_bits: lengths of a center.
        all_classes: numbers of centers; sizes with more centers than 2^bits are left out.
        seed: of every generator.

    Returns:
        Columns `bits`, `num_classes`, `method`, `minimum` (bits), `upper_bound` (the smallest of the three, bits),
        `gap` (bits between the two), `gilbert_varshamov` (bits), `below_half` (share of pairs closer than bits / 2,
        0–1), `constant_bits`, `construction` (of a generator that chooses among several, else empty).

    Raises:
        InputError: sizes without any centers.
    """
    sizes = [(bits, count) for bits in all_bits for count in all_classes if count <= 2**bits]
    rows = []
    for method in [name for name in GENERATORS if name not in COMPOSED]:
        name_of = getattr(find_generator(method), "construction", lambda *_: "")
        for size in sizes:
            bound = max_min_distance_bound(*size)
            try:
                centers = make_centers(method, *size, seed=seed)
            except InputError:
                continue
            found = _measure(centers, bound) | {"construction": name_of(*size)}
            rows.append({"bits": size[0], "num_classes": size[1], "method": method} | found)
    return pd.DataFrame(rows)


def _measure(centers: Int8[np.ndarray, "num_classes bits"], bound: int) -> dict[str, int | float]:
    num_classes, bits = centers.shape
    distances = pairwise_distances(centers)
    minimum = int(distances.min())
    return {
        "minimum": minimum,
        "upper_bound": bound,
        "gap": bound - minimum,
        "gilbert_varshamov": gilbert_varshamov_distance(bits, num_classes),
        "below_half": float((2 * distances < bits).mean()),
        "constant_bits": int((centers == centers[0]).all(axis=0).sum()),
    }


def minimum_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A comparison as one reads it: a row a length and method, a column a number of centers.

    Cells hold the minimum distance; the rows "upper bound" hold the bound, and missing generators a dash.
    """
    bound = frame.drop_duplicates(["bits", "num_classes"]).assign(method="upper bound")
    bound = bound.assign(minimum=bound["upper_bound"])
    both = pd.concat([frame, bound])
    methods = [*dict.fromkeys(frame["method"]), "upper bound"]
    table = both.pivot(index=["bits", "method"], columns="num_classes", values="minimum")
    table = table.sort_index(key=lambda level: level.map(methods.index) if level.name == "method" else level)
    table = table.astype("Int64").astype(object).where(table.notna(), "–")
    table.columns = [f"m = {count}" for count in table.columns]
    return table.reset_index()


def construction_table(frame: pd.DataFrame) -> pd.DataFrame:
    """The constructions of `coding` in a comparison, neighbouring sizes with the same one in a row.

    Returns:
        Columns `bits`, `num_classes` (one number, or the first and last), `construction`, `minimum` and
        `upper_bound` (bits; the bound of the first size), `gilbert_varshamov` (bits; of the first size).
    """
    part = frame[frame["method"] == "coding"].sort_values(["bits", "num_classes"])
    same = ["bits", "construction", "minimum", "upper_bound"]
    block = (part[same] != part[same].shift()).any(axis=1).cumsum()
    grouped = part.groupby(block.to_numpy())
    first, last = grouped["num_classes"].first(), grouped["num_classes"].last()
    table = grouped[["bits", "construction", "minimum", "upper_bound", "gilbert_varshamov"]].first()
    spans = [f"{low}" if low == high else f"{low}–{high}" for low, high in zip(first, last, strict=True)]
    table.insert(1, "num_classes", spans)
    return table.reset_index(drop=True)


def drawn_minimums(
    kind: str, bits: int, num_classes: int, *, draws: int, seed: int
) -> Int[np.ndarray, "draws"]:
    """The minimum distance of each of many random draws of centers.

    Args:
        kind: a key of `DRAWN`; a draw with bits / 2 ones a row is one, not the best of twenty.
        bits: length of a center.
        num_classes: centers a draw.
        draws: how many, at least 1.
        seed: the draws take the seeds `seed`, `seed` + 1, ...

    Raises:
        InputError: sizes out of range.
    """
    if draws < 1:
        raise InputError(f"draws must be at least 1, got {draws}")
    made = (DRAWN[kind](bits, num_classes, seed=seed + draw) for draw in range(draws))
    return np.array([pairwise_distances(centers).min() for centers in made])


def bernoulli_table(sizes: Sequence[tuple[int, int]], *, draws: int, seed: int) -> pd.DataFrame:
    """How often random centers have which minimum distance, beside what can be had at the same size.

    Args:
        sizes: pairs of bits and number of centers.
        draws: of each size and either way of drawing.
        seed: of the first draw, and of `coding`.

    Returns:
        Columns `bits`, `num_classes`, `draws` ("coin flips" or "K/2 ones a row"), `minimum` (bits), `share` (of the
        draws, 0–1), `coding` (what that generator reaches) and `upper_bound` (bits).
    """
    parts = []
    for bits, num_classes in sizes:
        coding = make_centers("coding", bits, num_classes, seed=seed)
        about = {
            "bits": bits,
            "num_classes": num_classes,
            "coding": int(pairwise_distances(coding).min()),
            "upper_bound": max_min_distance_bound(bits, num_classes),
        }
        for kind in DRAWN:
            minima = drawn_minimums(kind, bits, num_classes, draws=draws, seed=seed)
            values, counts = np.unique(minima, return_counts=True)
            found = {"draws": kind, "minimum": values, "share": counts / draws}
            parts.append(pd.DataFrame(about | found))
    return pd.concat(parts, ignore_index=True)
