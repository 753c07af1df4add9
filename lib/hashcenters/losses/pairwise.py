"""Pairwise similarity loss L_P: inner products follow the similarity labels (S.6)."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import softplus

from hashcenters.losses.targets import Labels, shared_label

Scale = float | int | Literal["10/K"]
PairwiseForm = Literal["printed", "released"]
Outputs = Float[Tensor, "n bits"]


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


def pairwise_loss(outputs: Outputs, labels: Labels) -> Float[Tensor, ""]:
    """Negative log-likelihood of the similarity labels, summed over every unordered pair of two samples.

    Args:
        outputs: y = 2h − 1 in [−1, 1].
        labels: class indices (n,) or multi-hot rows; two samples are similar when they share a class.

    Source: CSQ supplement, Eq. S.6; S.3 counts a pair once.
    """
    first, second = torch.triu_indices(len(outputs), len(outputs), offset=1, device=outputs.device)
    inner_products = (outputs @ outputs.T)[first, second]
    similarity = shared_label(labels, labels)[first, second]
    return pairwise_terms(inner_products, similarity.to(outputs.dtype)).sum()


def released_pairwise_loss(outputs: Outputs, labels: Labels) -> Float[Tensor, ""]:
    """L_P of the authors' code: inner products times 10/K, half × half batch, mean; 0 when there is no pair.

    Source: the released training script of CSQ.
    """
    half = len(outputs) // 2
    one, other = slice(half), slice(half, 2 * half)
    inner_products = inner_product_scale("10/K", outputs.shape[1]) * (outputs[one] @ outputs[other].T)
    similarity = shared_label(labels[one], labels[other])
    return pairwise_terms(inner_products, similarity.to(outputs.dtype)).sum() / max(half**2, 1)
