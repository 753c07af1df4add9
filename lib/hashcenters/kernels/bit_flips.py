"""Simulated annealing over the bits of centers, and over which class has which center.

Both kernels work in place on copies that the caller makes. The residual is scaled so that it holds whole numbers:
float32 adds those without rounding, in any order, so that the result does not hang on a CPU's vector width.
"""

import numpy as np

from hashcenters.kernels.compiled import compiled


@compiled(fastmath=True)
def flip_bits(columns, residual, gram, limit, scale, temperatures, weights, rng):
    """Sweep over all bits, one sweep a temperature, flipping by Metropolis' rule.

    Args:
        columns: (bits, num_classes) float32, the centers transposed, ±1.
        residual: (num_classes, num_classes) float32, scale · (gram − target), 0 on the diagonal.
        gram: (num_classes, num_classes) float32, inner products, far below `limit` on the diagonal.
        limit: largest inner product that a pair may have.
        scale: what the residual is multiplied with.
        temperatures, weights: of each sweep; a weight multiplies the squared excess of a pair over `limit`.
        rng: numpy generator.
    """
    bits, num_classes = columns.shape
    zero, two = np.float32(0), np.float32(2)
    for sweep in range(len(temperatures)):
        temperature = temperatures[sweep] * scale * scale
        weight = weights[sweep] * scale * scale
        for row in range(num_classes):
            errors, products = residual[row], gram[row]
            for bit in range(bits):
                column = columns[bit]
                change = two * column[row]
                field, excess = zero, zero
                for other in range(num_classes):
                    over = products[other] - limit
                    before, after = max(over, zero), max(over - change * column[other], zero)
                    field += errors[other] * column[other]
                    excess += (after - before) * (after + before)
                rise = 4 * scale * scale * (num_classes - 1) - 2 * scale * change * field + weight * excess
                if rise > 0 and rise > temperature * rng.standard_exponential():
                    continue
                step = np.float32(scale) * change
                for other in range(num_classes):
                    errors[other] -= step * column[other]
                    products[other] -= change * column[other]
                errors[row] = zero
                products[row] += two
                for other in range(num_classes):
                    residual[other, row] = errors[other]
                    gram[other, row] = products[other]
                column[row] = -column[row]


@compiled(fastmath=True)
def exchange_rows(gram, target, order, sweeps):
    """Let pairs of classes exchange their centers as long as that lowers the squared error.

    Args:
        gram: (num_classes, num_classes) float32, inner products of the centers in their order.
        target: (num_classes, num_classes) float32, symmetric.
        order: which center each class has, changed in place.
        sweeps: most passes over all pairs; stops after one without an exchange.
    """
    num_classes = len(order)
    for _ in range(sweeps):
        exchanged = False
        for a in range(num_classes):
            for b in range(a + 1, num_classes):
                rise = np.float32(0)
                for other in range(num_classes):
                    rise += (target[a, other] - target[b, other]) * (gram[a, other] - gram[b, other])
                rise -= (target[a, a] - target[b, a]) * (gram[a, a] - gram[b, a])
                rise -= (target[a, b] - target[b, b]) * (gram[a, b] - gram[b, b])
                if rise >= -0.01:
                    continue
                exchanged = True
                order[a], order[b] = order[b], order[a]
                for other in range(num_classes):
                    gram[a, other], gram[b, other] = gram[b, other], gram[a, other]
                for other in range(num_classes):
                    gram[other, a], gram[other, b] = gram[other, b], gram[other, a]
        if not exchanged:
            break
