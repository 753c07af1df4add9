"""Networks by name."""

from pathlib import Path

from basics.errors import InputError

from hashcenters.models.backbones import backbone_kind
from hashcenters.models.hash_head import make_head
from hashcenters.models.network import HashNetwork
from hashcenters.models.weights import imagenet_weights, load_backbone, read_weights


def make_network(
    backbone: str, outputs: int, *, in_channels: int, head: str = "csq", weights: str = "none"
) -> HashNetwork:
    """A network with initial weights from torch's global generator, or a backbone with given ones.

    Args:
        backbone: a key of `backbones.BACKBONES`.
        outputs: bits of a hash layer, or classes of a classifier.
        in_channels: channels of the images or clips.
        head: a key of `hash_head.HEADS`.
        weights: of the backbone: "none", "imagenet" (torchvision's IMAGENET1K_V1), or the path of a
            `.safetensors` or torch file.

    Raises:
        InputError: an unknown name, or weights that are not there or do not fit.
    """
    kind = backbone_kind(backbone)
    built = kind.build(in_channels)
    network = HashNetwork(built, make_head(head, built.feature_dim, outputs))
    if weights == "imagenet":
        if kind.weights is None:
            raise InputError(f"torchvision has no ImageNet weights for {backbone}; give a file, or none")
        load_backbone(built, imagenet_weights(kind.weights), source=str(kind.weights))
    elif weights != "none":
        load_backbone(built, read_weights(Path(weights)), source=weights)
    return network
