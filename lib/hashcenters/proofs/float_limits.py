"""Where S.6 and S.5, evaluated as printed, leave the range of floating point."""

import math
from collections.abc import Callable, Sequence

import pandas as pd
import torch
from torch import Tensor
from torch.nn.functional import softplus

from hashcenters.losses.pairwise import inner_product_scale
from hashcenters.proofs.check import Check


def literal_term(theta: Tensor) -> Tensor:
    """log(1 + exp θ), operation by operation as S.6 prints it."""
    return (1 + theta.exp()).log()


def literal_dissimilar(theta: Tensor) -> Tensor:
    """−log(1 − σ(θ)), operation by operation as S.5 prints it for s = 0."""
    return -(1 - theta.sigmoid()).log()


def first_infinity(term: Callable[[Tensor], Tensor], *, dtype: torch.dtype = torch.float32) -> float:
    """The smallest θ > 0, to the last bit of `dtype`, at which a rising term evaluates to infinity.

    Returns:
        θ, or infinity where the term stays finite up to θ = 10,000.
    """
    low, high = torch.tensor(0.0, dtype=dtype), torch.tensor(1e4, dtype=dtype)
    if not term(high).isinf():
        return float("inf")
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return high.item()
        low, high = (low, middle) if term(middle).isinf() else (middle, high)


def bits_that_overflow(
    term: Callable[[Tensor], Tensor], *, dtype: torch.dtype = torch.float32
) -> float | int:
    """The smallest code length at which two equal codes, θ = K, make the term infinite; infinity if none."""
    limit = first_infinity(term, dtype=dtype)
    return limit if limit == float("inf") else int(-(-limit // 1))


def overflow_table(lengths: Sequence[int], *, dtype: torch.dtype = torch.float32) -> pd.DataFrame:
    """The dissimilar summand at θ = K, the value for two equal codes that should differ, computed three ways.

    Args:
        lengths: code lengths K in bits.
        dtype: of the arithmetic.

    Returns:
        One row a length: the literal loss and its gradient, the softplus loss and its gradient, the largest θ
        under the authors' factor 10/K and the literal loss there.
    """
    rows = []
    for bits in lengths:
        theta = torch.tensor(float(bits), dtype=dtype)
        scaled = theta * inner_product_scale("10/K", bits)
        rows.append(
            {
                "bits": bits,
                "literal loss": literal_term(theta).item(),
                "literal gradient": _readable(_slope(literal_term, theta)),
                "softplus loss": softplus(theta).item(),
                "softplus gradient": _readable(_slope(softplus, theta)),
                "scaled θ": scaled.item(),
                "literal loss, scaled": literal_term(scaled).item(),
            }
        )
    return pd.DataFrame(rows)


def _readable(value: float) -> float | str:
    """A gradient without its rounding, or the word for it where a table would show a missing value."""
    return "not a number" if math.isnan(value) else round(value, 5)


def _slope(term: Callable[[Tensor], Tensor], theta: Tensor) -> float:
    point = theta.clone().requires_grad_()
    return torch.autograd.grad(term(point), point)[0].item()


def check_finite(
    term: Callable[[Tensor], Tensor],
    lengths: Sequence[int],
    *,
    scale: float | str = 1.0,
    dtype: torch.dtype = torch.float32,
) -> Check:
    """The dissimilar summand and its gradient are finite for equal codes of every length.

    Args:
        term: log(1 + exp θ), computed one way or another.
        lengths: code lengths K in bits.
        scale: factor on the inner product; "10/K" as in the authors' code.
        dtype: of the arithmetic.
    """
    wrong = []
    for bits in lengths:
        theta = torch.tensor(bits * inner_product_scale(scale, bits), dtype=dtype)
        loss, slope = term(theta).item(), _slope(term, theta)
        if not (abs(loss) < float("inf") and abs(slope) < float("inf")):
            wrong.append(f"K = {bits}: loss {loss:g}, gradient {slope:g}")
    name = str(dtype).removeprefix("torch.")
    statement = f"L_P and its gradient are finite in {name} for K = {lengths[0]} … {lengths[-1]}"
    return Check(statement, "exhaustive", len(lengths), counter_example=wrong[0] if wrong else None)
