"""From labels to what the losses need: membership rows, pair similarities, and a target for every sample."""

import torch
from jaxtyping import Float, Num
from torch import Tensor

from basics.errors import InputError

Labels = Num[Tensor, "n"] | Num[Tensor, "n num_classes"]


def membership(labels: Labels, num_classes: int) -> Float[Tensor, "n num_classes"]:
    """Which classes each sample has, as rows of 0 and 1.

    Args:
        labels: class indices (n,), or multi-hot rows (n, num_classes).
        num_classes: number of classes.

    Raises:
        InputError: multi-hot rows of another width.

    >>> membership(torch.tensor([2, 0]), 3)
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """
    if labels.ndim == 1:
        return torch.nn.functional.one_hot(labels.long(), num_classes).float()
    if labels.shape[1] != num_classes:
        raise InputError(f"multi-hot labels must have {num_classes} columns, got {labels.shape[1]}")
    return labels.float()


def shared_label(first: Labels, second: Labels) -> Float[Tensor, "n_first n_second"]:
    """The similarity label s_ij of every pair: 1 where two samples share a class, else 0.

    Source: CSQ supplement, §2 (s_ij = 1 for similar pairs).
    """
    if first.ndim == 1:
        return (first[:, None] == second[None, :]).float()
    return (first.float() @ second.float().T > 0).float()


def label_mean(labels: Labels, centers: Float[Tensor, "num_classes bits"]) -> Float[Tensor, "n bits"]:
    """The mean of the centers of each sample's classes; a single label's own center."""
    if labels.ndim == 1:
        return centers[labels.long()]
    member = membership(labels, len(centers)).to(centers.dtype)
    return member @ centers / member.sum(dim=1, keepdim=True).clamp(min=1)


def binary_targets(
    labels: Labels, centers: Float[Tensor, "num_classes bits"], ties: Float[Tensor, "bits"]
) -> Float[Tensor, "n bits"]:
    """The ±1 center that each sample is pulled to: its class's, or the bitwise majority of its classes'.

    Args:
        labels: class indices (n,), or multi-hot rows (n, num_classes).
        centers: one a class; continuous centers are binarised by their signs, with 0 → +1.
        ties: ±1 values for bits without a majority, one vector for all samples as in the authors' code, so
            that equal label sets have equal targets. A sample without any label gets this vector.

    Source: CSQ main text, the centroid of multi-label centers.
    """
    votes = label_mean(labels, torch.where(centers >= 0, 1.0, -1.0))
    return torch.where(votes == 0, ties, votes.sign())
