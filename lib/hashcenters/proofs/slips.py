"""What the two documents print but cannot mean: each slip with the check that fails when it is taken as printed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hashcenters.centers.hadamard import hadamard_matrix
from hashcenters.proofs.check import Check
from hashcenters.proofs.hadamard_distances import (
    check_distance_formula,
    check_mean_above_half,
    printed_distance,
)
from hashcenters.proofs.learned_centers import check_printed_face_loss
from hashcenters.proofs.likelihood_factors import (
    check_log_ratio,
    check_missing_term,
    check_pairs_independent,
    independent_joint,
)
from hashcenters.proofs.linear_extension import check_printed_equation
from hashcenters.proofs.multilabel_centroids import check_bound, check_ties_exist


@dataclass(frozen=True)
class Slip:
    """One slip.

    Args:
        place: document and place.
        printed: what stands there, in short.
        meant: what it has to be.
        effect: what depends on it.
        as_printed: the printed reading as a check that fails; None where reading alone shows it.
    """

    place: str
    printed: str
    meant: str
    effect: str
    as_printed: Callable[[], Check] | None = None


SLIPS = (
    Slip(
        "CSQ Sec. 1, case 1",
        "D_H = ½(K ⟨h_i, h_j⟩)",
        "D_H = ½(K − ⟨h_i, h_j⟩)",
        "a minus sign is lost; the result K/2 below it is right",
        lambda: check_distance_formula(hadamard_matrix(8), formula=printed_distance),
    ),
    Slip(
        "CSQ Sec. 1, H_2K",
        "[H_K, −H_K]ᵀ",
        "H_K above −H_K",
        "none for Sylvester's matrix, which is symmetric; other Hadamard matrices give other rows",
    ),
    Slip(
        "CSQ Sec. 1, below S.1",
        "the average distance is larger than K/2, so the rows are valid",
        "any two rows are at least K/2 apart, as the text above it asks (the main text asks for the mean)",
        "both hold for H_2K; for centers from H_K alone the average equals K/2",
        lambda: check_mean_above_half(hadamard_matrix(8)),
    ),
    Slip(
        "CSQ Sec. 1, multi-label",
        "a lower bound, proven by sampling",
        "a mean, and that only up to a fraction of a bit",
        "single pairs of centroids come as near as 3K/8",
        lambda: check_bound(hadamard_matrix(16), 3),
    ),
    Slip(
        "CSQ Sec. 1, multi-label",
        "part of the centroid of three rows is sampled",
        "three votes never tie; the second part is empty",
        "ties need an even number of labels",
        lambda: check_ties_exist(hadamard_matrix(16), 3),
    ),
    Slip(
        "CSQ Sec. 1, last paragraph",
        "the proof is in supplementary materials",
        "this is the supplement, and it proves validity, not that the distance is greatest",
        "the statement fails for few classes (judged with the generators of centers)",
    ),
    Slip(
        "CSQ Sec. 1, last paragraph",
        "Hadamard for m ≤ 2K and K = 2ⁿ, Bernoulli for m > 2K",
        "Bernoulli also for m ≤ 2K where K is no power of two",
        "lengths such as 12 or 48 bits are left without a rule",
    ),
    Slip(
        "CSQ Sec. 2, S.2 to S.3",
        "P(C'|S) is constant, thus P(C'|S, H) becomes P(C'|H)",
        "C' and S are independent given H",
        "without it a covariance is left out",
        lambda: check_missing_term(independent=False),
    ),
    Slip(
        "CSQ Sec. 2, S.3",
        "∝ between logarithms",
        "equal up to a constant",
        "none on the minimiser",
        lambda: check_log_ratio(independent_joint(centers=2, labels=2, codes=4, seed=0)),
    ),
    Slip(
        "CSQ Sec. 2, S.3",
        "log P(S|H) is a sum over pairs",
        "the pairs' labels are taken as independent",
        "labels that contradict one another keep a positive probability",
        lambda: check_pairs_independent(np.zeros(3)),
    ),
    Slip("CSQ Sec. 2, S.7", "min over Q", "min over the network's parameters Θ, as in S.9", "none"),
    Slip(
        "CSQ Sec. 2, below S.7",
        "L_Q binarises the learned centers",
        "it binarises the outputs; the centers of L_C are binary already",
        "none",
    ),
    Slip(
        "CSQ Sec. 4, below S.8",
        "L_FC = Δc_i",
        "L_FC = ½ Σ ‖x_j − c‖², whose gradient in c_i is the numerator of Δc_i",
        "a vector cannot be a loss; S.9 needs a number",
        lambda: check_printed_face_loss(num_classes=4, bits=8, seed=0),
    ),
    Slip(
        "CSQ Sec. 4, S.8",
        "m samples in a batch",
        "m is the number of classes elsewhere, here called p",
        "none",
    ),
    Slip(
        "CSQ Sec. 4, S.10",
        "a sum to K; u_k below it, μ_k in it",
        "K counts the similar points of the batch, not the bits; u and μ are the same",
        "none on the minimiser",
    ),
    Slip(
        "CSQ Sec. 4, S.12",
        "min D_H(u_k, c_i)",
        "D_H(u_k, c_i): a class has one center, so that nothing is left to minimise over",
        "none; the paper behind it has several centers a class",
    ),
    Slip(
        "SHC Eqs. 2 and 4",
        "w_iᵀw_j on both sides",
        "the left side is the new value, the right side holds the old one",
        "as an equation it is true only where the map changes nothing",
        check_printed_equation,
    ),
)


def slips_table() -> pd.DataFrame:
    """The register, each slip with what comes out when it is taken as printed."""
    return pd.DataFrame(
        {
            "place": [slip.place for slip in SLIPS],
            "printed": [slip.printed for slip in SLIPS],
            "meant": [slip.meant for slip in SLIPS],
            "effect": [slip.effect for slip in SLIPS],
            "taken as printed": [_outcome(slip) for slip in SLIPS],
        }
    )


def _outcome(slip: Slip) -> str:
    if slip.as_printed is None:
        return "seen by reading"
    check = slip.as_printed()
    return "holds" if check.holds else f"fails: {check.counter_example}"
