"""What the three objectives with learned centers have in common (S.9, S.11, S.13)."""

from hashcenters.losses.central import central_loss
from hashcenters.losses.objective import CenterObjective, Centers, Outputs, Parts, Weight
from hashcenters.losses.quantization import QuantizationForm, quantization_loss
from hashcenters.losses.targets import Labels


class LearnedObjective(CenterObjective):
    """L_C + λ1 L_Q towards centers that move.

    Args:
        centers: initial centers.
        lambda_quantization: λ1.
        quantization_form: "squared" as released, or the text's "log-cosh", see `quantization_loss`.
    """

    def __init__(
        self, centers: Centers, *, lambda_quantization: Weight, quantization_form: QuantizationForm = "squared"
    ) -> None:
        super().__init__(centers)
        self.lambda_quantization, self.quantization_form = lambda_quantization, quantization_form

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        central = central_loss(outputs, self.targets(labels))
        quantization = quantization_loss(outputs, form=self.quantization_form)
        return {"central": (1.0, central), "quantization": (self.lambda_quantization, quantization)}
