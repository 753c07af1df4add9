"""What semantic centers aim at: SHC's target inner products (Eq. 2), and how far centers are from them."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Float64, Int8, Num

from basics.errors import InputError, one_of
from hashcenters.codes import inner_product

Form = Literal["row-wise", "symmetric"]


def category_similarity(
    features: Float[np.ndarray, "num_classes width"],
) -> Float64[np.ndarray, "num_classes num_classes"]:
    """Inner products w_iᵀw_j of the category features, one feature vector a class.

    Raises:
        InputError: a feature is NaN or infinite.

    Source: SHC supplement, Eq. 2 (its left side before the map).
    """
    check_finite(features, "features")
    features = features.astype(np.float64)
    return features @ features.T


def target_matrix(
    similarity: Num[np.ndarray, "rows columns"], bits: int, *, form: Form = "row-wise"
) -> Float64[np.ndarray, "rows rows"]:
    """Each row of a similarity mapped linearly onto [−bits, bits], the range of inner products of ±1 codes.

    A row's least similar other class gets −bits, its most similar other class +bits: that target asks for one
    and the same code, which the targets of the other pairs seldom grant. The diagonal takes no part in the map and
    holds `bits`, every code's product with itself.

    Args:
        similarity: how alike the classes are, larger for more alike; its diagonal is not read.
        bits: length of a center, at least 1.
        form: "row-wise" is the paper's map, each row by its own minimum and maximum, which is not symmetric;
            "symmetric" is the mean of that matrix and its transpose.

    Raises:
        InputError: the similarity is not square, is not finite, or is constant over the other classes of a row.

    Source: SHC supplement, Eq. 2.

    >>> target_matrix(np.array([[9.0, 1, 2], [1, 9, 5], [2, 5, 9]]), 8)
    array([[ 8., -8.,  8.],
           [-8.,  8.,  8.],
           [-8.,  8.,  8.]])
    """
    check_similarity(similarity)
    if bits < 1:
        raise InputError(f"bits must be at least 1, got {bits}")
    one_of(form, ("row-wise", "symmetric"), "form")
    smallest, largest = _row_ranges(similarity)
    shares = (similarity.astype(np.float64) - smallest) / (largest - smallest)
    target = bits * (2 * shares - 1)
    np.fill_diagonal(target, bits)
    return target if form == "row-wise" else (target + target.T) / 2


def check_similarity(similarity: Num[np.ndarray, "rows columns"]) -> None:
    """Raise `InputError` unless every row of a square, finite similarity tells the other classes apart."""
    rows, columns = similarity.shape
    if rows != columns:
        raise InputError(
            f"similarity must be square, got {rows} x {columns}; for category features use category_similarity"
        )
    if rows < 3:
        raise InputError(f"similarity must have at least 3 classes for a smallest and a largest, got {rows}")
    check_finite(similarity, "similarity")
    smallest, largest = _row_ranges(similarity)
    # what rounding in wᵀw leaves between equal products is no difference
    rounding = 16 * np.finfo(np.result_type(similarity, np.float32)).eps
    constant = (largest - smallest <= rounding * np.maximum(abs(smallest), abs(largest))).ravel()
    if constant.any():
        row = int(constant.argmax())
        raise InputError(
            f"similarity must differ between the other classes of a row (Eq. 2 divides by max - min), "
            f"got {smallest[row, 0]:g} all over row {row}"
        )


def check_finite(values: Num[np.ndarray, "rows columns"], name: str) -> None:
    """Raise `InputError` when a value is NaN or infinite."""
    wrong = ~np.isfinite(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(f"{name} must be finite, got {values[row, column]} in row {row}, column {column}")


def asymmetry(target: Float64[np.ndarray, "num_classes num_classes"]) -> float:
    """Mean |t_ij − t_ji| over pairs of classes, from 0 to 2·bits.

    >>> asymmetry(np.array([[8.0, -8, 8], [-8, 8, 8], [-8, 8, 8]]))
    5.333333333333333
    """
    return float(_off_diagonal(np.abs(target - target.T)).mean())


def asymmetry_floor(target: Float64[np.ndarray, "num_classes num_classes"]) -> float:
    """The squared error per pair that no set of centers can avoid, because inner products are symmetric.

    With s the mean of t_ij and t_ji, (g − t_ij)² + (g − t_ji)² = 2(g − s)² + ½(t_ij − t_ji)²: the row-wise and
    the symmetric target have the same best centers, and their errors differ by this number.
    """
    return float(_off_diagonal((target - target.T) ** 2).mean() / 4)


def target_error(
    centers: Int8[np.ndarray, "num_classes bits"], target: Float64[np.ndarray, "num_classes num_classes"]
) -> float:
    """Mean of (h_iᵀh_j − t_ij)² over ordered pairs of different classes.

    Source: SHC main text, the objective of its hash centers.
    """
    return float((_off_diagonal(inner_product(centers, centers) - target) ** 2).mean())


def _row_ranges(
    similarity: Num[np.ndarray, "rows rows"],
) -> tuple[Float64[np.ndarray, "rows 1"], Float64[np.ndarray, "rows 1"]]:
    """Smallest and largest similarity of every class to another one."""
    others = _off_diagonal(similarity.astype(np.float64)).reshape(len(similarity), -1)
    return others.min(axis=1, keepdims=True), others.max(axis=1, keepdims=True)


def _off_diagonal(matrix: Num[np.ndarray, "rows rows"]) -> Num[np.ndarray, "..."]:
    return matrix[~np.eye(len(matrix), dtype=bool)]
