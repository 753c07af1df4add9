"""Generators of hash centers side by side: their minimum distances against the bounds."""

from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from math import comb

import numpy as np
import pandas as pd

from basics.errors import InputError
from chapters.shared.comparisons import Verdict
from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.bounds import max_min_distance_bound
from hashcenters.centers.generate import GENERATORS, find_generator, make_centers
from hashcenters.centers.hadamard import check_sizes, double_hadamard
from hashcenters.centers.separation import separation
from hashcenters.codes import pairwise_distances

MEASURES = ("minimum", "upper_bound", "gap", "gilbert_varshamov", "below_half", "constant_bits")
COMPOSED = ("csq",)  # Algorithm 1 is `hadamard` where it exists and `bernoulli` elsewhere: no row of its own


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
    for size in sizes:
        check_sizes(*size)
    for method in [name for name in GENERATORS if name not in COMPOSED]:
        name_of = getattr(find_generator(method), "construction", lambda *_: "")
        for size in sizes:
            with suppress(InputError):
                found = separation(make_centers(method, *size, seed=seed)).row()
                measured = {name: found[name] for name in MEASURES}
                about = {"bits": size[0], "num_classes": size[1], "method": method}
                rows.append(about | measured | {"construction": name_of(*size)})
    return pd.DataFrame(rows)


def minimum_table(frame: pd.DataFrame) -> pd.DataFrame:
    """A comparison as one reads it: a row a length and method, a column a number of centers.

    Cells hold the minimum distance; the rows "upper bound" hold the bound, and missing generators a dash.
    """
    bound = frame.drop_duplicates(["bits", "num_classes"])
    both = pd.concat([frame, bound.assign(method="upper bound", minimum=bound["upper_bound"])])
    methods = list(both["method"].unique())
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
    grouped = part.groupby((part[same] != part[same].shift()).any(axis=1).cumsum().to_numpy())
    table = grouped[[*same, "gilbert_varshamov"]].first()
    ends = grouped["num_classes"].agg(["first", "last"]).itertuples(index=False)
    table.insert(1, "num_classes", [f"{low}" if low == high else f"{low}–{high}" for low, high in ends])
    return table.reset_index(drop=True)


def largest_mean(bits: int, num_classes: int) -> Fraction:
    """The largest mean distance that any centers of a size can have: every bit splits the classes evenly.

    >>> float(largest_mean(64, 10))
    35.55555555555556
    """
    return Fraction(bits * (num_classes // 2) * ((num_classes + 1) // 2), comb(num_classes, 2))


def maximum_table(bits: int, all_classes: Sequence[int], *, draws: int, seed: int) -> pd.DataFrame:
    """Rows of H_K or H_2K beside the largest distances, by the two readings of "mutual distance".

    Args:
        bits: K, a power of two.
        all_classes: numbers of centers, at most 2K.
        draws: random choices of rows, by Algorithm 1.
        seed: of the first draw.

    Returns:
        `bits`, `num_classes`; `rows, minimum`, `built, minimum` (by `coding`) and `bound, minimum`; `first rows, mean`,
        `sampled rows, mean` (smallest and largest of the draws), `with negatives, mean` (half the rows with the
        negatives of all) and `largest mean`. All in bits.
    """
    rows = []
    for count in all_classes:
        sampled = [pairwise_distances(csq_centers(bits, count, seed=seed + draw)).mean() for draw in range(draws)]
        first = pairwise_distances(csq_centers(bits, count, seed=None))
        double = double_hadamard(bits)
        paired = np.stack([double[:bits], double[bits:]], axis=1).reshape(-1, bits)[:count]
        rows.append(
            {
                "bits": bits,
                "num_classes": count,
                "rows, minimum": int(first.min()),
                "built, minimum": int(pairwise_distances(make_centers("coding", bits, count, seed=seed)).min()),
                "bound, minimum": max_min_distance_bound(bits, count),
                "first rows, mean": float(first.mean()),
                "sampled rows, mean": f"{min(sampled):.3f} to {max(sampled):.3f}",
                "with negatives, mean": float(pairwise_distances(paired).mean()),
                "largest mean": float(largest_mean(bits, count)),
            }
        )
    return pd.DataFrame(rows)


def judge_maximum(table: pd.DataFrame, *, tight: bool) -> Verdict:
    """Whether Hadamard rows have the largest distance, read as the smallest of all pairs and as the mean.

    Args:
        table: of `maximum_table`.
        tight: whether Plotkin's bound is K/2 wherever K < m ≤ 2K.
    """
    nearer = table[table["rows, minimum"] < table["built, minimum"]]
    below = table[table["first rows, mean"] < table["largest mean"] - 1e-9]
    minimum = [
        f"m = {count}: {built} are built (upper bound {bound}), rows have {rows}"
        for count, rows, built, bound in nearer[
            ["num_classes", "rows, minimum", "built, minimum", "bound, minimum"]
        ].itertuples(index=False)
    ]
    mean = [
        f"m = {count}: {first:.3f} of {largest:.3f} (sampled: {sampled})"
        for count, first, sampled, largest in below[
            ["num_classes", "first rows, mean", "sampled rows, mean", "largest mean"]
        ].itertuples(index=False)
    ]
    best = "rows have the largest"
    return {
        "verdict": "contradicted" if minimum or mean else "not-shown",
        "observed": f"K = {table['bits'].iloc[0]}, minimum distance in bits: {'; '.join(minimum) or best}. Mean, as in "
        f"Definition 1: {'; '.join(mean) or best}",
        "checked": "checked" if tight else "it fails",
    }
