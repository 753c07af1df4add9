"""The multi-fiber network for video (arXiv:1807.11195), as CSQ uses it, and narrow versions of it."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from hashcenters.models.network import Backbone, check_colour

Size3 = tuple[int, int, int]


def norm_relu_conv(
    in_channels: int, channels: int, kernel: Size3, *, stride: Size3 = (1, 1, 1), groups: int = 1
) -> nn.Sequential:
    """Batch normalisation, ReLU and a convolution without bias, padded to keep the size at stride 1."""
    padding = tuple(side // 2 for side in kernel)
    convolution = nn.Conv3d(in_channels, channels, kernel, stride=stride, padding=padding, groups=groups, bias=False)
    return nn.Sequential(nn.BatchNorm3d(in_channels), nn.ReLU(inplace=True), convolution)


class MultiFiberUnit(nn.Module):
    """A residual unit of parallel fibers, fed by a multiplexer that mixes them.

    The multiplexer, two 1 × 1 × 1 convolutions through a quarter of the width, is added to the input. Then every
    fiber (group of channels) is convolved by itself, 3 × 3 × 3 and 1 × 3 × 3. The first unit of a stage mixes the
    fibers once more in a 1 × 1 × 1 convolution in the second's place, and projects its input to the new width.

    Args:
        in_channels, channels: width before and after.
        groups: number of fibers.
        stride: of the first convolution and of the projection.
        first: whether it is the first unit of a stage.

    Source: Chen et al., Multi-Fiber Networks for Video Recognition, Figs. 2 and 3, §3.3.
    """

    def __init__(
        self, in_channels: int, channels: int, *, groups: int, stride: Size3 = (1, 1, 1), first: bool = False
    ) -> None:
        super().__init__()
        self.multiplexer = nn.Sequential(
            norm_relu_conv(in_channels, channels // 4, (1, 1, 1)),
            norm_relu_conv(channels // 4, in_channels, (1, 1, 1)),
        )
        last = (
            norm_relu_conv(channels, channels, (1, 1, 1))
            if first
            else norm_relu_conv(channels, channels, (1, 3, 3), groups=groups)
        )
        fibers = norm_relu_conv(in_channels, channels, (3, 3, 3), stride=stride, groups=groups)
        self.fibers = nn.Sequential(fibers, last)
        self.projection = norm_relu_conv(in_channels, channels, (1, 1, 1), stride=stride) if first else nn.Identity()

    def forward(self, x: Float[Tensor, "n c t h w"]) -> Float[Tensor, "n channels frames height width"]:
        return self.projection(x) + self.fibers(x + self.multiplexer(x))


class MFNet(nn.Module):
    """The multi-fiber network up to its pooled features.

    The defaults are the published network on clips of 16 × 224 × 224: a stem of stride (1, 2, 2) and a max pool
    of the same, then stages of 56, 28, 14 and 7 pixels with 8 frames.

    Args:
        in_channels: 3 for colour.
        widths: channels of the stages.
        units: multi-fiber units of the stages.
        groups: number of fibers; divides every width.
        stem_stride: of the first convolution, frames first.

    Source: Chen et al., Multi-Fiber Networks for Video Recognition, Table 1 (16 groups, 3/4/6/3 units).
    """

    def __init__(
        self,
        *,
        in_channels: int = 3,
        widths: Sequence[int] = (96, 192, 384, 768),
        units: Sequence[int] = (3, 4, 6, 3),
        groups: int = 16,
        stem_stride: Size3 = (1, 2, 2),
    ) -> None:
        super().__init__()
        before = 16
        self.stem = nn.Sequential(
            nn.Conv3d(in_channels, before, (3, 5, 5), stride=stem_stride, padding=(1, 2, 2), bias=False),
            nn.BatchNorm3d(before),
            nn.ReLU(inplace=True),
            nn.MaxPool3d((1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)),
        )
        self.stages = nn.ModuleList()
        for stage, (width, count) in enumerate(zip(widths, units, strict=True)):
            # frames are halved once, in the first stage, and pixels in the later ones
            stride = (2, 1, 1) if stage == 0 else (1, 2, 2)
            first = MultiFiberUnit(before, width, groups=groups, stride=stride, first=True)
            rest = [MultiFiberUnit(width, width, groups=groups) for _ in range(count - 1)]
            self.stages.append(nn.Sequential(first, *rest))
            before = width
        self.tail = nn.Sequential(nn.BatchNorm3d(before), nn.ReLU(inplace=True), nn.AdaptiveAvgPool3d(1))
        self.feature_dim = before

    def stage_outputs(self, clips: Float[Tensor, "n c t h w"]) -> list[Float[Tensor, "n _c _t _h _w"]]:
        """What the stem and each stage give, in order."""
        outputs = [self.stem(clips)]
        for stage in self.stages:
            outputs.append(stage(outputs[-1]))
        return outputs

    def forward(self, clips: Float[Tensor, "n c t h w"]) -> Float[Tensor, "n features"]:
        return torch.flatten(self.tail(self.stage_outputs(clips)[-1]), 1)


def full_mfnet(in_channels: int) -> Backbone:
    """The published multi-fiber network for clips of 16 × 224 × 224; 768 features."""
    check_colour("mfnet", in_channels)
    layers = MFNet()
    return Backbone(layers, layers.feature_dim)


def narrow_mfnet(in_channels: int) -> Backbone:
    """A multi-fiber network for 16 small grey frames: a stem that halves them too, then three stages of one unit."""
    layers = MFNet(in_channels=in_channels, widths=(32, 64, 128), units=(1, 1, 1), groups=4, stem_stride=(2, 2, 2))
    return Backbone(layers, layers.feature_dim)
