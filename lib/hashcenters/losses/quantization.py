"""Quantization loss L_Q: outputs are pushed to −1 and +1."""

import math
from typing import Literal

from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

QuantizationForm = Literal["log-cosh", "squared"]


def log_cosh(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """log cosh x = |x| + log(1 + exp(−2|x|)) − log 2, which does not overflow."""
    return x.abs() + softplus(-2 * x.abs()) - math.log(2)


def quantization_loss(outputs: Float[Tensor, "n bits"], *, form: QuantizationForm) -> Float[Tensor, ""]:
    """How far outputs are from ±1, mean over samples.

    Args:
        outputs: y = 2h − 1 in [−1, 1].
        form: "log-cosh" is the text's log cosh(|y| − 1), summed over bits; "squared" the authors' code's
            (|y| − 1)², mean over bits. The two differ in scale by about bits / 2 near ±1.

    Source: CSQ main text, L_Q (log-cosh); the released training script of CSQ, and SHC's main text (squared).
    """
    gap = outputs.abs() - 1
    return log_cosh(gap).sum(dim=1).mean() if form == "log-cosh" else gap.square().mean()
