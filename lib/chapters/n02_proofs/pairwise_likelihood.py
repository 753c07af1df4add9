"""CSQ's pairwise likelihood (S.4–S.6): its distance identity, two forms, order and loss, and the loss in float32."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import sympy
import torch
from jaxtyping import Float, Int8
from torch import Tensor
from torch.nn.functional import softplus

from chapters.n02_proofs.check import Check, compare, identity, tally
from hashcenters.losses.pairwise import Scale, inner_product_scale

Function = Callable[..., Any]  # of symbols and of tensors alike
THETA, LABEL = sympy.symbols("theta s", real=True)


def all_codes(bits: int) -> Int8[np.ndarray, "codes {bits}"]:
    """Every {0, 1} code of a length, 2^bits rows.

    >>> all_codes(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return np.array(list(product((0, 1), repeat=bits)), dtype=np.int8)


def check_two_forms(cases: Function, powers: Function) -> Check:
    """S.5, the product of powers, takes the two values of S.4 at s = 1 and s = 0; both are functions of s and θ."""
    left = {f"s = {s}": powers(s, THETA) - cases(s, THETA) for s in (1, 0)}
    return identity("S.5 equals S.4 at s = 1 and at s = 0", **left)


def check_loss_form(likelihood: Function, loss: Function) -> Check:
    """−log of S.5 is the summand of S.6, for every real θ and s.

    Both sides have the same derivative in θ and the same value at θ = 0, hence are the same function.

    Args:
        likelihood: S.5, of s and θ.
        loss: the summand of S.6, of θ and s.

    Source: CSQ supplement, Eqs. S.5 and S.6.
    """
    difference = -sympy.expand_log(sympy.log(likelihood(LABEL, THETA)), force=True) - loss(THETA, LABEL)
    slope, value = sympy.diff(difference, THETA), difference.subs(THETA, 0)
    return identity("−log S.5 = log(1 + exp θ) − s θ", **{"slope in θ": slope, "value at θ = 0": value})


def check_slope(loss: Function, sigma: Function) -> Check:
    """The derivative of the summand in θ is σ(θ) − s: similar pairs are pulled, dissimilar ones pushed."""
    difference = sympy.diff(loss(THETA, LABEL), THETA) - (sigma(THETA) - LABEL)
    return identity("dL_P/dθ = σ(θ) − s", slope=difference)


def check_rising(loss: Function, sigma: Function) -> Check:
    """σ rises strictly and L_P's dissimilar summand with it: both derivatives are positive for every real θ."""
    terms = {"σ": sigma(THETA), "log(1 + exp θ)": loss(THETA, 0)}
    wrong = (f"{name} does not rise" for name, y in terms.items() if not sympy.simplify(y.diff(THETA)).is_positive)
    return tally("σ(θ) and log(1 + exp θ) rise strictly in θ", "symbolic", 2, wrong)


def check_gradients(likelihood: Function, terms: Function, *, bits: int, num_codes: int, seed: int) -> Check:
    """The gradients of −Σ log S.5 and of S.6 in continuous outputs h ∈ (0, 1), by autograd in float64.

    Args:
        likelihood: S.5, of s and θ.
        terms: the summands of S.6, of θ and s, such as those that trainings call.
        bits: code length; beyond 30 or so σ saturates and the likelihood itself fails.
        num_codes: outputs, all unordered pairs of which are summed.
        seed: of outputs and labels.
    """
    generator = torch.Generator().manual_seed(seed)
    start = torch.rand(num_codes, bits, generator=generator, dtype=torch.float64)
    first, second = torch.triu_indices(num_codes, num_codes, offset=1)
    similar = torch.randint(0, 2, first.shape, generator=generator).double()

    def gradient(loss: Callable[[Tensor], Tensor]) -> Float[np.ndarray, "num_codes bits"]:
        outputs = start.clone().requires_grad_()
        signed = 2 * outputs - 1
        return torch.autograd.grad(loss((signed @ signed.T)[first, second]).sum(), outputs)[0].numpy()

    by_likelihood = gradient(lambda theta: -likelihood(similar, theta).log())
    by_loss = gradient(lambda theta: terms(theta, similar))
    statement = "−Σ log S.5 and S.6 have the same gradient in every output"
    return compare(statement, "numeric", by_loss, by_likelihood, names=("output", "bit"), tolerance=1e-10)


def check_monotone(probability: Callable[[Tensor], Tensor], bits: int) -> Check:
    """Over all pairs of codes, a smaller D_H means a larger inner product and a larger P(1|h_i, h_j).

    Args:
        probability: P(1|h_i, h_j), of the inner product.
        bits: code length; 4^bits pairs, each set against all others through its distance.
    """
    codes = all_codes(bits)
    signed = 2.0 * codes - 1
    theta = (signed @ signed.T).ravel()
    distances = (codes[:, None] != codes).sum(axis=2).ravel()
    wrong = []
    for name, values in {"⟨·,·⟩": theta, "P": probability(torch.from_numpy(theta)).numpy()}.items():
        for d in range(bits):
            low, high = values[distances == d].min(), values[distances == d + 1].max()
            if not low > high:
                wrong.append(f"K = {bits}, D_H = {d} and {d + 1}: {name} = {low:.3g} and {high:.3g}")
    return tally("smaller D_H ⇔ larger inner product ⇔ larger P(1|h)", "exhaustive", len(theta), wrong)


def probability_table(lengths: Sequence[int]) -> pd.DataFrame:
    """P(similar) at every distance, with θ as printed and scaled by the authors' 10/K.

    Args:
        lengths: K in bits.

    Returns:
        Columns `form`, `bits`, `distance` (bits), `probability` (0–1).
    """
    forms = {"θ = ⟨·,·⟩, as printed": 1.0, "θ = 10/K ⟨·,·⟩, as released": "10/K"}
    points = [(form, K, D_H) for form in forms for K in lengths for D_H in range(K + 1)]
    table = pd.DataFrame(points, columns=["form", "bits", "distance"])
    theta = [inner_product_scale(forms[form], K) * (K - 2 * D_H) for form, K, D_H in points]
    return table.assign(probability=1 / (1 + np.exp(-np.array(theta))))


def first_infinity(term: Function, *, dtype: torch.dtype = torch.float32) -> float:
    """The smallest θ > 0, to the last bit of `dtype`, at which a rising term evaluates to infinity.

    Returns:
        θ, or infinity where the term stays finite up to θ = 10,000.
    """
    low, high = torch.tensor(0.0, dtype=dtype), torch.tensor(1e4, dtype=dtype)
    if not term(high).isinf():
        return float("inf")
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (low, middle) if term(middle).isinf() else (middle, high)
    return high.item()


def _loss_and_slope(term: Function, theta: float) -> tuple[float, float]:
    """The term and its derivative in float32."""
    point = torch.tensor(theta, requires_grad=True)
    loss = term(point)
    return loss.item(), torch.autograd.grad(loss, point)[0].item()


def overflow_table(literal: Function, lengths: Sequence[int]) -> pd.DataFrame:
    """The dissimilar summand at θ = K, the value for two equal codes that should differ, computed three ways.

    Args:
        literal: log(1 + exp θ), operation by operation.
        lengths: code lengths K in bits.

    Returns:
        One row a length, in float32: the literal loss and its gradient, the softplus loss and its gradient, the
        largest θ under the authors' factor 10/K and the literal loss there.
    """
    rows = []
    for bits in lengths:
        loss, slope = _loss_and_slope(literal, float(bits))
        smooth, smooth_slope = _loss_and_slope(softplus, float(bits))
        scaled = torch.tensor(float(bits)) * inner_product_scale("10/K", bits)
        slopes = ["not a number" if math.isnan(value) else round(value, 5) for value in (slope, smooth_slope)]
        rows.append((bits, loss, slopes[0], smooth, slopes[1], scaled.item(), literal(scaled).item()))
    names = [f"{form} {what}" for form in ("literal", "softplus") for what in ("loss", "gradient")]
    return pd.DataFrame(rows, columns=["bits", *names, "scaled θ", "literal loss, scaled"])


def check_finite(term: Function, lengths: Sequence[int], *, scale: Scale = 1.0) -> Check:
    """The dissimilar summand and its gradient are finite in float32 for equal codes of every length.

    Args:
        term: log(1 + exp θ), computed one way or another.
        lengths: code lengths K in bits.
        scale: factor on the inner product; "10/K" as in the authors' code.
    """
    found = {bits: _loss_and_slope(term, bits * inner_product_scale(scale, bits)) for bits in lengths}
    broken = {bits: both for bits, both in found.items() if not np.isfinite(both).all()}
    wrong = (f"K = {bits}: loss {loss:g}, gradient {slope:g}" for bits, (loss, slope) in broken.items())
    statement = f"L_P and its gradient are finite in float32 for K = {lengths[0]} … {lengths[-1]}"
    return tally(statement, "exhaustive", len(lengths), wrong)
