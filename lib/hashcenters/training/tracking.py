"""How a network's outputs stand to the hash centers, described after every epoch."""

import torch
from jaxtyping import Float, Num
from torch import Tensor, nn

from hashcenters.losses.targets import membership


def hamming_to_centers(
    outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "n num_classes"]:
    """Hamming distances, in bits, between the signs of outputs and of centers."""
    signs = torch.where(outputs >= 0, 1.0, -1.0)
    return (outputs.shape[1] - signs @ torch.where(centers >= 0, 1.0, -1.0).T) / 2


def track(
    objective: nn.Module, outputs: Float[Tensor, "n outputs"], labels: Num[Tensor, "n"] | Num[Tensor, "n num_classes"]
) -> dict[str, float]:
    """One epoch's description of held-out outputs.

    Returns:
        for a classifier `accuracy`, 0–1. For hash outputs, means over samples: `own_distance` in bits to the
        nearest center of the sample's own classes, `other_distance` to the nearest center of any other class,
        and `magnitude`, the mean of |y|, 0–1.
    """
    centers = getattr(objective, "centers", None)
    if centers is None:
        hits = outputs.argmax(dim=1) == labels if labels.ndim == 1 else (outputs > 0) == (labels > 0)
        return {"accuracy": hits.float().mean().item()}
    distance = hamming_to_centers(outputs, centers.detach())
    own = membership(labels, len(centers)) > 0
    return {
        "own_distance": distance.masked_fill(~own, torch.inf).amin(dim=1).mean().item(),
        "other_distance": distance.masked_fill(own, torch.inf).amin(dim=1).mean().item(),
        "magnitude": outputs.abs().mean().item(),
    }
