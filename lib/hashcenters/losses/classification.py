"""Classification, which pre-trains backbones and yields SHC's category features."""

from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from hashcenters.losses.objective import Objective, Outputs, Parts, Weight
from hashcenters.losses.quantization import quantization_loss
from hashcenters.losses.targets import Labels, membership


class ClassificationObjective(Objective):
    """Cross-entropy of classes, or binary cross-entropy of multi-hot rows; head weights near ±1 if asked.

    There are no centers, and the outputs are logits.

    Args:
        head: the linear layer that makes the logits; its rows become category features.
        weight_quantization: weight of mean((|w| − 1)²) over the head's weights; SHC's code has 1.

    Source: SHC main text, category features; its released classifier training for the penalty.
    """

    needs_centers = False

    def __init__(self, head: nn.Linear, *, weight_quantization: Weight = 0.0) -> None:
        super().__init__()
        self.weight_quantization = weight_quantization
        # in a tuple, so that the head's parameters belong to the network alone
        self._head = (head,)

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        (head,) = self._head
        if labels.ndim == 1:
            classification = cross_entropy(outputs, labels.long())
        else:
            rows = membership(labels, head.out_features).to(outputs.dtype)
            classification = binary_cross_entropy_with_logits(outputs, rows)
        parts = {"classification": (1.0, classification)}
        if self.weight_quantization:
            penalty = quantization_loss(head.weight, form="squared")
            parts["weight_quantization"] = (self.weight_quantization, penalty)
        return parts
