"""Training objectives with one interface: hash centers fixed (CSQ, SHC) or learned (Face, Magnet, RepMet).

Every objective is a mean over the samples of a batch where the documents print sums; sums over bits stay.
L_C compares with binary centers (it is defined on {0, 1}), so learned continuous centers enter it by their
signs. `centers` is a buffer, or a parameter where the gradient learns it, so that `state_dict` carries it.
"""

import numpy as np
import torch
from basics.errors import InputError
from jaxtyping import Float, Num
from torch import Tensor, nn

from hashcenters.losses.central import central_loss
from hashcenters.losses.face import center_loss, center_step
from hashcenters.losses.joint import Weight, joint_loss, weighted_sum
from hashcenters.losses.magnet import batch_centers
from hashcenters.losses.pairwise import PairwiseForm
from hashcenters.losses.quantization import QuantizationForm, quantization_loss
from hashcenters.losses.repmet import repmet_loss
from hashcenters.losses.semantic import semantic_loss
from hashcenters.losses.targets import Labels, binary_targets, label_mean, membership

Centers = Num[np.ndarray, "num_classes bits"] | Num[Tensor, "num_classes bits"]
Outputs = Float[Tensor, "n bits"]


class Objective(nn.Module):
    """What a training minimises.

    Args:
        centers: ±1, one row a class; where they are learned, the initial ones.
        tie_seed: draws the ±1 vector that fills bits without a majority in multi-label targets.
    """

    centers: Tensor
    ties: Tensor

    def __init__(self, centers: Centers, *, tie_seed: int = 0) -> None:
        super().__init__()
        self.register_buffer("centers", torch.as_tensor(centers).float().clone())
        ties = np.random.default_rng(tie_seed).integers(0, 2, self.centers.shape[1]) * 2 - 1
        self.register_buffer("ties", torch.as_tensor(ties).float())

    def targets(self, labels: Labels) -> Float[Tensor, "n bits"]:
        """The ±1 center of each sample; the bitwise majority for several labels."""
        return binary_targets(labels, self.centers.detach(), self.ties)

    def forward(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        """The loss of one batch as "loss", and its unweighted parts.

        Args:
            outputs: continuous network outputs in [−1, 1]; half precision is computed in float32.
            labels: class indices (n,) or multi-hot rows (n, num_classes).
        """
        if outputs.dtype in (torch.float16, torch.bfloat16):
            outputs = outputs.float()
        return self.parts(outputs, labels)

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        """What `forward` returns; every objective defines it."""
        raise NotImplementedError

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        """Move the centers after an optimiser step, given the batch that it saw; fixed centers stay."""


class CentralObjective(Objective):
    """L_C + λ1 L_Q + λ2 L_P towards fixed centers; the arguments are those of `joint_loss`.

    Source: CSQ supplement, Eq. S.7 and §3.2.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        central_weight: Weight = 1.0,
        lambda_quantization: Weight = 0.05,
        lambda_pairwise: Weight = 0.2,
        quantization_form: QuantizationForm = "log-cosh",
        pairwise_form: PairwiseForm = "released",
        tie_seed: int = 0,
    ) -> None:
        super().__init__(centers, tie_seed=tie_seed)
        if not (central_weight or lambda_quantization or lambda_pairwise):
            raise InputError("an objective needs a weight other than 0, got 0 for all three losses")
        self.options = {
            "central_weight": central_weight,
            "lambda_quantization": lambda_quantization,
            "lambda_pairwise": lambda_pairwise,
            "quantization_form": quantization_form,
            "pairwise_form": pairwise_form,
        }

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        return joint_loss(outputs, self.targets(labels), labels, **self.options)


class FaceObjective(Objective):
    """L_C + λ1 L_Q + λ2 L_FC, centers moved by c ← c − α Δc after every step.

    Args:
        centers: initial centers.
        lambda_quantization: λ1.
        lambda_center: λ2.
        step: α in (0, 1]; the document names none, and 1 is its update taken as it stands.
        tie_seed: see `Objective`.

    Source: CSQ supplement, Eq. S.8 and S.9.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        lambda_quantization: Weight = 0.02,
        lambda_center: Weight = 1.5,
        step: Weight = 1.0,
        tie_seed: int = 0,
    ) -> None:
        super().__init__(centers, tie_seed=tie_seed)
        self.lambda_quantization = lambda_quantization
        self.lambda_center = lambda_center
        self.step = step

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        pull = center_loss(outputs, label_mean(labels, self.centers)) / len(outputs)
        return weighted_sum(
            {
                "central": (1.0, central_loss(outputs, self.targets(labels))),
                "quantization": (self.lambda_quantization, quantization_loss(outputs)),
                "center": (self.lambda_center, pull),
            }
        )

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        member = membership(labels, len(self.centers))
        self.centers -= self.step * center_step(outputs.float(), member, self.centers)


class MagnetObjective(Objective):
    """L_C + λ1 L_Q, centers set to the class means of every batch; the next batch is pulled to them.

    Source: CSQ supplement, Eq. S.10 and S.11.
    """

    def __init__(self, centers: Centers, *, lambda_quantization: Weight = 0.005, tie_seed: int = 0) -> None:
        super().__init__(centers, tie_seed=tie_seed)
        self.lambda_quantization = lambda_quantization

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        return weighted_sum(
            {
                "central": (1.0, central_loss(outputs, self.targets(labels))),
                "quantization": (self.lambda_quantization, quantization_loss(outputs)),
            }
        )

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        member = membership(labels, len(self.centers))
        self.centers.copy_(batch_centers(outputs.float(), member, self.centers))


class RepMetObjective(Objective):
    """L_C + λ1 L_Q + λ2 L_RC, centers learned by the gradient of L_RC and kept in [−1, 1].

    Without the box a growing center would lower every soft distance without end.

    Args:
        centers: initial centers; they become a parameter, which the optimiser must be given.
        lambda_quantization: λ1.
        lambda_margin: λ2.
        margin: α in bits, None for bits / 2.
        tie_seed: see `Objective`.

    Source: CSQ supplement, Eq. S.12 and S.13.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        lambda_quantization: Weight = 0.001,
        lambda_margin: Weight = 0.9,
        margin: Weight | None = None,
        tie_seed: int = 0,
    ) -> None:
        super().__init__(centers, tie_seed=tie_seed)
        initial = self.centers
        del self.centers
        self.centers = nn.Parameter(initial)
        self.lambda_quantization = lambda_quantization
        self.lambda_margin = lambda_margin
        self.margin = margin

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        own = membership(labels, len(self.centers)).bool()
        return weighted_sum(
            {
                "central": (1.0, central_loss(outputs, self.targets(labels))),
                "quantization": (self.lambda_quantization, quantization_loss(outputs)),
                "margin": (self.lambda_margin, repmet_loss(outputs, self.centers, own, margin=self.margin)),
            }
        )

    @torch.no_grad()
    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        self.centers.clamp_(-1, 1)


class SemanticObjective(Objective):
    """SHC's retrieval loss towards fixed semantic centers, with (|u| − 1)² at weight 1e-4.

    Source: SHC main text, the retrieval loss; the weight from its released code.
    """

    def __init__(self, centers: Centers, *, lambda_quantization: Weight = 1e-4, tie_seed: int = 0) -> None:
        super().__init__(centers, tie_seed=tie_seed)
        self.lambda_quantization = lambda_quantization

    def parts(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        if labels.ndim != 1:
            raise InputError("the semantic loss is defined for single labels (n,), got multi-hot rows")
        return weighted_sum(
            {
                "semantic": (1.0, semantic_loss(outputs, self.centers, labels.long())),
                "quantization": (self.lambda_quantization, quantization_loss(outputs, form="squared")),
            }
        )
