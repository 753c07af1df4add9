"""CSQ's joint likelihood (S.2, S.3) on small joint distributions of centers C', similarity labels S and codes H.

A joint distribution is an array p[c, s, h] that sums to 1. Every statement is about its conditionals given h, the
code being the argument that learning varies.
"""

import numpy as np
import sympy
from jaxtyping import Float

from basics.errors import InputError
from chapters.n02_proofs.check import Check, compare, tally

Joint = Float[np.ndarray, "centers labels codes"]
TOLERANCE = 1e-12
NAMES = ("center", "label", "code")


def independent_joint(*, centers: int, labels: int, codes: int, seed: int) -> Joint:
    """A random distribution in which C' and S are independent given H."""
    rng = np.random.default_rng(seed)
    center_given = rng.dirichlet(np.ones(centers), size=codes).T
    label_given = rng.dirichlet(np.ones(labels), size=codes).T
    return np.einsum("ch,sh,h->csh", center_given, label_given, rng.dirichlet(np.ones(codes)))


def joint_of_built_centers(label_given: Float[np.ndarray, "labels codes"], *, center_of_label: list[int]) -> Joint:
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
    statement = "S.2, P(C',S|H) = P(S|H) P(C'|S,H)"
    return compare(statement, "numeric", label * center_given_both, both, names=NAMES, tolerance=TOLERANCE)


def check_constant_prior(joint: Joint) -> Check:
    """The document's premise: P(C'|S) is 0 or 1, that is, known once S is."""
    pair = joint.sum(axis=2)
    prior = pair / pair.sum(axis=0)
    off = np.minimum(prior, 1 - prior)
    return compare("P(C'|S) is known, 0 or 1", "numeric", off, 0, names=NAMES[:2], tolerance=TOLERANCE)


def check_factorisation(joint: Joint) -> Check:
    """The step to S.3: P(C', S|H) ∝ P(S|H) P(C'|H), with one factor a (C', S) for all codes H.

    Source: CSQ supplement, the line between Eqs. S.2 and S.3.
    """
    both, center, label = given_code(joint)
    claimed = center[:, None] * label
    considered = (claimed > 0) & (both.max(axis=2, keepdims=True) > 0)
    ratio = np.divide(both, claimed, out=np.zeros_like(both), where=considered)
    mean = ratio.sum(axis=2, keepdims=True) / np.maximum(considered.sum(axis=2, keepdims=True), 1)
    relative = np.divide(ratio, mean, out=np.ones_like(both), where=considered)
    statement = "P(C',S|H) ∝ P(S|H) P(C'|H)"
    return compare(statement, "numeric", relative, 1, names=NAMES, among=considered, tolerance=TOLERANCE)


def check_reason(joint: Joint) -> Check:
    """The document's inference: where P(C'|S) is known, P(C', S|H) ∝ P(S|H) P(C'|H).

    A distribution that meets the premise and not the conclusion refutes it; one without the premise says nothing.
    """
    premise, conclusion = check_constant_prior(joint), check_factorisation(joint)
    wrong = conclusion.counter_example if premise.holds else None
    return Check("P(C'|S) known ⇒ P(C',S|H) ∝ P(S|H) P(C'|H)", "numeric", 1, counter_example=wrong)


def same_class_centers(similar: float) -> Float[np.ndarray, "2 2"]:
    """P(c'_1, c'_2|h_1, h_2) of two items of two classes whose codes tell nothing of either.

    Args:
        similar: the probability that both items share their class, and with it their center.

    >>> same_class_centers(1.0).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    return np.array([[similar, 1 - similar], [1 - similar, similar]]) / 2


def check_items_independent(pair: Float[np.ndarray, "first second"]) -> Check:
    """The sum over centers in S.3: P(C'|H) = Π P(c'_i|h_i), here for two items with given codes.

    Args:
        pair: P(c'_1, c'_2|h_1, h_2) for all values of the two centers.

    Source: CSQ supplement, Eq. S.3, first sum.
    """
    product = np.outer(pair.sum(axis=1), pair.sum(axis=0))
    statement = "P(C'|H) = Π P(c'_i|h_i)"
    return compare(statement, "numeric", pair, product, names=("c'_1", "c'_2"), tolerance=TOLERANCE)


def check_missing_term(*, independent: bool) -> Check:
    """What S.3 leaves out, for one center and one label that are there or not: P(1, 1|H) − P(C'=1|H) P(S=1|H).

    With a = P(S=1|H) and b_s = P(C'=1|S=s, H) it is a(1 − a)(b_1 − b_0), the covariance of C' and S given H. It
    is 0 for every a only where b_1 = b_0, that is, where C' and S are independent given H.

    Args:
        independent: whether to set b_1 = b_0, which makes S.3 exact.
    """
    label, with_label, without = sympy.symbols("a b_1 b_1" if independent else "a b_1 b_0", positive=True)
    center = label * with_label + (1 - label) * without
    missing = sympy.factor(label * with_label - center * label)
    wrong = None if missing == 0 else f"term {missing}"
    return Check("P(C',S|H) = P(S|H) P(C'|H)", "symbolic", 1, counter_example=wrong)


def check_same_maximiser(joint: Joint) -> Check:
    """Maximising the product of S.3 finds the code that maximises the likelihood, for every (C', S)."""
    both, center, label = given_code(joint)
    found, best = (center[:, None] * label).argmax(axis=2), both.argmax(axis=2)
    cases = both.max(axis=2) > 0
    wrong = (
        f"C' = {c}, S = {s}: code {best[c, s]}, the product says {found[c, s]}"
        for c, s in np.argwhere(cases & (found != best)).tolist()
    )
    statement = "the product P(S|H) P(C'|H) has the likelihood's maximiser"
    return tally(statement, "numeric", int(cases.sum()), wrong)


def check_steps(joint: Joint) -> list[Check]:
    """S.2, the document's premise, its conclusion, and whether at least the maximiser survives."""
    steps = (check_chain_rule, check_constant_prior, check_factorisation, check_same_maximiser)
    return [step(joint) for step in steps]


def check_log_difference(joint: Joint) -> Check:
    """Read as "equal up to a constant", S.3's ∝: log P(C', S|H) less the two logarithms is the same for all H."""
    both, logs = _log_terms(joint)
    return _check_constant("log P(C',S|H) − log P(C'|H) − log P(S|H) is constant in H", both - logs)


def check_log_ratio(joint: Joint) -> Check:
    """Read literally, S.3's ∝: log P(C', S|H) is a fixed multiple of the sum of the two logarithms.

    P(C', S|H) is known only up to a factor; here it is 2.

    Args:
        joint: a distribution without zeros.
    """
    both, logs = _log_terms(joint)
    statement = "log P(C',S|H) is a multiple of log P(C'|H) + log P(S|H)"
    return _check_constant(statement, (both + np.log(2)) / logs)


def _log_terms(joint: Joint) -> tuple[Joint, Joint]:
    """log P(C', S|H), and log P(C'|H) + log P(S|H)."""
    both, center, label = given_code(joint)
    if not (both > 0).all():
        raise InputError("logarithms need a joint distribution without zeros")
    return np.log(both), np.log(center)[:, None] + np.log(label)


def _check_constant(statement: str, values: Joint) -> Check:
    """Whether values are the same for every code."""
    off = values - values.mean(axis=2, keepdims=True)
    return compare(statement, "numeric", off, 0, names=NAMES, tolerance=1000 * TOLERANCE)


def check_pairs_independent(theta: Float[np.ndarray, "3"]) -> Check:
    """The product over pairs gives no probability to label patterns that no three single-label items can have.

    Where items 1 and 2 share their class and 2 and 3 theirs, so do 1 and 3: patterns with exactly two similar
    pairs out of three cannot occur with one label an item, yet independent pairs give them a positive probability.

    Args:
        theta: inner products of the pairs 12, 13, 23.
    """
    similar = 1 / (1 + np.exp(-theta))
    patterns = 1 - np.eye(3)  # each row two similar pairs of three
    mass = float(np.where(patterns, similar, 1 - similar).prod(axis=1).sum())
    wrong = f"θ = {theta.tolist()}: inconsistent labels have probability {mass:.3g}" if mass > 0 else None
    return Check("the product over pairs allows only consistent labels", "exhaustive", 8, mass, wrong)
