"""Face recognition's own training, before any hashing: softmax beside the center loss (Wen et al., ECCV 2016)."""

from torch import nn

from hashcenters.losses.classification import ClassificationObjective
from hashcenters.losses.face import FaceObjective, center_loss
from hashcenters.losses.objective import Centers, Outputs, Parts, Weight
from hashcenters.losses.quantization import QuantizationForm, quantization_loss
from hashcenters.losses.targets import Labels, label_mean


class EmbeddingObjective(FaceObjective):
    """L_S + λ L_FC + λ1 L_Q: a linear layer tells classes apart by the outputs, centers follow by c ← c − α Δc.

    It learns an embedding and its centers; codes are trained towards the signs of these afterwards.

    Args:
        centers: initial centers.
        lambda_center: λ; 0 for softmax alone, beside which the centers only follow.
        step: α in (0, 1].
        lambda_quantization: λ1; the source has no L_Q.
        quantization_form: see `LearnedObjective`.

    Source: Wen et al., A discriminative feature learning approach for deep face recognition, ECCV 2016, Eq. 5 and
        Algorithm 1; λ = 0.003 and α = 0.5 are its values. Its centers move as those of CSQ's Eq. S.8.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        lambda_center: Weight = 0.003,
        step: Weight = 0.5,
        lambda_quantization: Weight = 0.0,
        quantization_form: QuantizationForm = "squared",
    ) -> None:
        weights = {"lambda_quantization": lambda_quantization, "lambda_center": lambda_center}
        super().__init__(centers, quantization_form=quantization_form, step=step, **weights)
        num_classes, bits = self.centers.shape
        self.classifier = nn.Linear(bits, num_classes)

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        told_apart = ClassificationObjective(self.classifier).parts(self.classifier(outputs), labels)
        pull = center_loss(outputs, label_mean(labels, self.centers)) / len(outputs)
        quantization = quantization_loss(outputs, form=self.quantization_form)
        return told_apart | {
            "center": (self.lambda_center, pull),
            "quantization": (self.lambda_quantization, quantization),
        }
