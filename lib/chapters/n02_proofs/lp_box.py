"""SHC's Eq. 1: the corners of a cube are the points of the cube on a sphere of the p-norm.

z ∈ {−1, 1}^q ⇔ z ∈ [−1, 1]^q and ‖z‖_p^p = q, for 0 < p < ∞. What a coordinate lacks, 1 − |z|^p, is computed as
−expm1(p log|z|): it is 0 for |z| = 1 alone, even where |z|^p itself rounds to 1.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from math import inf

import numpy as np
import pandas as pd
import sympy
from jaxtyping import Bool, Float

from basics.errors import InputError
from chapters.n02_proofs.check import ROUNDING, Check, Method, combine, identity, tally

Points = Float[np.ndarray, "n length"]
Members = Callable[[np.ndarray, float], np.ndarray]
CURVE_POINTS = 1441  # 8k + 1, so that the diagonals are among them


def grid_points(length: int, *, steps: int) -> Points:
    """A grid over [−1, 1]^q that contains the corners.

    Args:
        length: q.
        steps: values a coordinate takes, evenly spaced, at least 2, which leaves the corners.
    """
    return np.array(list(product(np.linspace(-1, 1, steps), repeat=length)))


def random_points(length: int, *, samples: int, seed: int) -> Points:
    """Points of [−1, 1]^q: anywhere, on faces, at corners, and within 10^−1 … 10^−15 of a corner."""
    rng = np.random.default_rng(seed)
    anywhere = rng.uniform(-1, 1, (samples, length))
    on_corner = rng.choice([-1.0, 1.0], (samples, length))
    on_face = np.where(rng.random((samples, length)) < 0.5, on_corner, anywhere)
    near = on_corner.copy()
    near[np.arange(samples), rng.integers(0, length, samples)] *= 1 - 10.0 ** rng.integers(-15, 0, samples)
    return np.vstack([anywhere, on_corner, on_face, near])


def is_corner(points: Points) -> Bool[np.ndarray, "n"]:
    """Whether every coordinate is −1 or 1."""
    return (np.abs(points) == 1).all(axis=1)


def lacking(points: Float[np.ndarray, "*n"], p: float) -> Float[np.ndarray, "*n"]:
    """1 − |z_i|^p of every coordinate, accurate near |z_i| = 1; |0|^0 counts as 0 and |0|^p as ∞ for p < 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        missing = -np.expm1(p * np.log(np.abs(points)))
    return np.where(points == 0, 1.0, 0.0) if p == 0 else missing


def on_sphere(points: Points, p: float) -> Bool[np.ndarray, "n"]:
    """Whether ‖z‖_p^p = q for points of the box.

    Within the box no two coordinates can make up for one another when p ≠ 0, so each must lack nothing. For
    p = ∞ the condition is the limit of ‖z‖_p = q^(1/p), which is ‖z‖_∞ = 1.
    """
    if p == inf:
        return np.abs(points).max(axis=1) == 1
    return lacking(points, p).sum(axis=1) == 0


def check_equivalence(points: Points, p: float) -> Check:
    """Eq. 1 on points of the box: on the sphere exactly where all coordinates are ±1.

    Args:
        points: in [−1, 1]^q.
        p: any real number or ∞; the document has 0 < p < ∞.

    Raises:
        InputError: a point outside the box.

    Source: SHC supplement, Eq. 1.
    """
    if not (np.abs(points) <= 1).all():
        raise InputError(f"points must lie in [-1, 1], got {points[np.abs(points) > 1][0]:g}")
    statement = f"z in the box: ‖z‖_p^p = q exactly at the corners, p = {p:g}, q = {points.shape[1]}"
    return _everywhere(statement, points, on_sphere(points, p) == is_corner(points))


def check_sufficiency(members: Members, points: Points, p: float) -> Check:
    """⇒: a point with coordinates ±1 lies in the box and has ‖z‖_p^p = q, computed as printed.

    Args:
        members: the right-hand side of Eq. 1 for points and p: which of them lie in both sets.
        points: of {−1, 1}^q, all of them for an exhaustive check.
        p: the exponent.
    """
    count, length = points.shape
    method = "exhaustive" if count == 2**length else "sampled"
    return _everywhere(f"corners have ‖z‖_p^p = q, p = {p:g}, q = {length}", points, members(points, p), method)


def proof_steps(points: Points, p: float) -> list[Check]:
    """⇐, the document's three inequalities, each with its "equality iff ±1", on points of the box.

    Returns:
        Checks of |z_i| ≤ 1, of |z_i|^p ≤ 1 and of Σ|z_i|^p ≤ q; the last two turn round for p < 0.
    """
    size, missing = np.abs(points), lacking(points, p)
    is_one, total = size == 1, missing.sum(axis=1)
    steps = {
        "|z_i| ≤ 1, = iff z_i = ±1": (size <= 1).all(axis=1),
        "|z_i|^p ≤ 1, = iff z_i = ±1": ((missing >= 0) & ((missing == 0) == is_one)).all(axis=1),
        "Σ|z_i|^p ≤ q, = iff all z_i = ±1": (total >= 0) & ((total == 0) == is_one.all(axis=1)),
    }
    return [_everywhere(f"{name}, p = {p:g}", points, good) for name, good in steps.items()]


def to_sphere(points: Points, p: float) -> Points:
    """Points moved along their ray from the origin until ‖z‖_p^p = q; 0 < p < ∞."""
    largest = np.abs(points).max(axis=1, keepdims=True)
    mean_power = np.mean((np.abs(points) / largest) ** p, axis=1, keepdims=True)
    return points / largest * np.exp(-np.log(mean_power) / p)


def check_without_box(points: Points, p: float) -> Check:
    """Eq. 1 without its box: every z with ‖z‖_p^p = q is a corner. It is not.

    Args:
        points: directions, each moved to the sphere.
        p: the exponent, 0 < p < ∞.
    """
    moved = to_sphere(points, p)
    good = np.abs(np.abs(moved) - 1).max(axis=1) <= ROUNDING
    return _everywhere(f"‖z‖_p^p = q alone makes a corner, p = {p:g}", moved, good)


def check_sphere_leaves_box(points: Points, p: float) -> Check:
    """⇐ seen from the sphere: a z with ‖z‖_p^p = q that is no corner has a coordinate beyond ±1.

    Args:
        points: directions, none of them towards a corner, each moved to the sphere.
        p: the exponent, 0 < p < ∞.
    """
    moved = to_sphere(points, p)
    statement = f"points of the sphere that are no corners lie outside the box, p = {p:g}"
    return _everywhere(statement, moved, np.abs(moved).max(axis=1) > 1)


def check_corner_powers(p: sympy.Expr) -> Check:
    """|±1|^p = 1, so that a corner of any length q has a sum of q, whatever p is."""
    sides = {f"z_i = {side}": sympy.Abs(side) ** p - 1 for side in (1, -1)}
    return identity("|z_i|^p = 1 for z_i = ±1", **sides)


def check_power_rises(p: sympy.Expr) -> Check:
    """t^p rises strictly for t > 0 and is 1 at t = 1, so |z| < 1 gives |z|^p < 1: the core of the proof.

    Args:
        p: a number, or a symbol of known sign; positive in the document.
    """
    size = sympy.symbols("t", positive=True)
    slope = sympy.diff(size**p, size)
    holds = slope.is_positive and sympy.simplify((size**p).subs(size, 1) - 1) == 0
    wrong = None if holds else f"d(t^p)/dt = {slope}, {'negative' if slope.is_negative else 'zero'}"
    return Check("t^p rises strictly and is 1 at t = 1", "symbolic", 2, counter_example=wrong)


def curve(p: float) -> pd.DataFrame:
    """The curve |x|^p + |y|^p = 2 in the plane, for drawing; its four diagonal points are among its points.

    Args:
        p: the exponent, 0 < p < ∞.

    Returns:
        Columns `p`, `x`, `y`.
    """
    angle = np.linspace(0, 2 * np.pi, CURVE_POINTS)
    legs = np.array([np.cos(angle), np.sin(angle)])
    legs[np.abs(legs) < 1e-12] = 0
    x, y = np.sign(legs) * (2 * legs**2) ** (1 / p)
    return pd.DataFrame({"p": float(p), "x": x, "y": y})


def check_curve(frame: pd.DataFrame) -> Check:
    """The drawn curve meets the square [−1, 1]² in its four corners and nowhere else.

    Args:
        frame: points of a closed curve, columns `p`, `x`, `y`; a point within 1e-9 counts as meeting, the corners'
            coordinates being rounded.
    """
    points = frame[["x", "y"]].to_numpy()
    size = np.abs(points)
    at_corner = (np.abs(size - 1) <= ROUNDING).all(axis=1)
    inside = (size.max(axis=1) <= 1 + ROUNDING * size.min(axis=1)) & ~at_corner
    met = len(np.unique(np.sign(points[at_corner]), axis=0))
    wrong = [f"point {_show(point)}" for point in points[inside]] + [f"only {met} corners are met"] * (met < 4)
    statement = f"the curve meets the square in its four corners only, p = {frame['p'].iloc[0]:g}"
    return tally(statement, "numeric", len(points), wrong, float(inside.mean()))


def gap_frame(exponents: Sequence[float]) -> pd.DataFrame:
    """1 − |z|^p against |z|: how much a coordinate that is not ±1 shows in the sum. Columns `p`, `z`, `gap`."""
    size = np.linspace(0, 1, 201)
    return pd.concat([pd.DataFrame({"p": p, "z": size, "gap": lacking(size, p)}) for p in exponents], ignore_index=True)


def exponent_table(
    members: Members, exponents: Sequence[float], lengths: Sequence[int], *, samples: int, seed: int
) -> pd.DataFrame:
    """Which part of Eq. 1 and of its proof holds for which p, on random points of the box of every length.

    Args:
        members: see `check_sufficiency`.
        exponents: values of p; ∞ has no p-th powers, so that its steps are left out.
        lengths: values of q.
        samples: random points of each kind (see `random_points`) a length.
        seed: of the points.

    Returns:
        Columns `p`, `points`, `⇒ holds`, `|z|^p ≤ 1 holds`, `Σ ≤ q holds`, `⇔ holds` and `counter-example`.
    """
    clouds = [random_points(length, samples=samples, seed=seed + length) for length in lengths]
    return pd.DataFrame(_exponent_row(members, p, clouds) for p in exponents)


def _exponent_row(members: Members, p: float, clouds: Sequence[np.ndarray]) -> dict[str, str | int]:
    equivalence = combine("Eq. 1", [check_equivalence(points, p) for points in clouds])
    forward, power, total = "yes", "no p-th power", "no p-th power"
    if p != inf:
        forward = _yes(check_sufficiency(members, points[is_corner(points)], p) for points in clouds)
        _, power, total = map(_yes, zip(*(proof_steps(points, p) for points in clouds), strict=True))
    return {
        "p": "∞" if p == inf else f"{p:g}".replace("-", "−"),
        "points": equivalence.cases,
        "⇒ holds": forward,
        "|z|^p ≤ 1 holds": power,
        "Σ ≤ q holds": total,
        "⇔ holds": _yes([equivalence]),
        "counter-example": equivalence.counter_example or "",
    }


def _yes(checks: Iterable[Check]) -> str:
    return "yes" if all(check.holds for check in checks) else "no"


def _everywhere(statement: str, points: Points, good: Bool[np.ndarray, "n"], method: Method = "sampled") -> Check:
    """A statement about every point; the deviation is the share of points that break it."""
    wrong = (f"z = {_show(point)}" for point in points[~good])
    return tally(statement, method, len(points), wrong, float((~good).mean()))


def _show(point: Float[np.ndarray, "length"]) -> str:
    shown = ", ".join(f"{value:.4g}".replace("-", "−") for value in point[:4])
    return f"({shown}{', …' if len(point) > 4 else ''})"
