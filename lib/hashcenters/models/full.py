"""torchvision's full networks without their last layer, and their forms for images of 64 pixels."""

from collections.abc import Callable

from torch import nn
from torchvision.models import alexnet, resnet50, vgg16

from hashcenters.models.network import Backbone, check_colour


def full_alexnet(in_channels: int) -> Backbone:
    """torchvision's AlexNet for 224 pixels without its last layer; 4,096 features after fc7."""
    return without_last(alexnet, "classifier.6", 4096, in_channels)


def full_vgg16(in_channels: int) -> Backbone:
    """torchvision's VGG16 for 224 pixels without its last layer; 4,096 features after fc7."""
    return without_last(vgg16, "classifier.6", 4096, in_channels)


def full_resnet50(in_channels: int) -> Backbone:
    """torchvision's ResNet50 for 224 pixels without its last layer; 2,048 pooled features."""
    return without_last(resnet50, "fc", 2048, in_channels)


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


def without_last(make: Callable[[], nn.Module], last: str, feature_dim: int, in_channels: int) -> Backbone:
    """torchvision's network up to the input of its layer `last`."""
    check_colour(make.__name__, in_channels)
    layers = make()
    layers.set_submodule(last, nn.Identity())
    return Backbone(layers, feature_dim, cut=last)
