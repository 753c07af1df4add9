"""Classification, which pre-trains backbones and yields SHC's category features."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from hashcenters.losses.joint import Weight, weighted_sum
from hashcenters.losses.quantization import quantization_loss
from hashcenters.losses.targets import Labels, membership


class ClassificationObjective(nn.Module):
    """Cross-entropy of classes, or binary cross-entropy of multi-hot rows; head weights near ±1 if asked.

    It has the methods of `Objective`; there are no centers, and the outputs are logits.

    Args:
        head: the linear layer that makes the logits; its rows become category features.
        weight_quantization: weight of mean((|w| − 1)²) over the head's weights; SHC's code has 1.

    Source: SHC main text, category features; its released classifier training for the penalty.
    """

    def __init__(self, head: nn.Linear, *, weight_quantization: Weight = 0.0) -> None:
        super().__init__()
        self.weight_quantization = weight_quantization
        # in a tuple, so that the head's parameters belong to the network alone
        self._head = (head,)

    def targets(self, labels: Labels) -> Float[Tensor, "n num_classes"]:
        """The rows of 0 and 1 that the logits are compared with."""
        return membership(labels, self._head[0].out_features)

    def forward(self, outputs: Float[Tensor, "n num_classes"], labels: Labels) -> dict[str, Tensor]:
        """The loss as "loss", and its parts "classification" and "weight_quantization"."""
        logits = outputs.float() if outputs.dtype in (torch.float16, torch.bfloat16) else outputs
        if labels.ndim == 1:
            classification = cross_entropy(logits, labels.long())
        else:
            classification = binary_cross_entropy_with_logits(logits, self.targets(labels).to(logits.dtype))
        parts = {"classification": (1.0, classification)}
        if self.weight_quantization:
            penalty = quantization_loss(self._head[0].weight, form="squared")
            parts["weight_quantization"] = (self.weight_quantization, penalty)
        return weighted_sum(parts)

    def after_step(self, outputs: Float[Tensor, "n num_classes"], labels: Labels) -> None:
        """Nothing moves: there are no centers."""
