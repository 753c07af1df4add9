"""What defines a training: everything that can change its numbers, and nothing else."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from basics.errors import InputError, one_of

OPTIMISERS = ("adam", "sgd", "rmsprop")
TRAINABLE = ("head", "last-stage", "all")
AUGMENTS = ("none", "flip-crop")
DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Recipe:
    """How the weights are updated.

    The defaults are CSQ's for images (supplement, 3.2): Adam, batch 64, 1e-5 for the convolution layers, 20
    times that for the hash layer. The papers fine-tune ImageNet networks for many epochs; small networks on
    small images need larger rates, which the profiles set.

    Args:
        epochs: passes over the training split, 1 or more.
        batch_size: samples a step; a last incomplete batch is used too.
        lr: learning rate of the backbone.
        head_factor: the hash layer learns at `lr * head_factor`.
        optimiser: "adam", "sgd" (with `momentum`) or "rmsprop".
        momentum: of SGD, 0–1.
        weight_decay: L2 penalty, 0 or more.
        clip: largest gradient norm, None for no clipping.
        lr_decay: the rate is multiplied by this every `lr_decay_epochs` epochs.
        lr_decay_epochs: 0 for a constant rate (the text); the authors' image code has ×0.7 every 10 epochs.
        augment: "none" or "flip-crop" (random horizontal flip, and a crop after padding by an eighth).
    """

    epochs: int = 10
    batch_size: int = 64
    lr: float = 1e-5
    head_factor: float = 20.0
    optimiser: str = "adam"
    momentum: float = 0.9
    weight_decay: float = 0.0
    clip: float | None = None
    lr_decay: float = 1.0
    lr_decay_epochs: int = 0
    augment: str = "none"

    def __post_init__(self) -> None:
        _make_plain(self)
        if self.epochs < 1 or self.batch_size < 2:
            raise InputError(f"a recipe needs epochs >= 1 and batch_size >= 2, got {self.epochs} and {self.batch_size}")
        one_of(self.optimiser, OPTIMISERS, "optimiser")


@dataclass(frozen=True)
class TrainingConfig:
    """One training, ready to be run anywhere.

    Args:
        dataset: a name in the registry of data sets, with its options in `dataset_options`.
        backbone: a name known to `hashcenters.models.factory`.
        head: a name known to `hashcenters.models.hash_head`, such as "csq" (three fully-connected layers), "shc"
            (one) or "classifier".
        bits: outputs of the head; the number of classes for a classifier.
        objective: a name known to `hashcenters.losses.factory`, with its weights in `objective_options`.
        centers: the hash centers (num_classes, bits) as rows of −1 and +1, None for a classifier.
        recipe: how the weights are updated.
        seed: of the initial weights, the order of samples and dropout.
        weights: initial weights of the backbone: "none", "imagenet", or a file.
        backbone_from: a training whose backbone this one starts from, instead of `weights`.
        trainable: "head" (the backbone stays as it starts), "last-stage" (so do its stages before the last), or
            "all". What stays is applied to the pictures once, see `features`.
        device: "cpu" or "cuda".
    """

    dataset: str
    backbone: str
    head: str
    bits: int
    objective: str
    recipe: Recipe
    seed: int
    centers: tuple[tuple[int, ...], ...] | None = None
    dataset_options: Mapping[str, Any] = field(default_factory=dict)
    objective_options: Mapping[str, Any] = field(default_factory=dict)
    weights: str = "none"
    backbone_from: "TrainingConfig | None" = None
    trainable: str = "all"
    device: str = "cpu"

    def __post_init__(self) -> None:
        _make_plain(self)
        one_of(self.trainable, TRAINABLE, "trainable")
        if self.trainable != "all" and self.recipe.augment != "none":
            raise InputError(f"features are encoded once: with trainable {self.trainable} augment must be none")

    def center_array(self) -> np.ndarray | None:
        """The centers as an `int8` array (num_classes, bits)."""
        return None if self.centers is None else np.array(self.centers, np.int8)

    def steps(self) -> Iterator["TrainingConfig"]:
        """This training and those that its backbone comes from."""
        yield self
        if self.backbone_from is not None:
            yield from self.backbone_from.steps()

    def names(self) -> frozenset[str]:
        """Every name that chooses code for its numbers: data set, protocol, backbone, head, objective."""
        chosen = [
            (step.dataset, step.backbone.partition(":")[0], step.head, step.objective, *step.dataset_options.values())
            for step in self.steps()
        ]
        return frozenset(name for names in chosen for name in names if isinstance(name, str))

    def with_seed(self, seed: int) -> "TrainingConfig":
        """The same training from another seed."""
        return replace(self, seed=seed)


def _make_plain(config: Recipe | TrainingConfig) -> None:
    """Put Python's numbers in the place of numpy's, in a configuration that is being made."""
    for name, value in list(vars(config).items()):
        plain = {key: _plain(part) for key, part in value.items()} if isinstance(value, Mapping) else _plain(value)
        object.__setattr__(config, name, plain)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def freeze_centers(centers: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Centers in the form that a configuration holds."""
    return tuple(tuple(int(bit) for bit in row) for row in centers)


def config_key(config: TrainingConfig, *, code: str, data: Mapping[str, str]) -> str:
    """The name of a training's folder: SHA-256 over configuration, code and data, 20 hex digits.

    Args:
        config: the training.
        code: fingerprint of the code that can change its numbers.
        data: fingerprint of every data set it reads, by name.
    """
    content = {"config": config, "code": code, "data": dict(data)}
    text = json.dumps(content, sort_keys=True, default=vars)  # `asdict` would copy every bit of the centers
    return hashlib.sha256(text.encode()).hexdigest()[:20]
