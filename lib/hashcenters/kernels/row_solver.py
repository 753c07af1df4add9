"""One row of SHC's augmented-Lagrangian method: a ±1 code as a point of the box and of the sphere at once."""

import numpy as np

from hashcenters.kernels.compiled import compiled


@compiled(fastmath=True)
def times(matrix, vector, out):
    """`matrix @ vector` into `out`; a plain loop compiles sooner than the call of a BLAS."""
    for row in range(matrix.shape[0]):
        total = 0.0
        for column in range(matrix.shape[1]):
            total += matrix[row, column] * vector[column]
        out[row] = total
    return out


@compiled()
def solve_row(others, others_t, values, basis, basis_t, target, limit, start, penalties, steps, dual_step, square):
    """Minimise ‖H x − t‖² / n over codes x with H x ≤ limit, as a continuous point whose signs are the code.

    With another weight w of the square it is w ‖H x‖² / n − 2 tᵀH x / n, linear for 0.

    x is held equal to z₁ in the box [−1, 1]^K and to z₂ on the sphere ‖z₂‖² = K (Eq. 1 with p = 2), and H x + z₃
    equal to the limit with z₃ ≥ 0, each by a penalty and a multiplier. In the basis of HᵀH's eigenvectors the
    linear system of every step is diagonal.

    Args:
        others, others_t: (n, bits) float64, H, the other centers; and its transpose.
        values, basis, basis_t: eigenvalues (bits,) of HᵀH, eigenvectors (bits, bits) as columns and as rows.
        target: (n,) float64, t, their target inner products with this row.
        limit: largest inner product allowed.
        start: (bits,) float64, the row to begin with.
        penalties: (rounds,) float64, the rising penalty ρ.
        steps: steps a round.
        dual_step: γ, the multipliers' step as a multiple of ρ.
        square: w, 1 for the distance to the target.
    """
    count, bits = others.shape
    x, box, sphere = start.copy(), start.copy(), start.copy()
    pull, right, turned = np.empty(bits), np.empty(bits), np.empty(bits)
    box_dual, sphere_dual = np.zeros(bits), np.zeros(bits)
    products, slack, slack_dual, pressed = np.empty(count), np.empty(count), np.zeros(count), np.empty(count)
    times(others, start, products)
    for other in range(count):
        slack[other] = max(limit - products[other], 0.0)
    times(others_t, target, pull)
    for penalty in penalties:
        for _ in range(steps):
            for other in range(count):
                pressed[other] = (penalty * (limit - slack[other]) - slack_dual[other]) / count
            times(others_t, pressed, right)
            for bit in range(bits):
                held = penalty * (box[bit] + sphere[bit]) - box_dual[bit] - sphere_dual[bit]
                right[bit] += 2 / count * pull[bit] + held
            times(basis_t, right, turned)
            for bit in range(bits):
                turned[bit] /= (2 * square + penalty) / count * values[bit] + 2 * penalty
            times(basis, turned, x)
            times(others, x, products)
            length = 1e-24
            for bit in range(bits):
                box[bit] = min(max(x[bit] + box_dual[bit] / penalty, -1.0), 1.0)
                sphere[bit] = x[bit] + sphere_dual[bit] / penalty
                length += sphere[bit] * sphere[bit]
            for bit in range(bits):
                sphere[bit] *= np.sqrt(bits / length)
                box_dual[bit] += dual_step * penalty * (x[bit] - box[bit])
                sphere_dual[bit] += dual_step * penalty * (x[bit] - sphere[bit])
            for other in range(count):
                slack[other] = max(limit - products[other] - slack_dual[other] / penalty, 0.0)
                slack_dual[other] += dual_step * penalty * (products[other] + slack[other] - limit)
    return x
