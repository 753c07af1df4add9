"""CSQ's pairwise likelihood (S.4–S.6): its distance identity, its two forms, its loss and its order."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd
import sympy
import torch
from jaxtyping import Float, Int, Int8
from torch import Tensor

from hashcenters.losses.pairwise import inner_product_scale, pairwise_terms
from hashcenters.proofs.check import Check, compare

Loss = Callable[[sympy.Expr, sympy.Expr], sympy.Expr]
Terms = Callable[[Tensor, Tensor], Tensor]
Similarity = Callable[[np.ndarray], np.ndarray]


def all_codes(bits: int) -> Int8[np.ndarray, "codes {bits}"]:
    """Every {0, 1} code of a length, 2^bits rows.

    >>> all_codes(2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return np.array(list(product((0, 1), repeat=bits)), dtype=np.int8)


def signed_product(
    first: Int8[np.ndarray, "n bits"], second: Int8[np.ndarray, "m bits"]
) -> Int[np.ndarray, "n m"]:
    """⟨2h_i − 1, 2h_j − 1⟩ of every pair of {0, 1} codes."""
    return (2 * first.astype(np.int32) - 1) @ (2 * second.astype(np.int32) - 1).T


def check_identity(bits: int, *, sign: int = -1) -> Check:
    """D_H(h_i, h_j) = ½(K − ⟨2h_i − 1, 2h_j − 1⟩) for every pair of {0, 1} codes, bits counted one by one.

    Args:
        bits: code length; 4^bits pairs are looked at.
        sign: of the inner product, −1 as the document has it.

    Source: CSQ supplement, the line above Eq. S.4.
    """
    codes = all_codes(bits)
    counted = np.stack([(codes != code).sum(axis=1) for code in codes])
    observed = (bits + sign * signed_product(codes, codes)) / 2
    statement = "D_H = ½(K − ⟨2h_i − 1, 2h_j − 1⟩)"
    return compare(statement, "exhaustive", observed, counted, names=("code", "against code"))


def sigmoid_of(theta: sympy.Expr) -> sympy.Expr:
    """σ(θ) = 1/(1 + e^(−θ)), as a symbolic expression."""
    return 1 / (1 + sympy.exp(-theta))


def printed_loss(theta: sympy.Expr, label: sympy.Expr) -> sympy.Expr:
    """One summand of S.6, log(1 + exp θ) − s θ, as a symbolic expression."""
    return sympy.log(1 + sympy.exp(theta)) - label * theta


def check_two_forms() -> Check:
    """S.5, the product of powers, takes the two values of S.4 at s = 1 and s = 0."""
    theta = sympy.symbols("theta", real=True)
    label = sympy.symbols("s", real=True)
    sigma = sigmoid_of(theta)
    power_form = sigma**label * (1 - sigma) ** (1 - label)
    wanted = {1: sigma, 0: 1 - sigma}
    left = {s: sympy.simplify(power_form.subs(label, s) - value) for s, value in wanted.items()}
    wrong = [f"s = {s}: difference {difference}" for s, difference in left.items() if difference != 0]
    statement = "S.5 equals S.4 at s = 1 and at s = 0"
    return Check(statement, "symbolic", 2, counter_example=wrong[0] if wrong else None)


def check_loss_form(loss: Loss = printed_loss) -> Check:
    """−log of S.5 is the summand of S.6, for every real θ and s.

    Both sides have the same derivative in θ and the same value at θ = 0, hence are the same function.

    Args:
        loss: the summand, S.6 as printed unless another one is put to the test.

    Source: CSQ supplement, Eqs. S.5 and S.6.
    """
    theta, label = sympy.symbols("theta s", real=True)
    sigma = sigmoid_of(theta)
    likelihood = label * sympy.log(sigma) + (1 - label) * sympy.log(1 - sigma)
    difference = -likelihood - loss(theta, label)
    slope = sympy.simplify(sympy.diff(difference, theta))
    value = sympy.simplify(difference.subs(theta, 0))
    example = None if slope == 0 and value == 0 else f"slope differs by {slope}, value at θ = 0 by {value}"
    return Check("−log S.5 = log(1 + exp θ) − s θ", "symbolic", 2, counter_example=example)


def check_slope(loss: Loss = printed_loss) -> Check:
    """The derivative of the summand in θ is σ(θ) − s: similar pairs are pulled, dissimilar ones pushed."""
    theta, label = sympy.symbols("theta s", real=True)
    difference = sympy.simplify(sympy.diff(loss(theta, label), theta) - (sigmoid_of(theta) - label))
    example = None if difference == 0 else f"differs by {difference}"
    return Check("dL_P/dθ = σ(θ) − s", "symbolic", 1, counter_example=example)


def check_rising() -> Check:
    """σ rises strictly and L_P's dissimilar summand with it: both derivatives are positive for every real θ."""
    theta = sympy.symbols("theta", real=True)
    slopes = {
        "σ": sympy.diff(sigmoid_of(theta), theta),
        "log(1 + exp θ)": sympy.diff(printed_loss(theta, sympy.Integer(0)), theta),
    }
    wrong = [name for name, slope in slopes.items() if not sympy.simplify(slope).is_positive]
    statement = "σ(θ) and log(1 + exp θ) rise strictly in θ"
    return Check(statement, "symbolic", 2, counter_example=f"{wrong[0]} does not rise" if wrong else None)


def check_gradients(
    *, bits: int, num_codes: int, seed: int, terms: Terms = pairwise_terms, tolerance: float = 1e-10
) -> Check:
    """The gradients of −Σ log S.5 and of S.6 in continuous outputs h ∈ (0, 1), by autograd in float64.

    Args:
        bits: code length; beyond 30 or so σ saturates and the left-hand side itself fails.
        num_codes: outputs, all unordered pairs of which are summed.
        seed: of outputs and labels.
        terms: the summands of S.6; the library's own unless others are put to the test.
        tolerance: largest absolute difference of two gradient entries.
    """
    generator = torch.Generator().manual_seed(seed)
    start = torch.rand(num_codes, bits, generator=generator, dtype=torch.float64)
    first, second = torch.triu_indices(num_codes, num_codes, offset=1)
    similar = torch.randint(0, 2, first.shape, generator=generator).double()

    def gradient(loss: Callable[[Tensor], Tensor]) -> Float[np.ndarray, "num_codes bits"]:
        outputs = start.clone().requires_grad_()
        signed = 2 * outputs - 1
        loss((signed @ signed.T)[first, second]).sum().backward()
        return outputs.grad.numpy()

    by_likelihood = gradient(
        lambda theta: -(similar * theta.sigmoid().log() + (1 - similar) * (1 - theta.sigmoid()).log())
    )
    by_loss = gradient(lambda theta: terms(theta, similar))
    statement = "−Σ log S.5 and S.6 have the same gradient in every output"
    return compare(statement, "numeric", by_loss, by_likelihood, names=("output", "bit"), tolerance=tolerance)


def check_monotone(bits: int, *, similarity: Similarity = np.asarray) -> Check:
    """Over all pairs of codes, a smaller D_H means a larger inner product and a larger P(1|h_i, h_j).

    Args:
        bits: code length; 4^bits pairs, each set against all others through its distance.
        similarity: what σ is taken of, the inner product itself unless something else is put to the test.
    """
    codes = all_codes(bits)
    products = signed_product(codes, codes).ravel()
    distances = np.concatenate([(codes != code).sum(axis=1) for code in codes])
    theta = similarity(products.astype(np.float64))
    example = None
    for name, values in {"⟨·,·⟩": theta, "P": 1 / (1 + np.exp(-theta))}.items():
        spans = [(values[distances == d].min(), values[distances == d].max()) for d in range(bits + 1)]
        for d in range(bits):
            if example is None and not spans[d][0] > spans[d + 1][1]:
                low, high = spans[d][0], spans[d + 1][1]
                example = f"K = {bits}, D_H = {d} and {d + 1}: {name} = {low:.3g} and {high:.3g}"
    statement = "smaller D_H ⇔ larger inner product ⇔ larger P(1|h)"
    return Check(statement, "exhaustive", len(products), counter_example=example)


def probability_table(lengths: Sequence[int]) -> pd.DataFrame:
    """P(similar) at every distance, with θ as printed and scaled by the authors' 10/K.

    Args:
        lengths: K in bits.

    Returns:
        Columns `form`, `bits`, `distance` (bits), `probability` (0–1).
    """
    parts = []
    for form, scale in {"θ = ⟨·,·⟩, as printed": 1.0, "θ = 10/K ⟨·,·⟩, as released": "10/K"}.items():
        for bits in lengths:
            distance = np.arange(bits + 1)
            theta = inner_product_scale(scale, bits) * (bits - 2 * distance)
            chance = 1 / (1 + np.exp(-theta))
            parts.append(
                pd.DataFrame({"form": form, "bits": bits, "distance": distance, "probability": chance})
            )
    return pd.concat(parts, ignore_index=True)
