"""How far apart random centers are at least, over many draws."""

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Int

from basics.errors import InputError
from chapters.shared.comparisons import Verdict
from hashcenters.centers.algorithm1 import balanced_centers, bernoulli_centers
from hashcenters.centers.bounds import max_min_distance_bound
from hashcenters.centers.generate import make_centers
from hashcenters.codes import pairwise_distances

FLIPS, BALANCED = "coin flips", "K/2 ones a row"
DRAWN = {FLIPS: bernoulli_centers, BALANCED: partial(balanced_centers, draws=1)}


def drawn_minimums(kind: str, bits: int, num_classes: int, *, draws: int, seed: int) -> Int[np.ndarray, "draws"]:
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
        reached = {"coding": int(pairwise_distances(coding).min())}
        reached["upper_bound"] = max_min_distance_bound(bits, num_classes)
        for kind in DRAWN:
            minima = drawn_minimums(kind, bits, num_classes, draws=draws, seed=seed)
            values, counts = np.unique(minima, return_counts=True)
            found = {"draws": kind, "minimum": values, "share": counts / draws}
            parts.append(pd.DataFrame({"bits": bits, "num_classes": num_classes} | reached | found))
    return pd.concat(parts, ignore_index=True)


def judge_draws(table: pd.DataFrame, *, bits: int, draws: int) -> Verdict:
    """Whether coin flips have ever failed to have the distance of Hadamard rows, K/2.

    Args:
        table: from `bernoulli_table`, one number of centers at that length.
        bits: a length in it.
        draws: behind the table.
    """
    part, half = table[table["bits"] == bits], bits // 2
    flips = part[part["draws"] == FLIPS]
    mean, worst = float((flips["minimum"] * flips["share"]).sum()), int(flips["minimum"].min())
    return {
        "verdict": "proved" if worst < half else "inconclusive",
        "observed": f"K = {bits}, m = {part['num_classes'].iloc[0]}: minimum {mean:.1f} on average over {draws} draws, "
        f"{worst} at worst, {part['minimum'].max()} at best in either way of drawing",
        "half": half,
    }
