"""Face center: centers learned beside the network as in face recognition (S.8, S.9)."""

import torch
from jaxtyping import Float
from torch import Tensor

from hashcenters.losses.learned import LearnedObjective
from hashcenters.losses.objective import Centers, Outputs, Parts, Weight
from hashcenters.losses.quantization import QuantizationForm
from hashcenters.losses.targets import Labels, label_mean, membership


def center_loss(outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "n bits"]) -> Float[Tensor, ""]:
    """½ Σ ‖x_j − c‖² over the batch, each x_j against its own class's center.

    The document writes L_FC = Δc_i, a vector in the place of a loss. This is the loss whose gradient in c_i
    is the numerator of Δc_i, and the one of the face recognition paper that the document cites.

    Source: CSQ supplement, Eq. S.8 and the line below it; Wen et al., ECCV 2016.
    """
    return (outputs - centers).square().sum() / 2


def center_step(
    outputs: Float[Tensor, "n bits"], member: Float[Tensor, "n num_classes"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "num_classes bits"]:
    """Δc_i = Σ_j δ(l_j = i)(c_i − x_j) / (1 + Σ_j δ(l_j = i)); the update is c ← c − α Δc.

    Args:
        outputs: x_j.
        member: 1 where sample j has class i, else 0.
        centers: c_i before the update.

    Returns:
        Δc, 0 for a class that is absent from the batch. With α = 1 a center moves to (c + Σx) / (1 + n).

    Source: CSQ supplement, Eq. S.8.
    """
    count = member.sum(dim=0)[:, None]
    return (count * centers - member.T @ outputs) / (1 + count)


class FaceObjective(LearnedObjective):
    """L_C + λ1 L_Q + λ2 L_FC, centers moved by c ← c − α Δc after every step.

    Args:
        centers: initial centers.
        lambda_quantization: λ1.
        quantization_form: see `LearnedObjective`.
        lambda_center: λ2.
        step: α in (0, 1]; the document names none, and 1 is its update taken as it stands.

    Source: CSQ supplement, Eq. S.8 and S.9.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        lambda_quantization: Weight = 0.02,
        quantization_form: QuantizationForm = "squared",
        lambda_center: Weight = 1.5,
        step: Weight = 1.0,
    ) -> None:
        super().__init__(centers, lambda_quantization=lambda_quantization, quantization_form=quantization_form)
        self.lambda_center, self.step = lambda_center, step

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        pull = center_loss(outputs, label_mean(labels, self.centers)) / len(outputs)
        return super().parts(outputs, labels) | {"center": (self.lambda_center, pull)}

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        member = membership(labels, len(self.centers))
        self.centers -= self.step * center_step(outputs.float(), member, self.centers)
