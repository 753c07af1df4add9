"""What a training costs, from its configuration and the size of its data alone, before it or the data are there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.utils.flop_counter import FlopCounterMode

from basics.errors import InputError
from hashcenters.datasets import registry
from hashcenters.datasets.protocol import find_protocol
from hashcenters.datasets.splits import HashingData, Split
from hashcenters.models.factory import make_backbone
from hashcenters.models.hash_head import make_head
from hashcenters.models.network import HashNetwork
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import keeps_network, kept_splits, load_data
from shelf.papers.torchvision_sets import SHAPES

# operations a second, and where: see docs/scaling.md
RATES = {"cuda": (1e14, "on one GPU at 100 TFLOP/s (assumed)"), "cpu": (4e10, "on one core at 40 GFLOP/s")}
BYTES, BACKWARD = 4, 2  # of a float32; operations backwards for each one forwards
MOMENTS = {"adam": 2, "sgd": 1, "rmsprop": 1}  # numbers that an optimiser keeps for each parameter


@dataclass(frozen=True)
class Cost:
    """What one training costs.

    Args:
        seconds: at the rate of `RATES`.
        where: it takes so long, in words.
        memory: bytes for weights, gradients, moments and what a batch leaves for the way back.
        disk: bytes when it is finished.
    """

    seconds: float
    where: str
    memory: float
    disk: float


@dataclass(frozen=True)
class Blank:
    """Inputs of a known number and shape whose pixels are not there."""

    count: int
    shape: tuple[int, ...]

    def __len__(self) -> int:
        return self.count

    def batch(self, indices: np.ndarray) -> np.ndarray:
        return np.zeros((len(indices), *self.shape), np.uint8)


def stand_in(name: str, **options: Any) -> HashingData:
    """Data of the sizes that a protocol names, to count with; nothing can be learned from them.

    Raises:
        InputError: its protocol names no sizes.
    """
    entry = registry.find_entry(name)
    protocol = find_protocol(options.get("protocol"), data=name) if entry.protocols else None
    known = registry.reader_options(registry.find_reader(entry))
    given = {option: parameter.default for option, parameter in known.items()} | options
    side = int(given.get("crop") or given.get("size") or 0)
    shape = SHAPES.get(name, (3, *([int(given["frames"])] if "frames" in given else []), side, side))
    if not (all(shape) and protocol and protocol.train and protocol.query and entry.num_classes):
        raise InputError(f"what trainings on {name} cost cannot be said before it is there: no sizes are named")
    sizes = {"train": protocol.train, "validation": protocol.query, "query": protocol.query}
    sizes["database"] = protocol.database or protocol.train

    def part(count: int) -> Split:
        labels = np.arange(count) % entry.num_classes
        rows = np.eye(entry.num_classes, dtype=np.uint8)[labels] if entry.multi_label else labels
        return Split(Blank(count, shape), rows, np.full(count, ""))

    return HashingData(
        name=name,
        class_names=[str(number) for number in range(entry.num_classes)],
        **{split: part(count) for split, count in sizes.items()},
        top_k=protocol.top_k,
        protocol=f"{protocol.name}: sizes as named",
        substitute=None,
        fingerprint=f"stand-in for {protocol.name}",
    )


@contextmanager
def standing_in() -> Iterator[None]:
    """Let data sets that are not there be stood in for while the block runs, in a process that only counts."""
    load = registry.load

    def load_or_stand_in(name: str, **options: Any) -> HashingData:
        return stand_in(name, **options) if registry.check(name, **options) else load(name, **options)

    registry.load = load_or_stand_in
    try:
        yield
    finally:
        registry.load = load


class Counted(NamedTuple):
    """What two inputs cost a part of a network forwards: operations, its parameters, the bytes left for the way back by
    the storage that holds them, and what comes out."""

    operations: float
    parameters: float
    left: dict[int, int]
    outputs: torch.Tensor


def count(part: nn.Module, inputs: torch.Tensor) -> Counted:
    """What a part of a network costs on the device `meta`, where nothing is computed."""
    parameters = {parameter.untyped_storage()._cdata: parameter.numel() for parameter in part.parameters()}
    left: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        place = tensor.untyped_storage()._cdata
        if place not in parameters:
            left[place] = tensor.untyped_storage().nbytes()
        return tensor

    with FlopCounterMode(display=False) as counter, saved_tensors_hooks(note, lambda tensor: tensor):
        outputs = part(inputs)
    return Counted(float(counter.get_total_flops()), float(sum(parameters.values())), left, outputs)


@cache
def backbone_cost(backbone: str, shape: tuple[int, ...], trainable: str) -> tuple[float, Counted]:
    """Operations of two inputs below the cut, where each picture is encoded once, and what the layers above it cost."""
    inputs = torch.empty(2, *shape, device="meta")
    with torch.device("cpu" if trainable == "last-stage" else "meta"):  # stages are tried out where they are cut
        built = HashNetwork(make_backbone(backbone, in_channels=shape[0]), nn.Identity()).backbone
    if trainable == "all":
        return 0.0, count(built, inputs)
    below, above = (part.to("meta") for part in built.split(trainable))
    encoded = count(below, inputs)
    return encoded.operations, count(above, torch.empty_like(encoded.outputs))


@cache
def network_cost(
    backbone: str, head: str, outputs: int, shape: tuple[int, ...], trainable: str = "all", classes: int = 2
) -> tuple[float, float, float, float]:
    """Operations of one input forwards below the cut, where each picture is encoded once, and above it; parameters,
    and bytes that an input leaves for the way back, above it."""
    encoding, layers = backbone_cost(backbone, shape, trainable)
    with torch.device("meta"):
        made = make_head(head, layers.outputs.shape[1], outputs, centers=np.ones((classes, outputs), np.int8))
    last = count(made, layers.outputs)
    left = sum((layers.left | last.left).values())
    return encoding / 2, (layers.operations + last.operations) / 2, layers.parameters + last.parameters, left / 2


def cost_of(config: TrainingConfig, *, encodes: bool = False) -> Cost:
    """What a training costs, without those that it starts from.

    Args:
        config: the training.
        encodes: whether the pictures have to be encoded for it first, if a part of its network is frozen.
    """
    data = load_data(config.dataset, config.dataset_options)
    shape = data.train.inputs.batch(np.arange(1)).shape[1:]
    encoding, forwards, parameters, left = network_cost(
        config.backbone, config.head, config.bits, shape, config.trainable, len(config.centers or (0, 0))
    )
    epochs, recipe = config.recipe.epochs, config.recipe
    learned, followed = len(data.train) * epochs, len(data.validation) * epochs
    encoded = sum(len(getattr(data, split)) for split in kept_splits(config))
    rate, where = RATES[config.device]
    centers = (epochs + 1) * len(config.centers or ()) * config.bits * BYTES
    kept = {"query", "validation"} if keeps_network(config) else {"query"}
    outputs = sum(len(getattr(data, split)) for split in kept.intersection(kept_splits(config)))
    above = forwards * ((1 + BACKWARD) * learned + followed + encoded)
    return Cost(
        seconds=(above + encodes * encoding * encoded) / rate,
        where=where,
        memory=parameters * BYTES * (2 + MOMENTS[recipe.optimiser]) + left * recipe.batch_size,
        disk=keeps_network(config) * parameters * BYTES + centers + (encoded / 8 + outputs * BYTES) * config.bits,
    )


def costs(trainings: Mapping[str, TrainingConfig]) -> dict[str, dict[str, Any]]:
    """What trainings cost, by key; what frozen networks make of pictures is counted once, with the first that asks."""
    first: dict[tuple[Any, ...], str] = {}
    for key, config in trainings.items():
        options = tuple(sorted(config.dataset_options.items()))
        first.setdefault((config.dataset, options, config.backbone, config.trainable, kept_splits(config)), key)
    encoding = set(first.values())
    return {key: asdict(cost_of(config, encodes=key in encoding)) for key, config in trainings.items()}
