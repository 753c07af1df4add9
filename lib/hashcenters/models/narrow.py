"""Narrow members of the AlexNet, VGG and ResNet families, for grey images of about 10 to 32 pixels.

Each keeps what sets its family apart and has 32,000 to 115,000 parameters, so that one CPU core trains it in seconds.
"""

import torch
from torch import nn
from torch.nn.functional import avg_pool2d
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.models.vgg import make_layers

from hashcenters.models.network import Backbone

VGG_NARROW = [8, 8, "M", 16, 16, "M", 32, 32]
FC_WIDTH = 128
FC_MAP = 3


def conv_relu(in_channels: int, channels: int, side: int, *, stride: int = 1) -> list[nn.Module]:
    """A convolution that keeps the size at stride 1, and a ReLU."""
    convolution = nn.Conv2d(in_channels, channels, side, stride=stride, padding=side // 2)
    return [convolution, nn.ReLU(inplace=True)]


def fully_connected(channels: int) -> list[nn.Module]:
    """AlexNet's and VGG's fc6 and fc7 on a 3 × 3 map, narrow and without dropout."""
    return [
        nn.AdaptiveAvgPool2d(FC_MAP),
        nn.Flatten(),
        nn.Linear(channels * FC_MAP**2, FC_WIDTH),
        nn.ReLU(inplace=True),
        nn.Linear(FC_WIDTH, FC_WIDTH),
        nn.ReLU(inplace=True),
    ]


def narrow_alexnet(in_channels: int) -> Backbone:
    """Five convolutions, the first two large and the very first strided, an overlapping max pool, fc6 and fc7.

    torchvision's AlexNet has fixed widths, a first stride of 4 and three pools, too much for images this small.
    Weights are drawn so that signals keep their size through layers without normalisation; biases are 0.
    """
    layers = nn.Sequential(
        *conv_relu(in_channels, 16, 5, stride=2),
        *conv_relu(16, 32, 5),
        nn.MaxPool2d(3, stride=2, padding=1),
        *conv_relu(32, 48, 3),
        *conv_relu(48, 48, 3),
        *conv_relu(48, 32, 3),
        *fully_connected(32),
    )
    for layer in layers:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return Backbone(layers, FC_WIDTH)


def narrow_vgg(in_channels: int) -> Backbone:
    """Pairs of 3 × 3 convolutions of torchvision's `make_layers` with batch normalisation, fc6 and fc7."""
    layers = make_layers(VGG_NARROW, batch_norm=True)
    first = layers[0]
    layers[0] = nn.Conv2d(in_channels, first.out_channels, 3, padding=1)
    return Backbone(nn.Sequential(layers, *fully_connected(VGG_NARROW[-1])), FC_WIDTH)


def narrow_resnet(in_channels: int) -> Backbone:
    """A small residual network; 64 features."""
    return Backbone(NarrowResNet(in_channels), NarrowResNet.feature_dim)


class NarrowResNet(ResNet):
    """torchvision's ResNet of two BasicBlocks with strides 1 and 2, narrow, behind a 3 × 3 stem.

    The stem has stride 2, as torchvision's, but no pool behind it and no padding: on maps this small a border of
    padded zeros, a grey frame around black, is nearly a third of what the layers see. The time of a layer is mostly
    that of calling it, so the blocks are those with fewer, larger convolutions.
    """

    feature_dim = 64

    def __init__(self, in_channels: int) -> None:
        nn.Module.__init__(self)
        self._norm_layer = nn.BatchNorm2d
        self.inplanes, self.dilation, self.groups, self.base_width = 16, 1, 1, 64
        self.conv1 = nn.Conv2d(in_channels, 16, 3, stride=2, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = self._make_layer(BasicBlock, 16, 1)
        self.layer2 = self._make_layer(BasicBlock, self.feature_dim, 1, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x)))))
        # unlike an adaptive pool, it gives gradients with channels last, as the layers before it compute
        return avg_pool2d(x, x.shape[2:]).flatten(1)
