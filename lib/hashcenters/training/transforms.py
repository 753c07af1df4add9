"""From `uint8` batches to network inputs, on the device."""

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

# mean and standard deviation of ImageNet's photographs, which torchvision's weights expect
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}


def to_inputs(batch: UInt8[Tensor, "n *size"] | Float[Tensor, "n *size"]) -> Float[Tensor, "n *size"]:
    """Grey values as floats: ImageNet's normalisation for three channels, [−1, 1] for one.

    They come out with channels last in memory, as the networks have their weights. They are written anew for that:
    the strides of a single channel can mean either layout, and `contiguous` would leave them as they are. Features
    of a frozen network, which are floats, come out as they are.
    """
    if batch.is_floating_point():
        return batch.float()
    values = torch.empty(batch.shape, device=batch.device, memory_format=LAYOUTS[batch.ndim])
    values.copy_(batch).div_(255)
    if batch.shape[1] != 3:
        return values.mul_(2).sub_(1)
    shape = (1, 3) + (1,) * (batch.ndim - 2)
    mean = torch.tensor(IMAGENET_MEAN, device=batch.device).view(shape)
    std = torch.tensor(IMAGENET_STD, device=batch.device).view(shape)
    return (values - mean) / std


def flip_crop(
    batch: UInt8[Tensor, "n channels height width"], generator: torch.Generator
) -> UInt8[Tensor, "n channels height width"]:
    """Each image flipped left to right by a coin, and cropped at random after padding by an eighth of it."""
    number, _, height, width = batch.shape
    pad_rows, pad_columns = height // 8, width // 8
    padded = torch.nn.functional.pad(batch.float(), (pad_columns,) * 2 + (pad_rows,) * 2, mode="reflect")
    draw = torch.rand((3, number), generator=generator).to(batch.device)
    top = (draw[0] * (2 * pad_rows + 1)).long()
    left = (draw[1] * (2 * pad_columns + 1)).long()
    rows = top[:, None] + torch.arange(height, device=batch.device)
    columns = left[:, None] + torch.arange(width, device=batch.device)
    columns = torch.where(draw[2, :, None] < 0.5, columns, columns.flip(1))
    index = torch.arange(number, device=batch.device)[:, None, None]
    cropped = padded[index, :, rows[:, :, None], columns[:, None, :]]
    return cropped.permute(0, 3, 1, 2).round().to(torch.uint8)
