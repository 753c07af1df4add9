"""Backbones by name: torchvision's full networks, their 64-pixel forms, narrow ones, and the video network."""

from collections.abc import Callable
from dataclasses import dataclass

from basics.errors import InputError
from torch import nn
from torchvision.models import (
    AlexNet_Weights,
    ResNet50_Weights,
    VGG16_Weights,
    WeightsEnum,
    alexnet,
    resnet50,
    vgg16,
)

from hashcenters.models.mfnet import MFNet, narrow_mfnet
from hashcenters.models.narrow import FC_WIDTH, NarrowResNet, narrow_alexnet, narrow_vgg
from hashcenters.models.network import Backbone


def full_alexnet(in_channels: int) -> Backbone:
    """torchvision's AlexNet for 224 pixels without its last layer; 4,096 features after fc7."""
    check_colour("alexnet", in_channels)
    layers = alexnet()
    layers.classifier[6] = nn.Identity()
    return Backbone(layers, 4096, cut="classifier.6")


def full_vgg16(in_channels: int) -> Backbone:
    """torchvision's VGG16 for 224 pixels without its last layer; 4,096 features after fc7."""
    check_colour("vgg16", in_channels)
    layers = vgg16()
    layers.classifier[6] = nn.Identity()
    return Backbone(layers, 4096, cut="classifier.6")


def full_resnet50(in_channels: int) -> Backbone:
    """torchvision's ResNet50 for 224 pixels without its last layer; 2,048 pooled features."""
    check_colour("resnet50", in_channels)
    layers = resnet50()
    layers.fc = nn.Identity()
    return Backbone(layers, 2048, cut="fc")


def alexnet_64(in_channels: int) -> Backbone:
    """AlexNet for 64 pixels: first stride 2 for 4, no first pool; the last map is 6 × 6 as at 224 pixels."""
    backbone = full_alexnet(in_channels)
    backbone.layers.features[0].stride = (2, 2)
    backbone.layers.features[2] = nn.Identity()
    return backbone


def vgg16_64(in_channels: int) -> Backbone:
    """VGG16 for 64 pixels: no last pool; its 4 × 4 map is resampled to fc6's 7 × 7 by the pool that is there."""
    backbone = full_vgg16(in_channels)
    backbone.layers.features[30] = nn.Identity()
    return backbone


def resnet50_64(in_channels: int) -> Backbone:
    """ResNet50 for 64 pixels: first stride 1 for 2; its last map is 4 × 4 for 7 × 7 at 224 pixels."""
    backbone = full_resnet50(in_channels)
    backbone.layers.conv1.stride = (1, 1)
    return backbone


def full_mfnet(in_channels: int) -> Backbone:
    """The published multi-fiber network for clips of 16 × 224 × 224; 768 features."""
    check_colour("mfnet", in_channels)
    layers = MFNet()
    return Backbone(layers, layers.feature_dim)


def small_mfnet(in_channels: int) -> Backbone:
    """The narrow multi-fiber network; 128 features."""
    layers = narrow_mfnet(in_channels)
    return Backbone(layers, layers.feature_dim)


def check_colour(name: str, in_channels: int) -> None:
    """Raise `InputError` unless there are three channels."""
    if in_channels != 3:
        raise InputError(
            f"{name} takes 3 colour channels, got {in_channels}; narrow backbones take any number"
        )


@dataclass(frozen=True)
class BackboneKind:
    """How a backbone is made, and torchvision's weights for it, None where there are none."""

    build: Callable[[int], Backbone]
    weights: WeightsEnum | None = None


BACKBONES = {
    "alexnet": BackboneKind(full_alexnet, AlexNet_Weights.IMAGENET1K_V1),
    "vgg16": BackboneKind(full_vgg16, VGG16_Weights.IMAGENET1K_V1),
    "resnet50": BackboneKind(full_resnet50, ResNet50_Weights.IMAGENET1K_V1),
    "alexnet-64": BackboneKind(alexnet_64, AlexNet_Weights.IMAGENET1K_V1),
    "vgg16-64": BackboneKind(vgg16_64, VGG16_Weights.IMAGENET1K_V1),
    "resnet50-64": BackboneKind(resnet50_64, ResNet50_Weights.IMAGENET1K_V1),
    "alexnet-narrow": BackboneKind(lambda channels: Backbone(narrow_alexnet(channels), FC_WIDTH)),
    "vgg-narrow": BackboneKind(lambda channels: Backbone(narrow_vgg(channels), FC_WIDTH)),
    "resnet-narrow": BackboneKind(
        lambda channels: Backbone(NarrowResNet(channels), NarrowResNet.feature_dim)
    ),
    "mfnet": BackboneKind(full_mfnet),
    "mfnet-narrow": BackboneKind(small_mfnet),
}


def backbone_kind(name: str) -> BackboneKind:
    """The entry of `BACKBONES` called `name`.

    Raises:
        InputError: an unknown name.
    """
    if name not in BACKBONES:
        raise InputError(f"backbone must be one of {', '.join(BACKBONES)}, got {name!r}")
    return BACKBONES[name]
