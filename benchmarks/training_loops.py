"""Epochs of training in several styles, from the usual one of this field to our own loop, ready to be timed."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets import ImageFolder

from benchmarks.machine import usable_cores
from hashcenters.centers.generate import make_centers
from hashcenters.datasets.splits import ArrayInputs, Split
from hashcenters.losses.factory import make_objective
from hashcenters.models.factory import make_network
from hashcenters.training.config import Recipe, TrainingConfig
from hashcenters.training.loop import Batches, make_optimiser, train_epoch
from hashcenters.training.transforms import IMAGENET_MEAN, IMAGENET_STD, to_inputs

CLASSES, BITS = 100, 64
RECIPE = Recipe(epochs=1, lr=1e-4, head_factor=1.0)


@dataclass(frozen=True)
class Style:
    """What a loop does; the defaults are the usual way."""

    in_memory: bool = False
    on_device: bool = False
    channels_last: bool = False
    bf16: bool = False
    fused: bool = False
    no_sync: bool = False
    compiled: bool = False


CHANGES = {
    "pictures in memory as uint8": "in_memory",
    "transforms by batch on the device": "on_device",
    "channels last": "channels_last",
    "bf16": "bf16",
    "fused Adam": "fused",
    "no wait for the loss": "no_sync",
    "compiled": "compiled",
}
GPU_ONLY = (
    "bf16",
    "compiled",
)  # our loop has the first on a GPU only; the second takes a CPU longer than it saves


@dataclass(frozen=True)
class Setting:
    """One network on generated pictures.

    Args:
        backbone: a name known to `hashcenters.models.factory`.
        size: side of the pictures in pixels.
        images: how many.
        batch: a step.
        device: where it trains.
    """

    backbone: str
    size: int
    images: int
    batch: int
    device: torch.device

    def config(self) -> TrainingConfig:
        """The training as our loop wants it."""
        recipe = replace(RECIPE, batch_size=self.batch)
        return TrainingConfig("generated", self.backbone, "csq", BITS, "central", recipe, seed=0)

    def pictures(self) -> Split:
        """Random pictures and classes."""
        rng = np.random.default_rng(0)
        pixels = rng.integers(0, 256, (self.images, 3, self.size, self.size), dtype=np.uint8)
        ids = np.array([f"{number:05}" for number in range(self.images)])
        labels = np.arange(self.images) * CLASSES // self.images  # every class, or ImageFolder would renumber
        return Split(ArrayInputs(pixels), labels, ids)

    def trained(self) -> tuple[nn.Module, nn.Module]:
        """The network and its objective, with the same weights every time."""
        torch.manual_seed(0)
        network = make_network(self.backbone, BITS, in_channels=3).to(self.device)
        return network, make_objective("central", make_centers("csq", BITS, CLASSES, seed=0)).to(self.device)


class ArrayPictures(Dataset):
    """Pictures of an array, transformed one by one as those of files are."""

    def __init__(self, split: Split, transform: Callable[[Image.Image], Tensor]) -> None:
        self.pixels, self.labels, self.transform = split.inputs.array, split.labels, transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[index].transpose(1, 2, 0))), self.labels[index]


def write_files(split: Split, folder: Path) -> None:
    """The pictures as PNG files in class folders, which ImageFolder reads in the split's order."""
    for pixels, label, name in zip(split.inputs.array, split.labels, split.ids, strict=True):
        path = folder / f"{label:03}" / f"{name}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels.transpose(1, 2, 0)).save(path)


@dataclass
class Loop:
    """An epoch in one style, ready to be timed.

    Args:
        style: what it does.
        setting: network and device.
        split: the pictures.
        folder: the same in files.
        losses: mean loss of every epoch that ran.
    """

    style: Style
    setting: Setting
    split: Split
    folder: Path
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network, self.objective = self.setting.trained()
        if not self.style.channels_last:
            for parameter in self.network.parameters():
                parameter.data = parameter.data.contiguous()
        self.forward = torch.compile(self.network) if self.style.compiled else self.network
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=RECIPE.lr, fused=self.style.fused)
        self.start = copy.deepcopy((self.network.state_dict(), self.optimiser.state_dict()))
        self.order = torch.randperm(len(self.split), generator=torch.Generator().manual_seed(0)).tolist()
        if self.style.on_device:
            self.stored = Batches(self.split, self.setting.device)
        else:
            self.loader = self.make_loader()

    def make_loader(self) -> DataLoader:
        """The usual reading: a picture at a time, in worker processes where the device is not the CPU."""
        steps = [transforms.ToTensor(), transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD)]
        transform = transforms.Compose(steps)
        in_memory = self.style.in_memory
        data = ArrayPictures(self.split, transform) if in_memory else ImageFolder(str(self.folder), transform)
        workers = usable_cores() if self.setting.device.type == "cuda" else 0
        options = {"num_workers": workers, "persistent_workers": workers > 0, "pin_memory": workers > 0}
        return DataLoader(data, batch_size=self.setting.batch, sampler=self.order, **options)

    def batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Normalised inputs and labels on the device."""
        if self.style.on_device:
            for pixels, labels in self.stored.stream(torch.tensor(self.order).split(self.setting.batch)):
                yield to_inputs(pixels), labels
            return
        for inputs, labels in self.loader:
            yield inputs.to(self.setting.device), labels.to(self.setting.device)

    def epoch(self) -> int:
        """Train on every picture once from the first weights; returns how many there were."""
        self.network.load_state_dict(self.start[0])
        self.optimiser.load_state_dict(copy.deepcopy(self.start[1]))
        self.network.train()
        torch.manual_seed(0)
        total: Tensor | float = 0.0
        layout = torch.channels_last if self.style.channels_last else torch.contiguous_format
        for inputs, labels in self.batches():
            self.optimiser.zero_grad()
            with torch.autocast("cuda", torch.bfloat16, enabled=self.style.bf16):
                outputs = self.forward(inputs.contiguous(memory_format=layout))
            loss = self.objective(outputs.float(), labels)["loss"]
            loss.backward()
            self.optimiser.step()
            total = total + (loss.detach() if self.style.no_sync else loss.item()) * len(labels)
        self.losses.append(float(total) / len(self.split))
        return len(self.split)


@dataclass
class OurLoop:
    """An epoch of the project's own loop, ready to be timed."""

    setting: Setting
    split: Split
    losses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network, self.objective = self.setting.trained()
        self.stored = Batches(self.split, self.setting.device)
        self.start = copy.deepcopy(self.network.state_dict())

    def epoch(self) -> int:
        """Train on every picture once from the first weights; returns how many there were."""
        self.network.load_state_dict(self.start)
        config = self.setting.config()
        optimiser = make_optimiser(self.network, self.objective, config.recipe)
        row = train_epoch(self.network, self.objective, optimiser, self.stored, config, 0)
        self.losses.append(float(row["loss"]))
        return len(self.split)


def styles(device: torch.device) -> dict[str, Style]:
    """The usual loop, then one change after the other."""
    made = {"usual": Style()}
    for name, change in CHANGES.items():
        if change not in GPU_ONLY or device.type == "cuda":
            made[name] = replace(list(made.values())[-1], **{change: True})
    return made


def timed_epoch(loop: Loop | OurLoop) -> int:
    """An epoch until the device has finished it."""
    count = loop.epoch()
    if loop.setting.device.type == "cuda":
        torch.cuda.synchronize()
    return count
