"""Magnet center: centers are the means of each mini-batch's classes, as in k-means (S.10, S.11)."""

import torch
from jaxtyping import Float
from torch import Tensor

from hashcenters.losses.learned import LearnedObjective
from hashcenters.losses.objective import Centers, Outputs, Weight
from hashcenters.losses.quantization import QuantizationForm
from hashcenters.losses.targets import Labels, membership


def batch_centers(
    outputs: Float[Tensor, "n bits"], member: Float[Tensor, "n num_classes"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "num_classes bits"]:
    """The minimiser of Σ_k ‖c_i − μ_k‖² over a batch: the mean of the class's outputs.

    Over c ∈ {−1, 1}^bits the minimiser is the sign of this mean. (The K of the printed sum is the number of
    similar points in the batch, not the bits.)

    Args:
        outputs: μ_k.
        member: 1 where sample k has class i, else 0.
        centers: kept for a class that is absent from the batch.

    Source: CSQ supplement, Eq. S.10.
    """
    count = member.sum(dim=0)[:, None]
    return torch.where(count > 0, member.T @ outputs / count.clamp(min=1), centers)


class MagnetObjective(LearnedObjective):
    """L_C + λ1 L_Q, centers set to the class means of every batch; the next batch is pulled to them.

    Source: CSQ supplement, Eq. S.10 and S.11.
    """

    def __init__(
        self, centers: Centers, *, lambda_quantization: Weight = 0.005, quantization_form: QuantizationForm = "squared"
    ) -> None:
        super().__init__(centers, lambda_quantization=lambda_quantization, quantization_form=quantization_form)

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        member = membership(labels, len(self.centers))
        self.centers.copy_(batch_centers(outputs.float(), member, self.centers))
