"""Central similarity loss L_C: every output is pulled to its hash center."""

import torch
from jaxtyping import Float
from torch import Tensor


def central_loss(outputs: Float[Tensor, "n bits"], targets: Float[Tensor, "n bits"]) -> Float[Tensor, ""]:
    """Binary cross-entropy between outputs and centers, mean over bits and samples.

    With h = (y + 1)/2 and c' = (c + 1)/2: −c' log h − (1 − c') log(1 − h). Both logarithms are taken of
    1 ± y directly, which floating point has exactly near y = ∓1, and are floored below the spacing of numbers
    there: loss and gradient stay finite for saturated outputs.

    Args:
        outputs: y in [−1, 1].
        targets: c, hash centers ±1; values between are soft targets.

    Source: CSQ main text, L_C.

    >>> central_loss(torch.zeros(2, 8), torch.ones(2, 8))
    tensor(0.6931)
    """
    floor = torch.finfo(outputs.dtype).eps / 4
    positive = ((1 + outputs) / 2).clamp(min=floor).log()
    negative = ((1 - outputs) / 2).clamp(min=floor).log()
    return -((1 + targets) / 2 * positive + (1 - targets) / 2 * negative).mean()
