"""The joint objective of central and pairwise similarity (S.7)."""

from jaxtyping import Float, Num
from torch import Tensor

from hashcenters.losses.central import central_loss
from hashcenters.losses.pairwise import PairwiseForm, pairwise_loss_of
from hashcenters.losses.quantization import QuantizationForm, quantization_loss

Weight = float | int


def joint_loss(
    outputs: Float[Tensor, "n bits"],
    targets: Float[Tensor, "n bits"],
    labels: Num[Tensor, "n"] | Num[Tensor, "n num_classes"],
    *,
    central_weight: Weight = 1.0,
    lambda_quantization: Weight = 0.05,
    lambda_pairwise: Weight = 0.2,
    quantization_form: QuantizationForm = "log-cosh",
    pairwise_form: PairwiseForm = "released",
) -> dict[str, Float[Tensor, ""]]:
    """L_T = L_C + λ1 L_Q + λ2 L_P, and its parts.

    L_C is a mean over K bits and the text's L_Q a sum over them. A bit of the wrong sign is therefore held on its
    side of 0, where the sum has a second minimum, as soon as λ1 K tanh 1 > 1: with λ1 = 0.05 from 27 bits on. The
    squared form, a mean over bits like L_C, does so for λ1 > ½ only.

    Args:
        outputs: y in [−1, 1].
        targets: ±1 hash center of each sample.
        labels: class indices or multi-hot rows, for the similarity of pairs.
        central_weight: weight of L_C; 0 leaves it out, for the ablation with L_P alone.
        lambda_quantization: λ1 of the document.
        lambda_pairwise: λ2 of the document.
        quantization_form: see `quantization_loss`.
        pairwise_form: "printed" is S.6 unscaled over every pair of the batch; "released" is the scaled mean
            of the authors' code, whose size is that of L_C (see `pairwise_loss_of`).

    Returns:
        "loss" and the unweighted parts "central", "quantization", "pairwise"; a part of weight 0 is left out.

    Source: CSQ supplement, Eq. S.7 and §3.2 for λ1 = 0.05, λ2 = 0.2.
    """
    weighted = {}
    if central_weight:
        weighted["central"] = (central_weight, central_loss(outputs, targets))
    if lambda_quantization:
        form = quantization_form
        weighted["quantization"] = (lambda_quantization, quantization_loss(outputs, form=form))
    if lambda_pairwise:
        weighted["pairwise"] = (lambda_pairwise, pairwise_loss_of(outputs, labels, form=pairwise_form))
    return weighted_sum(weighted)


def weighted_sum(parts: dict[str, tuple[Weight, Tensor]]) -> dict[str, Tensor]:
    """The sum of weight × part as "loss", followed by the unweighted parts."""
    total = sum(weight * part for weight, part in parts.values())
    return {"loss": total} | {name: part for name, (_, part) in parts.items()}
