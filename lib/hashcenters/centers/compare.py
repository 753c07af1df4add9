"""Generators of hash centers side by side: minimum distances against the bounds, and how random ones scatter."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from basics.errors import InputError
from jaxtyping import Int, Int8

from hashcenters.centers.bernoulli import bernoulli_centers
from hashcenters.centers.bounds import gilbert_varshamov_distance, max_min_distance_bound
from hashcenters.centers.coding import coding_distance, coding_recipe
from hashcenters.centers.generate import make_centers
from hashcenters.centers.sizes import is_power_of_two
from hashcenters.codes import pairwise_distances

METHODS = ("hadamard", "bernoulli", "balanced", "coding")


def compare_generators(
    all_bits: Sequence[int], all_classes: Sequence[int], *, seed: int, methods: Sequence[str] = METHODS
) -> pd.DataFrame:
    """The minimum distance that each generator reaches at each size.

    Args:
        all_bits: lengths of a center.
        all_classes: numbers of centers; sizes with more centers than 2^bits are left out.
        seed: of every generator.
        methods: "hadamard" (left out where there are not enough rows), "bernoulli", "balanced" (Bernoulli rows of
            bits / 2 ones, the best of 20 draws), "coding".

    Returns:
        Columns `bits`, `num_classes`, `method`, `minimum` (bits), `upper_bound` (the smallest of the three, bits),
        `gap` (bits between the two), `gilbert_varshamov` (bits), `below_half` (share of pairs closer than bits / 2,
        0–1), `constant_bits`, `construction` (of "coding", else empty).

    Raises:
        InputError: an unknown method, or sizes that a generator refuses.
    """
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        raise InputError(f"methods must be among {', '.join(METHODS)}, got {', '.join(unknown)}")
    sizes = [(bits, count) for bits in all_bits for count in all_classes if count <= 2**bits]
    limits = {
        size: {
            "upper_bound": max_min_distance_bound(*size),
            "gilbert_varshamov": gilbert_varshamov_distance(*size),
        }
        for size in sizes
    }
    rows = []
    for method in methods:
        for bits, num_classes in sizes:
            if method == "hadamard" and not (is_power_of_two(bits) and num_classes <= 2 * bits):
                continue
            found = _measure(method, bits, num_classes, seed)
            about = {"bits": bits, "num_classes": num_classes, "method": method}
            about["construction"] = coding_recipe(bits, num_classes) if method == "coding" else ""
            rows.append(about | limits[bits, num_classes] | found)
    frame = pd.DataFrame(rows)
    frame["gap"] = frame["upper_bound"] - frame["minimum"]
    order = [
        "minimum",
        "upper_bound",
        "gap",
        "gilbert_varshamov",
        "below_half",
        "constant_bits",
        "construction",
    ]
    return frame[["bits", "num_classes", "method", *order]]


def distance_table(frame: pd.DataFrame) -> pd.DataFrame:
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


def distance_shares(sets: Mapping[str, Int8[np.ndarray, "_ _"]]) -> pd.DataFrame:
    """How far apart the pairs of each set of centers are, as `plots.distance_histograms` draws it.

    Args:
        sets: ±1 centers by name.

    Returns:
        Columns `centers` (name), `bits`, `distance` (bits), `share` (of the pairs, 0–1); a row a distance that occurs.
    """
    parts = []
    for name, centers in sets.items():
        values, counts = np.unique(pairwise_distances(centers), return_counts=True)
        about = {"centers": name, "bits": centers.shape[1]}
        parts.append(pd.DataFrame(about | {"distance": values, "share": counts / counts.sum()}))
    return pd.concat(parts, ignore_index=True)


def bernoulli_minimums(
    bits: int, num_classes: int, *, draws: int, seed: int, balanced: bool = False
) -> Int[np.ndarray, "draws"]:
    """The minimum distance of each of many random draws of centers.

    Args:
        bits: length of a center.
        num_classes: centers a draw.
        draws: how many, at least 1.
        seed: the draws take the seeds `seed`, `seed` + 1, ...
        balanced: see `bernoulli_centers`; one balanced draw each, not the best of twenty.

    Raises:
        InputError: sizes out of range.
    """
    if draws < 1:
        raise InputError(f"draws must be at least 1, got {draws}")
    options = {"balanced": balanced, "balanced_draws": 1}
    made = (bernoulli_centers(bits, num_classes, seed=seed + draw, **options) for draw in range(draws))
    return np.array([pairwise_distances(centers).min() for centers in made])


def bernoulli_table(sizes: Sequence[tuple[int, int]], *, draws: int, seed: int) -> pd.DataFrame:
    """How often random centers have which minimum distance, beside what can be had at the same size.

    Args:
        sizes: pairs of bits and number of centers.
        draws: of each size and either way of drawing.
        seed: of the first draw.

    Returns:
        Columns `bits`, `num_classes`, `draws` ("coin flips" or "K/2 ones a row"), `minimum` (bits), `share` (of the
        draws, 0–1), `coding` and `upper_bound` (bits).
    """
    parts = []
    for bits, num_classes in sizes:
        about = {
            "bits": bits,
            "num_classes": num_classes,
            "coding": coding_distance(bits, num_classes),
            "upper_bound": max_min_distance_bound(bits, num_classes),
        }
        for name, balanced in (("coin flips", False), ("K/2 ones a row", True)):
            minima = bernoulli_minimums(bits, num_classes, draws=draws, seed=seed, balanced=balanced)
            values, counts = np.unique(minima, return_counts=True)
            found = {"draws": name, "minimum": values, "share": counts / draws}
            parts.append(pd.DataFrame(about | found))
    return pd.concat(parts, ignore_index=True)


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


def _measure(method: str, bits: int, num_classes: int, seed: int) -> dict[str, int | float]:
    if method == "balanced":
        centers = bernoulli_centers(bits, num_classes, seed=seed, balanced=True)
    else:
        centers = make_centers(method, bits, num_classes, seed=seed)
    distances = pairwise_distances(centers)
    return {
        "minimum": int(distances.min()),
        "below_half": float((2 * distances < bits).mean()),
        "constant_bits": int((centers == centers[0]).all(axis=0).sum()),
    }
