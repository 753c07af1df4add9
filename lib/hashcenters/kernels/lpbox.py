"""One row of SHC's augmented-Lagrangian method: a ±1 code as a point of the box and of the sphere at once."""

import numpy as np
from numba import njit


@njit(cache=True)
def solve_row(others, target, limit, start, penalties, steps, dual_step):
    """Minimise ‖H x − t‖² / n over codes x with H x ≤ limit, as a continuous point whose signs are the code.

    x is held equal to z₁ in the box [−1, 1]^K and to z₂ on the sphere ‖z₂‖² = K (Eq. 1 with p = 2), and H x + z₃
    equal to the limit with z₃ ≥ 0, each by a penalty and a multiplier. HᵀH is decomposed once, after which the
    linear system of every step is diagonal.

    Args:
        others: (n, bits) float64, H, the other centers.
        target: (n,) float64, t, their target inner products with this row.
        limit: largest inner product allowed.
        start: (bits,) float64, the row to begin with.
        penalties: (rounds,) float64, the rising penalty ρ.
        steps: steps a round.
        dual_step: γ, the multipliers' step as a multiple of ρ.
    """
    count, bits = others.shape
    values, basis = np.linalg.eigh(others.T @ others)
    basis_t, others_t = np.ascontiguousarray(basis.T), np.ascontiguousarray(others.T)
    pull = others_t @ target * (2 / count)
    x, box, sphere = start.copy(), start.copy(), start.copy()
    slack = np.maximum(limit - others @ start, 0)
    box_dual, sphere_dual, slack_dual = np.zeros(bits), np.zeros(bits), np.zeros(count)
    for penalty in penalties:
        inverse = 1 / ((2 / count + penalty / count) * values + 2 * penalty)
        for _ in range(steps):
            right = pull + penalty * (box + sphere) - box_dual - sphere_dual
            right += others_t @ (penalty * (limit - slack) - slack_dual) / count
            x = basis @ (inverse * (basis_t @ right))
            products = others @ x
            box = np.minimum(np.maximum(x + box_dual / penalty, -1), 1)
            sphere = x + sphere_dual / penalty
            sphere *= np.sqrt(bits) / max(np.sqrt((sphere * sphere).sum()), 1e-12)
            slack = np.maximum(limit - products - slack_dual / penalty, 0)
            box_dual += dual_step * penalty * (x - box)
            sphere_dual += dual_step * penalty * (x - sphere)
            slack_dual += dual_step * penalty * (products + slack - limit)
    return x
