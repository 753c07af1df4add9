"""Backbones and networks by name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
from torchvision.models import WeightsEnum, get_weight

from basics.errors import InputError, one_of
from basics.source import by_name
from hashcenters.models.hash_head import make_head
from hashcenters.models.network import Backbone, HashNetwork
from hashcenters.models.weights import imagenet_weights, load_backbone, read_weights

BACKBONES = {
    "alexnet": "hashcenters.models.full:full_alexnet",
    "vgg16": "hashcenters.models.full:full_vgg16",
    "resnet50": "hashcenters.models.full:full_resnet50",
    "alexnet-64": "hashcenters.models.full:alexnet_64",
    "vgg16-64": "hashcenters.models.full:vgg16_64",
    "resnet50-64": "hashcenters.models.full:resnet50_64",
    "alexnet-narrow": "hashcenters.models.narrow:narrow_alexnet",
    "vgg-narrow": "hashcenters.models.narrow:narrow_vgg",
    "resnet-narrow": "hashcenters.models.narrow:narrow_resnet",
    "mfnet": "hashcenters.models.mfnet:full_mfnet",
    "mfnet-narrow": "hashcenters.models.mfnet:narrow_mfnet",
    "timm": "shelf.networks.timm_networks:timm_backbone",
}
# torchvision's weights for those that have them; the 64-pixel forms take the same
IMAGENET = {
    "alexnet": "AlexNet_Weights.IMAGENET1K_V1",
    "vgg16": "VGG16_Weights.IMAGENET1K_V1",
    "resnet50": "ResNet50_Weights.IMAGENET1K_V1",
}

# what loads ImageNet weights that are not torchvision's
OWN_LOADERS = {"timm": "shelf.networks.timm_networks:load_imagenet"}


@by_name("BACKBONES")
def find_backbone(name: str) -> Callable[[int], Backbone]:
    """The function of a number of channels that builds a backbone; only now is its module imported.

    Args:
        name: a key of `BACKBONES`, or `timm:NAME` or `timm:NAME@SIZE`.

    Raises:
        InputError: an unknown name.
    """
    kind, sign, own = name.partition(":")
    if (kind == "timm") != bool(sign):
        raise InputError(f"backbone must be a name without a colon, or timm:NAME, got {name!r}")
    make = resolve_name(BACKBONES[one_of(kind, BACKBONES, "backbone")])
    return partial(make, text=own) if sign else make


@by_name("IMAGENET")
def torchvision_weights(backbone: str) -> WeightsEnum | None:
    """torchvision's ImageNet weights for a key of `BACKBONES`, None where there are none."""
    name = IMAGENET.get(backbone.removesuffix("-64"))
    return get_weight(name) if name else None


def make_backbone(backbone: str, *, in_channels: int, weights: str = "none") -> Backbone:
    """A backbone with initial weights from torch's global generator, or with given ones.

    Args:
        backbone: a name that `find_backbone` knows.
        in_channels: channels of the images or clips.
        weights: "none", "imagenet" (torchvision's IMAGENET1K_V1; for a network of timm those that its
            `load_imagenet` finds), or the path of a `.safetensors` or torch file.

    Raises:
        InputError: an unknown name, or weights that are not there or do not fit.
    """
    built = find_backbone(backbone)(in_channels)
    kind = backbone.partition(":")[0]
    if weights == "imagenet" and kind in OWN_LOADERS:
        resolve_name(OWN_LOADERS[kind])(built)
    elif weights == "imagenet":
        found = torchvision_weights(backbone)
        if found is None:
            raise InputError(f"torchvision has no ImageNet weights for {backbone}; give a file, or none")
        load_backbone(built, imagenet_weights(found), source=str(found))
    elif weights != "none":
        load_backbone(built, read_weights(Path(weights)), source=weights)
    return built


def make_network(
    backbone: str,
    outputs: int,
    *,
    in_channels: int,
    head: str = "csq",
    weights: str = "none",
    centers: np.ndarray | None = None,
) -> HashNetwork:
    """A backbone and a head, whose initial weights come from torch's global generator.

    Args:
        backbone, in_channels, weights: as in `make_backbone`.
        outputs: bits of a hash layer, or classes of a classifier.
        head, centers: as in `hash_head.make_head`.

    Raises:
        InputError: an unknown name, or weights that are not there or do not fit.
    """
    built = make_backbone(backbone, in_channels=in_channels, weights=weights)
    return HashNetwork(built, make_head(head, built.feature_dim, outputs, centers=centers))
