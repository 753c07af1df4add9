"""Pairwise similarity loss L_P: inner products follow the similarity labels (S.6)."""

from typing import Literal

import torch
from jaxtyping import Float, Num
from torch import Tensor
from torch.nn.functional import softplus

from hashcenters.losses.targets import shared_label

Scale = float | int | Literal["10/K"]
PairwiseForm = Literal["printed", "released"]


def pairwise_terms(
    inner_products: Float[Tensor, "*shape"], similarity: Float[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """The summands of S.6, log(1 + exp θ) − s θ, through a softplus that does not overflow.

    >>> pairwise_terms(torch.tensor([0.0, 200.0]), torch.tensor([1.0, 0.0]))
    tensor([  0.6931, 200.0000])
    """
    return softplus(inner_products) - similarity * inner_products


def inner_product_scale(scale: Scale, bits: int) -> float:
    """The factor on the inner products: a number, or the authors' 10 / bits."""
    return 10 / bits if scale == "10/K" else float(scale)


def pairwise_loss(
    outputs: Float[Tensor, "n bits"],
    labels: Num[Tensor, "n"] | Num[Tensor, "n num_classes"],
    *,
    scale: Scale = 1.0,
    pairs: Literal["distinct", "half-batches"] = "distinct",
    reduction: Literal["sum", "mean"] = "sum",
) -> Float[Tensor, ""]:
    """Negative log-likelihood of the pairs' similarity labels.

    Args:
        outputs: y = 2h − 1 in [−1, 1].
        labels: class indices (n,) or multi-hot rows; two samples are similar when they share a class.
        scale: factor on the inner products, 1 as printed; "10/K" as in the authors' code.
        pairs: "distinct" takes every unordered pair of two samples once, as the likelihood S.3 counts them;
            "half-batches" each sample of the first half with each of the second, as in the authors' code.
        reduction: "sum" over pairs as printed, or "mean".

    Returns:
        A scalar, 0 when there is no pair.

    Source: CSQ supplement, Eq. S.6.
    """
    factor = inner_product_scale(scale, outputs.shape[1])
    if pairs == "half-batches":
        half = len(outputs) // 2
        inner = outputs[:half] @ outputs[half : 2 * half].T
        similarity = shared_label(labels[:half], labels[half : 2 * half])
    else:
        first, second = torch.triu_indices(len(outputs), len(outputs), offset=1, device=outputs.device)
        inner = (outputs @ outputs.T)[first, second]
        similarity = shared_label(labels, labels)[first, second]
    terms = pairwise_terms(factor * inner, similarity.to(outputs.dtype))
    return terms.sum() / (max(terms.numel(), 1) if reduction == "mean" else 1)


def pairwise_loss_of(
    outputs: Float[Tensor, "n bits"],
    labels: Num[Tensor, "n"] | Num[Tensor, "n num_classes"],
    *,
    form: PairwiseForm,
) -> Float[Tensor, ""]:
    """L_P on the scale of a training objective, which is a mean over samples.

    Args:
        outputs: y in [−1, 1].
        labels: class indices or multi-hot rows.
        form: "printed" is S.6 over every pair of the batch, divided by the samples as the other sums over
            the batch are; "released" the authors' code: inner products times 10/K, half × half batch, mean.
    """
    if form == "printed":
        return pairwise_loss(outputs, labels) / len(outputs)
    return pairwise_loss(outputs, labels, scale="10/K", pairs="half-batches", reduction="mean")
