"""Semantic centers after SHC's method: row by row, an augmented Lagrangian over box and sphere.

The released solver has a linear term in its objective, random first multipliers and other rounds; this one has not.
"""

from typing import Literal

import numpy as np
from jaxtyping import Float64, Int8

from basics.errors import one_of
from hashcenters.kernels.row_solver import solve_row

Acceptance = Literal["objective", "authors"]
PENALTIES = np.geomspace(1e-2, 1e3, 60)
STEPS, DUAL_STEP = 5, (1 + 5**0.5) / 2


def lpbox_centers(
    start: Int8[np.ndarray, "num_classes bits"],
    target: Float64[np.ndarray, "num_classes num_classes"],
    min_distance: int,
    *,
    acceptance: Acceptance = "objective",
    sweeps: int = 20,
) -> Int8[np.ndarray, "num_classes bits"]:
    """Centers improved row by row, each row by the ℓp-box method (p = 2) with all others held fixed.

    Args:
        start: ±1 centers to begin with.
        target: target inner products; only the mean of t_ij and t_ji matters.
        min_distance: smallest distance allowed, 0 to bits.
        acceptance: "objective" takes a new row when it is less too close to the others than the old one, or as
            close and nearer to the target. "authors" is the rule of the released code: a new row counts only if
            its mean plus its minimum distance to the others rises, and `min_distance` is taken as 0.
        sweeps: most passes over all rows; stops after one that changes none.

    Returns:
        The centers; they need not keep the distance.

    Raises:
        InputError: an unknown acceptance.

    Source: SHC main text (solver); SHC supplement, Eq. 1 (why box and sphere make a ±1 code).
    """
    rank, bits = RANKS[one_of(acceptance, RANKS, "acceptance")], start.shape[1]
    limit = bits - 2 * (min_distance if acceptance == "objective" else 0)
    wanted = (target + target.T) / 2
    centers = start.astype(np.float64)
    for _ in range(sweeps):
        changed = False
        for row in range(len(centers)):
            others, aims = np.delete(centers, row, axis=0), np.delete(wanted[row], row)
            new = np.where(lpbox_row(others, aims, limit, centers[row]) >= 0, 1.0, -1.0)
            if rank(others @ new, aims, limit, bits) < rank(others @ centers[row], aims, limit, bits):
                centers[row] = new
                changed = True
        if not changed:
            break
    return centers.astype(np.int8)


def lpbox_row(
    others: Float64[np.ndarray, "others bits"],
    aims: Float64[np.ndarray, "others"],
    limit: int,
    start: Float64[np.ndarray, "bits"],
    *,
    square: float = 1.0,
) -> Float64[np.ndarray, "bits"]:
    """One row by the ℓp-box method, with one eigendecomposition for all of its steps.

    Args:
        others: ±1, the centers of the other classes.
        aims: target inner products with them.
        limit: largest inner product allowed.
        start: the row to begin with.
        square: weight of the products' square; with 0 they are only pushed to the side of their aims.

    Returns:
        A point near box and sphere at once; its signs are the new row.
    """
    values, basis = np.linalg.eigh(others.T @ others)
    matrices = others, np.ascontiguousarray(others.T), values, np.ascontiguousarray(basis), basis.T.copy()
    return solve_row(*matrices, aims, float(limit), start, PENALTIES, STEPS, DUAL_STEP, square)


def _closeness_and_error(
    products: Float64[np.ndarray, "others"], aims: Float64[np.ndarray, "others"], limit: int, bits: int
) -> tuple[float, float]:
    """How far pairs are beyond the limit, then the squared error: smaller is better."""
    return float(np.maximum(products - limit, 0).sum()), float(((products - aims) ** 2).sum())


def _authors_rank(
    products: Float64[np.ndarray, "others"], aims: Float64[np.ndarray, "others"], limit: int, bits: int
) -> float:
    """Minus the mean and minimum distance of the row: the target has no part in it."""
    distances = (bits - products) / 2
    return -float(distances.mean() + distances.min())


RANKS = {"objective": _closeness_and_error, "authors": _authors_rank}
