"""RepMet center: centers learned by gradient, with a margin to every other center (S.12, S.13)."""

from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import relu


def soft_hamming_distance(
    outputs: Float[Tensor, "n bits"], centers: Float[Tensor, "num_classes bits"]
) -> Float[Tensor, "n num_classes"]:
    """½(bits − ⟨u, c⟩): the Hamming distance where both are ±1, and differentiable in between."""
    return (outputs.shape[1] - outputs @ centers.T) / 2


def repmet_loss(
    outputs: Float[Tensor, "n bits"],
    centers: Float[Tensor, "num_classes bits"],
    own: Bool[Tensor, "n num_classes"],
    *,
    margin: float | int | None = None,
) -> Float[Tensor, ""]:
    """|min D_H(u, own center) − min D_H(u, other center) + α|₊, mean over samples.

    Args:
        outputs: u in [−1, 1].
        centers: c in [−1, 1].
        own: True where a sample has the class; several own classes make the first minimum range over them.
        margin: α in bits; None for the document's bits / 2.

    Returns:
        A scalar, 0 when each sample is closer to its center than to any other by the margin. A sample that
        has every class, or none, has no such pair of centers and adds 0.

    Source: CSQ supplement, Eq. S.12; α = K/2 in the text below it.
    """
    margin = outputs.shape[1] / 2 if margin is None else margin
    distance = soft_hamming_distance(outputs, centers)
    infinity = float("inf")
    nearest_own = distance.masked_fill(~own, infinity).amin(dim=1)
    nearest_other = distance.masked_fill(own, infinity).amin(dim=1)
    has_both = own.any(dim=1) & ~own.all(dim=1)
    return relu(nearest_own - nearest_other + margin).masked_fill(~has_both, 0.0).mean()
