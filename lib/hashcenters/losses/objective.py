"""What a training minimises: a weighted sum of parts, towards centers that stay or move.

Every objective is a mean over the samples of a batch where the documents print sums; sums over bits stay.
L_C compares with binary centers (it is defined on {0, 1}), so learned continuous centers enter it by their
signs. `centers` is a buffer, or a parameter where the gradient learns it, so that `state_dict` carries it.
"""

import numpy as np
import torch
from jaxtyping import Float, Num
from torch import Tensor, nn

from hashcenters.losses.targets import Labels, binary_targets

Centers = Num[np.ndarray, "num_classes bits"] | Num[Tensor, "num_classes bits"]
Outputs = Float[Tensor, "n columns"]
Weight = float | int
Parts = dict[str, tuple[Weight, Tensor]]


class Objective(nn.Module):
    """The interface that the training loop calls; the keyword arguments of a subclass are its options."""

    def forward(self, outputs: Outputs, labels: Labels) -> dict[str, Tensor]:
        """The loss of one batch as "loss", and its unweighted parts.

        Args:
            outputs: of the network, for hash layers in [−1, 1]; half precision is computed in float32.
            labels: class indices (n,) or multi-hot rows (n, num_classes).
        """
        half = outputs.dtype in (torch.float16, torch.bfloat16)
        parts = self.parts(outputs.float() if half else outputs, labels)
        total = sum(weight * part for weight, part in parts.values())
        return {"loss": total} | {name: part for name, (_, part) in parts.items()}

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        """Weight and value of each part of the loss; every objective defines it."""
        raise NotImplementedError

    def after_step(self, outputs: Outputs, labels: Labels) -> None:
        """Move the centers after an optimiser step, given the batch that it saw; fixed centers stay."""


class CenterObjective(Objective):
    """An objective that pulls outputs to hash centers.

    Args:
        centers: ±1, one row a class; where they are learned, the initial ones.
    """

    centers: Tensor
    ties: Tensor  # ±1, fills the bits without a majority in multi-label targets

    def __init__(self, centers: Centers) -> None:
        super().__init__()
        self.register_buffer("centers", torch.as_tensor(centers).float().clone())
        ties = np.random.default_rng(0).integers(0, 2, self.centers.shape[1]) * 2 - 1
        self.register_buffer("ties", torch.as_tensor(ties).float())

    def targets(self, labels: Labels) -> Float[Tensor, "n bits"]:
        """The ±1 center of each sample; the bitwise majority for several labels."""
        return binary_targets(labels, self.centers.detach(), self.ties)
