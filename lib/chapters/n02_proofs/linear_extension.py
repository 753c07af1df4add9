"""SHC's Eqs. 2–4: the linear map of similarities onto [−q, q], what it keeps, and what it does not."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import sympy
from jaxtyping import Float64

from basics.errors import InputError
from chapters.n02_proofs.check import Check, compare, identity
from hashcenters.centers.semantic import semantic_centers
from hashcenters.centers.targets import asymmetry_floor, target_error, target_matrix
from hashcenters.codes import pairwise_distances

Similarity = Float64[np.ndarray, "m m"]
Extension = Callable[..., sympy.Expr]
ENTRY, SMALLEST, LARGEST, BITS = sympy.symbols("w_ij min max q", real=True)


def check_extension(extension: Extension) -> list[Check]:
    """Eq. 3 takes a to A and b to B, is affine, and rises.

    Args:
        extension: y of (x, a, b, A, B).

    Source: SHC supplement, Eq. 3.
    """
    x, a, low = sympy.symbols("x a A", real=True)
    width, height = sympy.symbols("w h", positive=True)
    y = extension(x, a, a + width, low, low + height)
    return [
        identity("Eq. 3 takes a to A", y=y.subs(x, a) - low),
        identity("Eq. 3 takes b to B", y=y.subs(x, a + width) - low - height),
        identity("Eq. 3 is affine in x", curvature=sympy.diff(y, x, 2)),
        identity("Eq. 3 has slope (B − A)/(b − a) > 0", slope=sympy.diff(y, x) - height / width),
    ]


def check_derivation(extension: Extension) -> Check:
    """The three lines of Eq. 4 are Eq. 3 with A = −q and B = q, the last one being Eq. 2.

    Source: SHC supplement, Eqs. 2 and 4.
    """
    mapped = extension(ENTRY, SMALLEST, LARGEST, -BITS, BITS)
    shift, width = ENTRY - SMALLEST, LARGEST - SMALLEST
    first = (BITS - (-BITS)) / width * shift + (-BITS)
    lines = (first, -BITS + 2 * BITS / width * shift, -BITS + 2 * BITS * shift / width)
    statement = "Eq. 3 with A = −q, B = q is Eq. 4, line by line, and Eq. 2"
    return identity(statement, **{f"line {number}": line - mapped for number, line in enumerate(lines, start=1)})


def check_printed_equation(extension: Extension) -> Check:
    """Eq. 2 read as an equation, the same w_iᵀw_j on both sides: true only where the map changes nothing."""
    left = sympy.simplify(extension(ENTRY, SMALLEST, LARGEST, -BITS, BITS) - ENTRY)
    same = sympy.simplify(left.subs({SMALLEST: -BITS, LARGEST: BITS}))
    wrong = None if left == 0 else f"right less left is {left} (0 for min = −q, max = q: {same})"
    return Check("Eq. 2 holds as an equation", "symbolic", 1, counter_example=wrong)


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
    rows = np.arange(len(before))
    ends = np.stack([after[rows, before.argmin(axis=1)], after[rows, before.argmax(axis=1)]], axis=1)
    order = np.argsort(before, axis=1, kind="stable")
    steps = np.diff(np.take_along_axis(after, order, axis=1), axis=1)
    shares = (before - before.min(axis=1, keepdims=True)) / np.ptp(before, axis=1, keepdims=True)
    line = ends[:, :1] + np.ptp(ends, axis=1, keepdims=True) * shares
    found = (
        ("each row's ends are −q and q", ends, np.array([-bits, bits]), "end"),
        ("each row keeps its order", np.minimum(steps, 0), 0, "step"),
        ("each row's map is affine", after, line, "entry"),
    )
    return [
        compare(statement, "numeric", observed, wanted, names=("row", name), tolerance=1e-9 * bits)
        for statement, observed, wanted, name in found
    ]


def check_undefined(bits: int) -> Check:
    """A class equally similar to all others has max = min: Eq. 2 divides by zero, and the library refuses it."""
    wrong: str | None = "a constant row was mapped"
    try:
        target_matrix(np.ones((4, 4)), bits)
    except InputError:
        wrong = None
    return Check("Eq. 2 is refused where max = min", "exhaustive", 1, counter_example=wrong)


def check_nearest_identical(target: Similarity, bits: int) -> Check:
    """Each row asks for one other class with the very same code: a target of q is a distance of 0.

    Args:
        target: the row-wise map of a similarity.
        bits: q.
    """
    wanted = (bits - _others(target)).min(axis=1) / 2
    statement = "each row's most similar class has target distance 0"
    return compare(statement, "numeric", wanted, 0, names=("row",), tolerance=1e-9 * bits)


def twins_row(name: str, similarity: Similarity, bits: int, *, seed: int) -> dict[str, float | int | str]:
    """How many classes share their code when centers follow the target of Eq. 2 and no distance is asked for.

    Args:
        name: of the similarity.
        similarity: w_iᵀw_j.
        bits: q.
        seed: of the annealing.

    Returns:
        `similarity`, `classes`, `bits`, `wished` (classes whose target asks for another one's code), `twins` (pairs
        at distance 0) and `minimum` (smallest distance, bits).
    """
    wished = (bits - _others(target_matrix(similarity, bits))).min(axis=1) <= 1e-9 * bits
    distances = pairwise_distances(semantic_centers(similarity, bits, seed=seed, min_distance=0).centers)
    return {
        "similarity": name,
        "classes": len(similarity),
        "bits": bits,
        "wished": int(wished.sum()),
        "twins": int((distances == 0).sum()),
        "minimum": int(distances.min()),
    }


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
    row_wise, symmetric = (target_matrix(similarity, bits, form=form) for form in ("row-wise", "symmetric"))
    signs = np.array([-1, 1], dtype=np.int8)
    drawn = np.random.default_rng(seed).choice(signs, (draws, len(similarity), bits))
    gaps = np.array([target_error(codes, row_wise) - target_error(codes, symmetric) for codes in drawn])
    statement = "error against T less error against (T + Tᵀ)/2 is the same for all centers"
    tolerance = 1e-9 * bits**2
    return compare(statement, "numeric", gaps, asymmetry_floor(row_wise), names=("draw",), tolerance=tolerance)


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
    return {
        "similarity": name,
        "classes": len(target),
        "bits": bits,
        "pairs that differ": float((gap > 1e-9).mean()),
        "mean |t_ij − t_ji|": float(gap.mean()),
        "largest": float(gap.max()),
        "classes nearest to each other": float((nearest[nearest] == np.arange(len(target))).mean()),
    }


def target_pairs(similarity: Similarity, bits: int) -> pd.DataFrame:
    """Every pair of classes with its similarity and its two targets: columns `similarity`, `t_ij`, `t_ji`."""
    target = target_matrix(similarity, bits)
    first, second = np.triu_indices(len(target), k=1)
    both = {"t_ij": target[first, second], "t_ji": target[second, first]}
    return pd.DataFrame({"similarity": similarity[first, second], **both})
