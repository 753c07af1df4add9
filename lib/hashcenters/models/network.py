"""A backbone with a head on it."""

from copy import deepcopy

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from basics.errors import InputError


class Backbone(nn.Module):
    """Layers that turn images or clips into feature vectors.

    Args:
        layers: maps (n, channels, [frames,] height, width) to (n, feature_dim), with or without axes of size 1
            behind.
        feature_dim: number of features.
        cut: names of torchvision's layers that were cut off the end, `fc` for example; a file of weights may
            hold them.
    """

    def __init__(self, layers: nn.Module, feature_dim: int, *, cut: str = "") -> None:
        super().__init__()
        self.layers = layers
        self.feature_dim = feature_dim
        self.cut = cut

    def forward(self, inputs: Float[Tensor, "n channels *size"]) -> Float[Tensor, "n feature_dim"]:
        return self.layers(inputs).flatten(1)

    def split(self, trainable: str) -> tuple[nn.Module, "Backbone"]:
        """What stays as it is and what is trained; the second takes what the first gives.

        Args:
            trainable: "head" (nothing of a backbone is trained) or "last-stage".

        Raises:
            InputError: this network cannot be cut there.
        """
        if trainable != "head":
            raise InputError(f"trainable must be head or all for this backbone, got {trainable!r}")
        return self, Backbone(nn.Identity(), self.feature_dim)


def check_colour(name: str, in_channels: int) -> None:
    """Raise `InputError` unless there are three channels."""
    if in_channels != 3:
        raise InputError(f"{name} takes 3 colour channels, got {in_channels}; narrow backbones take any number")


def channels_last(network: nn.Module) -> None:
    """Lay the weights of convolutions out channels last, in place: faster on CPUs and tensor cores alike."""
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    for parameter in network.parameters():
        if parameter.ndim in layouts:
            parameter.data = parameter.data.contiguous(memory_format=layouts[parameter.ndim])


def folded(network: nn.Module, probe: Float[Tensor, "n *size"]) -> nn.Module:
    """A copy of a network in evaluation mode whose batch normalisations are part of the convolutions before them.

    It gives the same numbers up to rounding, in less time. Where a normalisation does not follow the convolution that
    stands before it, which `probe` shows, the network itself is returned.
    """
    copy = deepcopy(network).eval()
    _fold(copy)
    with torch.inference_mode():
        same = torch.allclose(copy(probe), network.eval()(probe), rtol=1e-3, atol=1e-3)
    return copy if same else network


def _fold(network: nn.Module) -> None:
    before = ("", None)
    for name, layer in list(network.named_children()):
        if isinstance(layer, nn.BatchNorm2d) and type(before[1]) is nn.Conv2d:
            setattr(network, before[0], fuse_conv_bn_eval(before[1], layer))
            setattr(network, name, getattr(layer, "act", nn.Identity()))  # timm's have the activation in them
        _fold(layer)
        before = name, layer


class HashNetwork(nn.Module):
    """A backbone and its hash layer, or, for pre-training, a backbone and a classifier in the same place.

    Its convolutions are laid out channels last, for images and clips; `network.to(device)` keeps that.
    """

    def __init__(self, backbone: Backbone, hash_layer: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone
        self.hash_layer = hash_layer
        channels_last(self)

    def features(self, inputs: Float[Tensor, "n channels *size"]) -> Float[Tensor, "n feature_dim"]:
        """The backbone's features."""
        return self.backbone(inputs)

    def forward(self, inputs: Float[Tensor, "n channels *size"]) -> Float[Tensor, "n outputs"]:
        """Continuous outputs in [−1, 1], one a bit; logits under a classifier."""
        return self.hash_layer(self.backbone(inputs))


def category_features(network: HashNetwork) -> Float[np.ndarray, "num_classes feature_dim"]:
    """The rows of a classifier's weight matrix, SHC's description of the classes.

    Source: SHC main text, category features.
    """
    return network.hash_layer.linear.weight.detach().cpu().double().numpy()
