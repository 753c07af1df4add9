"""SHC's Eqs. 2–4: the linear map of similarities onto [−q, q], what it keeps, and what it does not."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import sympy
from basics.errors import InputError
from jaxtyping import Float64

from hashcenters.centers.targets import asymmetry_floor, target_error, target_matrix
from hashcenters.proofs.check import Check, compare

Similarity = Float64[np.ndarray, "m m"]
Value = sympy.Expr | np.ndarray | float | int
Extension = Callable[..., sympy.Expr]


def linear_extension(x: Value, a: Value, b: Value, low: Value, high: Value) -> Value:
    """Eq. 3: y = (B − A)/(b − a) · (x − a) + A, symbolically or with numbers.

    >>> linear_extension(5.0, 0.0, 10.0, -8.0, 8.0)
    0.0
    """
    return (high - low) / (b - a) * (x - a) + low


def check_extension(extension: Extension = linear_extension) -> list[Check]:
    """Eq. 3 takes a to A and b to B, is affine, and rises.

    Args:
        extension: y of (x, a, b, A, B); Eq. 3 unless another is put to the test.

    Source: SHC supplement, Eq. 3.
    """
    x, a, low = sympy.symbols("x a A", real=True)
    width, height = sympy.symbols("w h", positive=True)
    y = extension(x, a, a + width, low, low + height)
    left = {
        "Eq. 3 takes a to A": y.subs(x, a) - low,
        "Eq. 3 takes b to B": y.subs(x, a + width) - low - height,
        "Eq. 3 is affine in x": sympy.diff(y, x, 2),
        "Eq. 3 has slope (B − A)/(b − a) > 0": sympy.diff(y, x) - height / width,
    }
    checks = []
    for statement, difference in left.items():
        rest = sympy.simplify(difference)
        checks.append(
            Check(statement, "symbolic", 1, counter_example=None if rest == 0 else f"off by {rest}")
        )
    return checks


def check_derivation() -> Check:
    """The three lines of Eq. 4 are the same expression, the last one being Eq. 2.

    Source: SHC supplement, Eqs. 2 and 4.
    """
    product, smallest, largest, bits = sympy.symbols("w_ij min max q", real=True)
    shift, width = product - smallest, largest - smallest
    lines = [
        linear_extension(product, smallest, largest, -bits, bits),
        (bits - (-bits)) / width * shift + (-bits),
        -bits + 2 * bits / width * shift,
        -bits + 2 * bits * shift / width,
    ]
    wrong = [i for i, line in enumerate(lines[1:], 1) if sympy.simplify(line - lines[0]) != 0]
    example = f"line {wrong[0]} differs" if wrong else None
    return Check("Eq. 3 with A = −q, B = q is Eq. 4, line by line, and Eq. 2", "symbolic", 3, 0.0, example)


def check_printed_equation() -> Check:
    """Eq. 2 read as an equation, the same w_iᵀw_j on both sides: true only where the map changes nothing."""
    product, smallest, largest, bits = sympy.symbols("w_ij min max q", real=True)
    mapped = linear_extension(product, smallest, largest, -bits, bits)
    difference = sympy.simplify(mapped - product)
    identity = sympy.simplify(difference.subs({smallest: -bits, largest: bits}))
    example = (
        None if difference == 0 else f"right less left is {difference} (0 for min = −q, max = q: {identity})"
    )
    return Check("Eq. 2 holds as an equation", "symbolic", 1, counter_example=example)


def random_similarity(num_classes: int, width: int, *, seed: int) -> Similarity:
    """Inner products of random category features of unit length, for checks that need no data."""
    features = np.random.default_rng(seed).normal(size=(num_classes, width))
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return features @ features.T


def _others(matrix: Similarity) -> Float64[np.ndarray, "m others"]:
    return matrix[~np.eye(len(matrix), dtype=bool)].reshape(len(matrix), -1)


def check_row_map(similarity: Similarity, target: Similarity, bits: int) -> list[Check]:
    """What Eq. 2 promises, row by row without the diagonal: ends reached, order kept, affine.

    Args:
        similarity: w_iᵀw_j.
        target: its map, however it was made.
        bits: q.
    """
    before, after = _others(similarity), _others(target)
    tolerance = 1e-9 * bits
    rows = np.arange(len(before))
    ends = np.stack([after[rows, before.argmin(axis=1)], after[rows, before.argmax(axis=1)]], axis=1)
    order = np.argsort(before, axis=1, kind="stable")
    steps = np.diff(np.take_along_axis(after, order, axis=1), axis=1)
    span = np.ptp(before, axis=1, keepdims=True)
    line = (
        ends[:, :1]
        + np.ptp(ends, axis=1, keepdims=True) * (before - before.min(axis=1, keepdims=True)) / span
    )
    return [
        compare(
            "each row's ends are −q and q",
            "numeric",
            ends,
            np.array([-bits, bits]) * np.ones((len(ends), 1)),
            names=("row", "end"),
            tolerance=tolerance,
        ),
        compare(
            "each row keeps its order",
            "numeric",
            np.minimum(steps, 0),
            0,
            names=("row", "step"),
            tolerance=tolerance,
        ),
        compare(
            "each row's map is affine", "numeric", after, line, names=("row", "entry"), tolerance=tolerance
        ),
    ]


def check_undefined(bits: int) -> Check:
    """A class equally similar to all others has max = min: Eq. 2 divides by zero, and the library refuses it."""
    statement = "Eq. 2 is refused where max = min"
    try:
        target_matrix(np.ones((4, 4)), bits)
    except InputError:
        return Check(statement, "exhaustive", 1)
    return Check(statement, "exhaustive", 1, counter_example="a constant row was mapped")


def check_nearest_identical(target: Similarity, bits: int) -> Check:
    """Each row asks for one other class with the very same code: a target of q is a distance of 0.

    Args:
        target: the row-wise map of a similarity.
        bits: q.
    """
    wanted = (bits - _others(target)) / 2
    statement = "each row's most similar class has target distance 0"
    return compare(statement, "numeric", wanted.min(axis=1), 0, names=("row",), tolerance=1e-9 * bits)


def check_symmetric(target: Similarity) -> Check:
    """t_ij = t_ji, which a matrix of inner products must satisfy. Row-wise maps do not."""
    statement = "the target matrix is symmetric"
    return compare(statement, "numeric", target, target.T, names=("row", "column"), tolerance=1e-9)


def check_same_minimiser(similarity: Similarity, bits: int, *, draws: int, seed: int) -> Check:
    """Row-wise and symmetrised targets rate all centers alike: their errors differ by one constant.

    Args:
        similarity: w_iᵀw_j.
        bits: q.
        draws: random sets of centers on which both errors are compared.
        seed: of the centers.
    """
    rng = np.random.default_rng(seed)
    row_wise, symmetric = (target_matrix(similarity, bits, form=form) for form in ("row-wise", "symmetric"))
    gaps = np.empty(draws)
    for i in range(draws):
        codes = rng.choice(np.array([-1, 1], dtype=np.int8), (len(similarity), bits))
        gaps[i] = target_error(codes, row_wise) - target_error(codes, symmetric)
    statement = "error against T less error against (T + Tᵀ)/2 is the same for all centers"
    floor = asymmetry_floor(row_wise)
    return compare(statement, "numeric", gaps, floor, names=("draw",), tolerance=1e-9 * bits**2)


def asymmetry_row(name: str, similarity: Similarity, bits: int) -> dict[str, float | int | str]:
    """How asymmetric the row-wise target of a similarity is, for one row of a table.

    Returns:
        `similarity`, `classes`, `bits`, `pairs that differ` (share, 0–1), `mean |t_ij − t_ji|` and `largest`
        (in units of the inner product, which spans 2·bits), and `classes nearest to each other` (share of
        classes whose nearest class has them as nearest, 0–1).
    """
    target = target_matrix(similarity, bits)
    gap = np.abs(target - target.T)[np.triu_indices(len(target), k=1)]
    nearest = np.where(np.eye(len(target), dtype=bool), -np.inf, similarity).argmax(axis=1)
    mutual = (nearest[nearest] == np.arange(len(target))).mean()
    return {
        "similarity": name,
        "classes": len(target),
        "bits": bits,
        "pairs that differ": float((gap > 1e-9).mean()),
        "mean |t_ij − t_ji|": float(gap.mean()),
        "largest": float(gap.max()),
        "classes nearest to each other": float(mutual),
    }


def target_pairs(similarity: Similarity, bits: int) -> pd.DataFrame:
    """Every pair of classes with its similarity and its two targets: columns `similarity`, `t_ij`, `t_ji`."""
    target = target_matrix(similarity, bits)
    first, second = np.triu_indices(len(target), k=1)
    return pd.DataFrame(
        {
            "similarity": similarity[first, second],
            "t_ij": target[first, second],
            "t_ji": target[second, first],
        }
    )
