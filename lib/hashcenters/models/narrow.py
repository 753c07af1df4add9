"""Narrow members of the AlexNet, VGG and ResNet families, for grey images of about 10 to 32 pixels.

Each keeps what sets its family apart and has 32,000 to 115,000 parameters, so that one CPU core trains it in seconds.
"""

import torch
from torch import nn
from torch.nn.functional import avg_pool2d
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.models.vgg import make_layers

VGG_NARROW = [8, 8, "M", 16, 16, "M", 32, 32]
FC_WIDTH = 128
FC_MAP = 3


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


def scaled_for_relu(network: nn.Sequential) -> nn.Sequential:
    """Draw the weights so that signals keep their size through layers without normalisation; biases are 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
    return network


def narrow_alexnet(in_channels: int) -> nn.Module:
    """Five convolutions, the first two large and the very first strided, an overlapping max pool, fc6 and fc7.

    torchvision's AlexNet has fixed widths, a first stride of 4 and three pools, too much for images this small.
    """
    return scaled_for_relu(
        nn.Sequential(
            nn.Conv2d(in_channels, 16, 5, stride=2, padding=2),
            nn.ReLU(inplace=True),
            nn.Conv2d(16, 32, 5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
            nn.Conv2d(32, 48, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(48, 48, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(48, 32, 3, padding=1),
            nn.ReLU(inplace=True),
            *fully_connected(32),
        )
    )


def narrow_vgg(in_channels: int) -> nn.Module:
    """Pairs of 3 × 3 convolutions of torchvision's `make_layers` with batch normalisation, fc6 and fc7."""
    layers = make_layers(VGG_NARROW, batch_norm=True)
    first = layers[0]
    layers[0] = nn.Conv2d(in_channels, first.out_channels, 3, padding=1)
    return nn.Sequential(layers, *fully_connected(VGG_NARROW[-1]))


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
