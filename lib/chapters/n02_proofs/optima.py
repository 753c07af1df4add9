"""Where the documents' joint losses are least: one code for all classes (S.9, S.11), and L_P against L_C (S.7)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
import torch
from jaxtyping import Int8

from chapters.n02_proofs.check import Check, compare, identity, tally
from hashcenters.losses.objective import CenterObjective

X = sympy.symbols("x", real=True)
CENTRAL = sympy.log(1 + sympy.exp(-X))  # −log h of an output h = σ(x) whose center has the bit 1
QUANTISED = sympy.log(sympy.cosh(X))  # of x = |y| − 1
MOVED = X**2 / 2  # of x = y − c
Codes = Int8[np.ndarray, "n bits"]


def check_never_negative() -> Check:
    """The summands of L_C, L_Q and L_FC are 0 or more, so that no weights λ ≥ 0 bring S.9 or S.11 below 0.

    −log h = log(1 + exp −x) > 0; cosh x = 1 + 2 sinh² (x/2) ≥ 1, so that its logarithm is 0 or more.
    """
    above_one = (QUANTISED.args[0] - 1 - 2 * sympy.sinh(X / 2) ** 2).rewrite(sympy.exp)
    facts = {"L_C": CENTRAL.is_positive, "L_Q": sympy.simplify(above_one) == 0, "L_FC": MOVED.is_nonnegative}
    wrong = (name for name, holds in facts.items() if not holds)
    return tally("L_C, L_Q and L_FC are never negative", "symbolic", len(facts), wrong)


def check_zero_at_collapse() -> Check:
    """Where every output and every center is one and the same code, L_C, L_Q, L_FC and both updates are 0.

    The limit x → ∞ is an output that has reached its center's bit. The step of S.8 and the mean of S.10 leave
    centers where they are, however many samples a class has in the batch.
    """
    bit, count = sympy.symbols("b n", positive=True)
    at = {
        "L_C": sympy.limit(CENTRAL, X, sympy.oo),
        "L_Q": QUANTISED.subs(X, sympy.Abs(sympy.Integer(1)) - 1),
        "L_FC": MOVED.subs(X, 0),
        "S.8": (count * bit - count * bit) / (1 + count),
        "S.10": count * bit / count - bit,
    }
    return identity("at one code for everything L_C = L_Q = L_FC = 0, and the centers stay", **at)


def check_collapse(objective: Callable[..., CenterObjective], options: dict[str, Any], *, codes: Codes) -> Check:
    """A training's own objective at total collapse: loss 0, and centers that its update leaves in place.

    Args:
        objective: a class of `hashcenters.losses`, of centers and options.
        options: its weights.
        codes: each in turn is the output of every sample and the center of every class.
    """
    losses, moved = [], []
    for code in torch.from_numpy(codes).float():
        outputs, labels, centers = code.repeat(12, 1), torch.arange(12) % 3, code.repeat(4, 1)
        loss = objective(centers, **options)
        losses.append(loss(outputs, labels)["loss"].item())
        loss.after_step(outputs, labels)
        moved.append((loss.centers - centers).abs().max().item())
    statement = "total collapse has loss 0 and stays"
    found = np.array([losses, moved]).T
    return compare(statement, "numeric", found, 0, names=("code", "loss or step"), tolerance=1e-6)


def check_centers_are_undecided(rows: Codes) -> Check:
    """Two items on different rows of a Hadamard matrix have θ = 0.

    Args:
        rows: of H_K; with negatives among them, those pairs have θ = −K and break the statement.
    """
    theta = rows.astype(int) @ rows.T
    different = ~np.eye(len(rows), dtype=bool)
    names = ("center", "against center")
    return compare("⟨c_i, c_j⟩ = 0", "exhaustive", theta, 0, names=names, among=different)


def check_log_two(loss: Callable[..., Any], sigma: Callable[..., Any]) -> Check:
    """At θ = 0, where two Hadamard centers are: P(1) = ½, L_P = log 2 a dissimilar pair, and its slope in θ is ½.

    L_P falls as θ does, so that it pulls the two off their centers, where L_C is 0.

    Args:
        loss: a summand of S.6, of θ and s.
        sigma: the sigmoid function.
    """
    theta = sympy.symbols("theta", real=True)
    half = sympy.Rational(1, 2)
    slope = sympy.diff(loss(theta, 0), theta).subs(theta, 0)
    at = {"P": sigma(sympy.Integer(0)) - half, "loss": loss(sympy.Integer(0), 0) - sympy.log(2), "slope": slope - half}
    return identity("at θ = 0: P = ½, L_P = log 2, dL_P/dθ = ½", **at)
