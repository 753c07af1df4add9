"""SHC's retrieval loss: outputs turn towards their semantic center and away from all others."""

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from basics.errors import InputError
from hashcenters.losses.objective import CenterObjective, Centers, Outputs, Parts, Weight
from hashcenters.losses.quantization import quantization_loss
from hashcenters.losses.targets import Labels


def log_complement(logits: Float[Tensor, "n num_classes"]) -> Float[Tensor, "n num_classes"]:
    """log(1 − softmax_j) for every class, accurate also where softmax_j is close to 1.

    Only the largest probability can exceed ½. Its complement is the sum of the others, taken as a logarithm
    of exponentials without it; for the rest log1p(−p) loses nothing.
    """
    largest = logits.argmax(dim=1, keepdim=True)
    others = logits.scatter(1, largest, float("-inf"))
    of_largest = others.logsumexp(dim=1, keepdim=True) - logits.logsumexp(dim=1, keepdim=True)
    small = logits.softmax(dim=1).scatter(1, largest, 0.0)
    return torch.log1p(-small).scatter(1, largest, of_largest)


def center_logits(
    outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "n num_classes"]:
    """Cosine similarity of every output to every center, scaled by √bits."""
    return outputs.shape[1] ** 0.5 * normalize(outputs) @ normalize(centers).T


def semantic_loss(
    outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "num_classes bits"], labels: Int[Tensor, "n"]
) -> Float[Tensor, ""]:
    """−log softmax_y − 1/(m−1) Σ_{j≠y} log(1 − softmax_j) over m centers, mean over samples.

    Args:
        outputs: u in [−1, 1].
        centers: ±1 hash centers, m ≥ 2 of them.
        labels: class index y of each sample.

    Raises:
        InputError: fewer than two centers.

    Source: SHC main text, the retrieval loss; scale √K and the mean over j ≠ y as in its released code.
    """
    num_classes = len(centers)
    if num_classes < 2:
        raise InputError(f"the semantic loss needs at least 2 centers, got {num_classes}")
    logits = center_logits(outputs, centers)
    away = log_complement(logits).scatter(1, labels[:, None], 0.0).sum(dim=1)
    return cross_entropy(logits, labels) - away.mean() / (num_classes - 1)


class SemanticObjective(CenterObjective):
    """SHC's retrieval loss towards fixed semantic centers, with (|u| − 1)² at weight 1e-4.

    Source: SHC main text, the retrieval loss; the weight from its released code.
    """

    def __init__(self, centers: Centers, *, lambda_quantization: Weight = 1e-4) -> None:
        super().__init__(centers)
        self.lambda_quantization = lambda_quantization

    def parts(self, outputs: Outputs, labels: Labels) -> Parts:
        if labels.ndim != 1:
            raise InputError("the semantic loss is defined for single labels (n,), got multi-hot rows")
        semantic = semantic_loss(outputs, self.centers, labels.long())
        quantization = quantization_loss(outputs, form="squared")
        return {"semantic": (1.0, semantic), "quantization": (self.lambda_quantization, quantization)}
