"""The joint objective of central and pairwise similarity (S.7)."""

from torch import Tensor

from basics.errors import InputError
from hashcenters.losses.central import central_loss
from hashcenters.losses.objective import CenterObjective, Centers, Outputs, Parts, Weight
from hashcenters.losses.pairwise import PairwiseForm, pairwise_loss, released_pairwise_loss
from hashcenters.losses.quantization import QuantizationForm, quantization_loss
from hashcenters.losses.targets import Labels


class CentralObjective(CenterObjective):
    """L_T = L_C + λ1 L_Q + λ2 L_P towards fixed centers; a part of weight 0 is left out.

    L_C is a mean over K bits and the text's L_Q a sum over them. A bit of the wrong sign is therefore held on its
    side of 0, where the sum has a second minimum, as soon as λ1 K tanh 1 > 1: with λ1 = 0.05 from 27 bits on. The
    squared form, a mean over bits like L_C, does so for λ1 > ½ only.

    Args:
        centers: ±1, one row a class.
        central_weight: weight of L_C; 0 leaves it out, for the ablation with L_P alone.
        lambda_quantization: λ1 of the document.
        quantization_form: "squared" as released, or the text's "log-cosh", see `quantization_loss`.
        lambda_pairwise: λ2 of the document.
        pairwise_form: "released" is the scaled mean of the authors' code, whose size is that of L_C; "printed" is
            S.6 over every pair of the batch, divided by the samples as the other sums over the batch are.

    Raises:
        InputError: all three weights are 0.

    Source: CSQ supplement, Eq. S.7 and §3.2 for λ1 = 0.05, λ2 = 0.2.
    """

    def __init__(
        self,
        centers: Centers,
        *,
        central_weight: Weight = 1.0,
        lambda_quantization: Weight = 0.05,
        quantization_form: QuantizationForm = "squared",
        lambda_pairwise: Weight = 0.2,
        pairwise_form: PairwiseForm = "released",
    ) -> None:
        super().__init__(centers)
        if not (central_weight or lambda_quantization or lambda_pairwise):
            raise InputError("an objective needs a weight other than 0, got 0 for all three losses")
        self.central_weight = central_weight
        self.lambda_quantization, self.lambda_pairwise = lambda_quantization, lambda_pairwise
        self.quantization_form, self.pairwise_form = quantization_form, pairwise_form

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        weighted = {}
        if self.central_weight:
            weighted["central"] = self.central_weight, central_loss(outputs, self.targets(labels))
        if self.lambda_quantization:
            quantization = quantization_loss(outputs, form=self.quantization_form)
            weighted["quantization"] = self.lambda_quantization, quantization
        if self.lambda_pairwise:
            weighted["pairwise"] = self.lambda_pairwise, self.pairwise(outputs, labels)
        return weighted

    def pairwise(self, outputs: Outputs, labels: Labels) -> Tensor:
        """L_P on the scale of the other parts, which are means over samples."""
        if self.pairwise_form == "printed":
            return pairwise_loss(outputs, labels) / len(outputs)
        return released_pairwise_loss(outputs, labels)
