"""RepMet center: centers learned by gradient, with a margin to every other center (S.12, S.13)."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn.functional import relu

from hashcenters.losses.learned import LearnedObjective
from hashcenters.losses.objective import Centers, Outputs, Parts, Weight
from hashcenters.losses.quantization import QuantizationForm
from hashcenters.losses.targets import Labels, membership


def soft_hamming_distance(
    outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "n num_classes"]:
    """½(bits − ⟨u, c⟩): the Hamming distance where both are ±1, and differentiable in between."""
    return (outputs.shape[1] - outputs @ centers.T) / 2


def repmet_loss(
    outputs: Float[Tensor, "n bits"],
    centers: Float[Tensor, "num_classes bits"],
    own: Bool[Tensor, "n num_classes"],
    *,
    margin: Weight | None = None,
) -> Float[Tensor, ""]:
    """|min D_H(u, own center) − min D_H(u, other center) + α|₊, mean over samples.

    Args:
        outputs: u in [−1, 1].
        centers: c in [−1, 1].
        own: True where a sample has the class; several own classes make the first minimum range over them.
        margin: α in bits; None for the document's bits / 2.

    Returns:
        A scalar, 0 when each sample is closer to its center than to any other by the margin. A sample that
        has every class, or none, has no such pair of centers and adds 0.

    Source: CSQ supplement, Eq. S.12; α = K/2 in the text below it.
    """
    margin = outputs.shape[1] / 2 if margin is None else margin
    distance = soft_hamming_distance(outputs, centers)
    infinity = float("inf")
    nearest_own = distance.masked_fill(~own, infinity).amin(dim=1)
    nearest_other = distance.masked_fill(own, infinity).amin(dim=1)
    has_both = own.any(dim=1) & ~own.all(dim=1)
    return relu(nearest_own - nearest_other + margin).masked_fill(~has_both, 0.0).mean()


class RepMetObjective(LearnedObjective):
    """L_C + λ1 L_Q + λ2 L_RC, centers learned by the gradient of L_RC and kept in [−1, 1].

    Without the box a growing center would lower every soft distance without end. Centers that start at ±1, and move
    at the rate of the hash layer, hardly reach 0, where their bits would turn.

    Args:
        centers: initial centers; they become a parameter, which the optimiser must be given.
        margin: α in bits, None for bits / 2.
        lambda_quantization: λ1.
        quantization_form: see `LearnedObjective`.
        lambda_margin: λ2; L_RC is in bits and L_C a mean over them, so that λ2 / bits weighs both alike.
        start: size of the initial centers, 0–1.
        stride: a center goes so many times as far as the optimiser's step, as if its rate were so many times larger.

    Source: CSQ supplement, Eq. S.12 and S.13.
    """

    before: Tensor  # the centers before the optimiser's step

    def __init__(
        self,
        centers: Centers,
        *,
        margin: Weight | None = None,
        lambda_quantization: Weight = 0.001,
        quantization_form: QuantizationForm = "squared",
        lambda_margin: Weight = 0.9,
        start: Weight = 1.0,
        stride: Weight = 1.0,
    ) -> None:
        super().__init__(centers, lambda_quantization=lambda_quantization, quantization_form=quantization_form)
        initial = start * self.centers
        del self.centers
        self.centers = nn.Parameter(initial)
        self.register_buffer("before", initial.clone())
        self.lambda_margin, self.margin, self.stride = lambda_margin, margin, stride

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        parts = super().parts(outputs, labels)
        own = membership(labels, len(self.centers)).bool()
        apart = repmet_loss(outputs, self.centers, own, margin=self.margin)
        return parts | {"margin": (self.lambda_margin, apart)}

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        self.centers.copy_(torch.lerp(self.before, self.centers, self.stride).clamp(-1, 1))
        self.before.copy_(self.centers)
