"""SHC's semantic hash centers: near where the classes are alike, and nowhere nearer than a minimum distance."""

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int8, Num
from scipy.stats import rankdata

from basics.errors import InputError, one_of, whole
from hashcenters.centers.algorithm1 import csq_centers
from hashcenters.centers.annealing import annealed_centers
from hashcenters.centers.bounds import UPPER_BOUNDS, gilbert_varshamov_distance
from hashcenters.centers.hadamard import check_sizes
from hashcenters.centers.lpbox import Acceptance, lpbox_centers
from hashcenters.centers.targets import check_similarity, target_error, target_matrix
from hashcenters.codes import hamming_distance, pairwise_distances

Solver = Literal["annealing", "lpbox"]


@dataclass(frozen=True)
class SemanticCenters:
    """Semantic centers and how good they are.

    Args:
        centers: one ±1 center a class.
        objective: mean squared difference between inner product and target, over ordered pairs of classes.
        required_distance: the smallest distance that was asked for, in bits.
        min_distance: the smallest distance reached, in bits.
        rank_correlation: Spearman's, between similarity and −distance, −1 to 1; NaN when all distances are equal.
        seconds: time taken by the solver, with compilation on the first call of an installation.
    """

    centers: Int8[np.ndarray, "num_classes bits"]
    objective: float
    required_distance: int
    min_distance: int
    rank_correlation: float
    seconds: float

    @property
    def feasible(self) -> bool:
        """Whether every pair keeps the distance that was asked for."""
        return self.min_distance >= self.required_distance


def semantic_centers(
    similarity: Num[np.ndarray, "rows columns"],
    bits: int,
    *,
    seed: int,
    solver: Solver = "annealing",
    min_distance: int | Literal["gilbert-varshamov"] = "gilbert-varshamov",
    acceptance: Acceptance = "objective",
    sweeps: int | None = None,
) -> SemanticCenters:
    """Centers whose distances follow the similarity of their classes.

    Args:
        similarity: how alike the classes are, larger for more alike, e.g. `category_similarity(features)`.
        bits: length of a center.
        seed: of the start and of every random choice.
        solver: "annealing" flips single bits and keeps the distance; "lpbox" is an augmented-Lagrangian method
            after the paper's, started from CSQ's Algorithm 1, which may fail to.
        min_distance: smallest distance between two centers, 0 to bits; "gilbert-varshamov" takes the largest
            that this bound guarantees.
        acceptance: rule of the lpbox solver, see `lpbox_centers`.
        sweeps: most passes of the lpbox solver over all rows, at least 1; None takes its own number.

    Raises:
        InputError: a similarity that `target_matrix` refuses, sizes out of range, a distance that no such centers
            can have (the message names the bound) or that is not reached, an unknown option.

    Source: SHC main text (hash centers), supplement Eq. 1 and 2.
    """
    check_similarity(similarity)
    check_sizes(bits, len(similarity))
    _check_options(solver, acceptance, sweeps)
    required = _required_distance(bits, len(similarity), min_distance)
    goal = target_matrix(similarity, bits)
    started = time.perf_counter()
    if solver == "annealing":
        centers = annealed_centers(goal, bits, required, seed=seed)
    else:
        start = csq_centers(bits, len(similarity), seed=seed)
        passes = {} if sweeps is None else {"sweeps": sweeps}
        centers = lpbox_centers(start, goal, required, acceptance=acceptance, **passes)
    return SemanticCenters(
        centers=centers,
        objective=target_error(centers, goal),
        required_distance=required,
        min_distance=int(pairwise_distances(centers).min()),
        rank_correlation=rank_correlation(similarity, centers),
        seconds=time.perf_counter() - started,
    )


def rank_correlation(
    similarity: Num[np.ndarray, "num_classes num_classes"], centers: Int8[np.ndarray, "num_classes bits"]
) -> float:
    """Spearman's rank correlation between similarity and −distance over ordered pairs of different classes.

    Returns:
        −1 to 1, ties at their mean rank; NaN where all distances, or all similarities, are equal.
    """
    different = ~np.eye(len(similarity), dtype=bool)
    ranks = rankdata([similarity[different], -hamming_distance(centers, centers)[different]], axis=1)
    if (np.ptp(ranks, axis=1) == 0).any():
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def _required_distance(bits: int, num_classes: int, min_distance: int | str) -> int:
    guaranteed = gilbert_varshamov_distance(bits, num_classes)
    if min_distance == "gilbert-varshamov":
        return guaranteed
    min_distance = whole(min_distance, "min_distance", low=0, instead=' or "gilbert-varshamov"')
    if min_distance > guaranteed:
        largest = {name: bound(bits, num_classes) for name, bound in UPPER_BOUNDS.items()}
        name = min(largest, key=largest.__getitem__)
        if min_distance > largest[name]:
            raise InputError(
                f"min_distance {min_distance} is impossible for {num_classes} centers of {bits} bits: "
                f"{name} allows {largest[name]} at most"
            )
    return min_distance


def _check_options(solver: str, acceptance: str, sweeps: int | None) -> None:
    one_of(solver, ("annealing", "lpbox"), "solver")
    for name, value, usual in (("acceptance", acceptance, "objective"), ("sweeps", sweeps, None)):
        if solver == "annealing" and value != usual:
            raise InputError(f'{name}={value!r} belongs to solver="lpbox", got solver="annealing"')
    if sweeps is not None and sweeps < 1:
        raise InputError(f"sweeps must be at least 1, got {sweeps}")
