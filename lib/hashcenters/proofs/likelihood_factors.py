"""CSQ's joint likelihood (S.2, S.3) on small joint distributions of centers C', similarity labels S and codes H.

A joint distribution is an array p[c, s, h] that sums to 1. Every statement is about its conditionals given h, the
code being the argument that learning varies.
"""

from itertools import product

import numpy as np
import sympy
from basics.errors import InputError
from jaxtyping import Float

from hashcenters.proofs.check import Check, compare

Joint = Float[np.ndarray, "centers labels codes"]
TOLERANCE = 1e-12


def independent_joint(*, centers: int, labels: int, codes: int, seed: int) -> Joint:
    """A random distribution in which C' and S are independent given H."""
    rng = np.random.default_rng(seed)
    center_given = rng.dirichlet(np.ones(centers), size=codes).T
    label_given = rng.dirichlet(np.ones(labels), size=codes).T
    return np.einsum("ch,sh,h->csh", center_given, label_given, rng.dirichlet(np.ones(codes)))


def joint_of_built_centers(
    label_given: Float[np.ndarray, "labels codes"], *, center_of_label: list[int]
) -> Joint:
    """The distribution in which centers are built from the labels, C' = f(S), as the document says.

    P(C'|S) is then 0 or 1, known and constant, which is the reason that the document gives for S.3.

    Args:
        label_given: P(S|H), columns that sum to 1; all codes are equally likely.
        center_of_label: f, the center of each label.

    Raises:
        InputError: a column does not sum to 1, or f lacks a label.
    """
    labels, codes = label_given.shape
    if not np.allclose(label_given.sum(axis=0), 1):
        raise InputError("P(S|H) must sum to 1 for every code")
    if len(center_of_label) != labels:
        raise InputError(f"center_of_label must name one center for each of {labels} labels")
    joint = np.zeros((max(center_of_label) + 1, labels, codes))
    joint[center_of_label, np.arange(labels)] = label_given / codes
    return joint


def given_code(joint: Joint) -> tuple[Joint, np.ndarray, np.ndarray]:
    """P(C', S|H), P(C'|H) and P(S|H)."""
    both = joint / joint.sum(axis=(0, 1))
    return both, both.sum(axis=1), both.sum(axis=0)


def check_chain_rule(joint: Joint) -> Check:
    """S.2: P(C', S|H) = P(S|H) P(C'|S, H), which holds for every distribution.

    Source: CSQ supplement, Eq. S.2.
    """
    both, _, label = given_code(joint)
    margin = joint.sum(axis=0)
    center_given_both = np.divide(joint, margin, out=np.zeros_like(joint), where=margin > 0)
    names = ("center", "label", "code")
    statement = "S.2, P(C',S|H) = P(S|H) P(C'|S,H)"
    return compare(statement, "numeric", label * center_given_both, both, names=names, tolerance=TOLERANCE)


def check_constant_prior(joint: Joint) -> Check:
    """The document's premise: P(C'|S) is 0 or 1, that is, known once S is."""
    pair = joint.sum(axis=2)
    prior = pair / pair.sum(axis=0)
    off = np.minimum(prior, 1 - prior)
    statement = "P(C'|S) is known, 0 or 1"
    return compare(statement, "numeric", off, 0, names=("center", "label"), tolerance=TOLERANCE)


def check_factorisation(joint: Joint) -> Check:
    """The step to S.3: P(C', S|H) ∝ P(S|H) P(C'|H), with one factor a (C', S) for all codes H.

    Source: CSQ supplement, the line between Eqs. S.2 and S.3.
    """
    both, center, label = given_code(joint)
    claimed = center[:, None] * label[None]
    considered = (claimed > 0) & (both.max(axis=2, keepdims=True) > 0)
    ratio = np.divide(both, claimed, out=np.zeros_like(both), where=considered)
    mean = ratio.sum(axis=2, keepdims=True) / np.maximum(considered.sum(axis=2, keepdims=True), 1)
    relative = np.divide(ratio, mean, out=np.ones_like(both), where=considered)
    statement = "P(C',S|H) ∝ P(S|H) P(C'|H)"
    names = ("center", "label", "code")
    return compare(statement, "numeric", relative, 1, names=names, among=considered, tolerance=TOLERANCE)


def check_missing_term(*, independent: bool) -> Check:
    """What S.3 leaves out, for one center and one label that are there or not: P(1, 1|H) − P(C'=1|H) P(S=1|H).

    With a = P(S=1|H) and b_s = P(C'=1|S=s, H) it is a(1 − a)(b_1 − b_0), the covariance of C' and S given H. It
    is 0 for every a only where b_1 = b_0, that is, where C' and S are independent given H.

    Args:
        independent: whether to set b_1 = b_0, which makes S.3 exact.
    """
    label, with_label, without = sympy.symbols("a b_1 b_0", positive=True)
    if independent:
        without = with_label
    center = label * with_label + (1 - label) * without
    missing = sympy.expand(label * with_label - center * label)
    covariance = sympy.factor(missing)
    statement = "P(C',S|H) = P(S|H) P(C'|H)"
    return Check(statement, "symbolic", 1, counter_example=None if missing == 0 else f"term {covariance}")


def best_code(joint: Joint, *, center: int, label: int) -> dict[str, int]:
    """The code that is most likely given (C', S), and the one that the product of S.3 prefers."""
    both, center_given, label_given = given_code(joint)
    product_form = center_given[center] * label_given[label]
    return {"likelihood": int(both[center, label].argmax()), "product": int(product_form.argmax())}


def check_same_maximiser(joint: Joint) -> Check:
    """Maximising the product of S.3 finds the code that maximises the likelihood, for every (C', S)."""
    both, _, _ = given_code(joint)
    wrong, cases = [], np.argwhere(both.max(axis=2) > 0)
    for center, label in cases.tolist():
        best = best_code(joint, center=center, label=label)
        if best["likelihood"] != best["product"]:
            wrong.append(
                f"C' = {center}, S = {label}: code {best['likelihood']}, the product says {best['product']}"
            )
    statement = "the product P(S|H) P(C'|H) has the likelihood's maximiser"
    return Check(statement, "numeric", len(cases), counter_example=wrong[0] if wrong else None)


def check_steps(joint: Joint) -> list[Check]:
    """S.2, the document's premise, its conclusion, and whether at least the maximiser survives."""
    checks = (check_chain_rule, check_constant_prior, check_factorisation, check_same_maximiser)
    return [check(joint) for check in checks]


def check_log_difference(joint: Joint) -> Check:
    """Read as "equal up to a constant", S.3's ∝: log P(C', S|H) less the two logarithms is the same for all H."""
    gap, _ = _log_terms(joint)
    off = gap - gap.mean(axis=2, keepdims=True)
    statement = "log P(C',S|H) − log P(C'|H) − log P(S|H) is constant in H"
    return compare(
        statement, "numeric", off, 0, names=("center", "label", "code"), tolerance=1000 * TOLERANCE
    )


def check_log_ratio(joint: Joint, *, factor: float = 2.0) -> Check:
    """Read literally, S.3's ∝: log P(C', S|H) is a fixed multiple of the sum of the two logarithms.

    Args:
        joint: a distribution without zeros.
        factor: P(C', S|H) is known only up to a factor; here this one.
    """
    gap, logs = _log_terms(joint)
    ratio = (gap + logs + np.log(factor)) / logs
    off = ratio - ratio.mean(axis=2, keepdims=True)
    statement = "log P(C',S|H) is a multiple of log P(C'|H) + log P(S|H)"
    return compare(
        statement, "numeric", off, 0, names=("center", "label", "code"), tolerance=1000 * TOLERANCE
    )


def _log_terms(joint: Joint) -> tuple[Joint, Joint]:
    both, center, label = given_code(joint)
    if not (both > 0).all():
        raise InputError("logarithms need a joint distribution without zeros")
    logs = np.log(center)[:, None] + np.log(label)[None]
    return np.log(both) - logs, logs


def impossible_mass(theta: Float[np.ndarray, "3"]) -> float:
    """Probability that S.3's product over pairs gives to label patterns that no three items can have.

    Where items 1 and 2 share their class and 2 and 3 theirs, so do 1 and 3: patterns with exactly two similar
    pairs out of three cannot occur with one label an item, yet independent pairs give them a positive probability.

    Args:
        theta: inner products of the pairs 12, 13, 23.

    >>> round(impossible_mass(np.zeros(3)), 3)
    0.375
    """
    similar = 1 / (1 + np.exp(-theta))
    patterns = [pattern for pattern in product((0, 1), repeat=3) if sum(pattern) == 2]
    return float(sum(np.prod(np.where(pattern, similar, 1 - similar)) for pattern in patterns))


def check_pairs_independent(theta: Float[np.ndarray, "3"]) -> Check:
    """The product over pairs gives no probability to label patterns that no three single-label items can have."""
    mass = impossible_mass(theta)
    statement = "the product over pairs allows only consistent labels"
    example = f"θ = {theta.tolist()}: inconsistent labels have probability {mass:.3g}" if mass > 0 else None
    return Check(statement, "exhaustive", 8, mass, example)
