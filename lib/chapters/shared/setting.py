"""What the trainings of one notebook share, and how one training of a grid follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from basics.errors import InputError
from basics.yaml import parse_value
from hashcenters.centers.generate import make_centers
from hashcenters.datasets.splits import HashingData
from hashcenters.sweep import GridPoint
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.run import WithNetwork, load_data


@dataclass(frozen=True)
class Setting:
    """The common part of a grid of trainings.

    Args:
        dataset, dataset_options: a data set of the registry.
        backbone: the network under the hash layer.
        weights: "pretrain" (classification on `pretrain_dataset` first, once for all trainings), "imagenet",
            "none" or a file.
        recipe: of the hash trainings.
        pretrain_recipe: of the classification.
        pretrain_dataset: what the backbone is pre-trained on; "" for the training split of `dataset`.
        pretrain_options: options of that data set, empty for `dataset_options`.
        head: "csq", "csq-slim" or "shc".
        trainable: "head", "last-stage" or "all".
        device: "cpu" or "cuda".
    """

    dataset: str
    dataset_options: Mapping[str, Any]
    backbone: str
    weights: str
    recipe: Recipe
    pretrain_recipe: Recipe
    pretrain_dataset: str = ""
    pretrain_options: Mapping[str, Any] = field(default_factory=dict)
    head: str = "csq"
    trainable: str = "all"
    device: str = "cpu"

    def data(self) -> HashingData:
        """The data set; it stays in memory.

        Raises:
            InputError: it has no validation split.
        """
        return load_checked(self.dataset, self.dataset_options)

    def described(self) -> str:
        """The network, and what of it stays as it starts.

        >>> Setting("digits100", {}, "timm:resnet18@128", "imagenet", Recipe(), Recipe(), trainable="head").described()
        'timm:resnet18@128, frozen'
        """
        kept = {"head": ", frozen", "last-stage": ", frozen below its last stage", "all": ", all of it learns"}
        return self.backbone + kept[self.trainable]

    def described_with(self, backbones: Iterable[str]) -> str:
        """Several networks in the place of this one's, each described."""
        return ", ".join(replace(self, backbone=backbone).described() for backbone in backbones)

    def on(self, dataset: str, options: Mapping[str, Any]) -> "Setting":
        """The same trainings on other data; a backbone that is pre-trained on a set of its own stays the same."""
        kept = self.pretrain_options or self.dataset_options if self.pretrain_dataset else {}
        return replace(self, dataset=dataset, dataset_options=options, pretrain_options=kept)

    def longer(self, factor: float) -> "Setting":
        """The same hash trainings with so many times the passes."""
        return replace(self, recipe=replace(self.recipe, epochs=round(factor * self.recipe.epochs)))


def passes_of(usual: int, longer: int, *, whose: str) -> str:
    """Passes of the trainings of a table, where some have more.

    >>> passes_of(10, 14, whose="RepMet"), passes_of(10, 10, whose="RepMet")
    ('of 10; of 14 for RepMet', 'of 10')
    """
    return f"of {usual}" + (f"; of {longer} for {whose}" if longer != usual else "")


def load_checked(dataset: str, options: Mapping[str, Any]) -> HashingData:
    """A data set that trainings of the notebooks can use.

    Raises:
        InputError: it has no validation split, by which every training is followed and every choice is made.
    """
    data = load_data(dataset, options)
    if not len(data.validation):
        raise InputError(f"trainings need a validation split of {dataset}, got none; set validation above 0")
    return data


def parse_options(options: Sequence[str], *, root: str = "") -> dict[str, Any]:
    """Options of a data set from `key=value` texts; a root is text, other values are read by `parse_value`.

    Raises:
        InputError: a text without "=", or an option given twice.

    >>> parse_options(["noise=1e-2", "top_k=50"], root="2024")
    {'root': '2024', 'noise': 0.01, 'top_k': 50}
    """
    parsed = {"root": root} if root else {}
    for option in options:
        name, sign, value = str(option).partition("=")
        if not sign:
            raise InputError(f'dataset_options must look like "key=value", got {option!r}')
        if name in parsed:
            raise InputError(f"dataset_options must hold {name} once, got {parsed[name]!r} and {value!r}")
        parsed[name] = value if name == "root" else parse_value(value, where=f"dataset_options {name}")
    return parsed


def pretraining_recipe(*, epochs: int, lr: float, batch_size: int, augment: str) -> Recipe:
    """Adam at one rate for all layers, which falls to 0.3 of itself after every third of the epochs."""
    decay = {"lr_decay": 0.3, "lr_decay_epochs": max(1, -(-epochs // 3))}
    return Recipe(epochs=epochs, lr=lr, head_factor=1.0, batch_size=batch_size, augment=augment, **decay)


def classifier(setting: Setting, *, backbone: str = "", head: str = "classifier", **options: Any) -> TrainingConfig:
    """The classification training that a backbone is pre-trained by.

    Args:
        setting: data, recipe and device.
        backbone: another one than the setting's, "" for that.
        head: "classifier", or "shc-classifier" for category features.
        options: of the classification objective.
    """
    dataset = setting.pretrain_dataset or setting.dataset
    of_data = (setting.pretrain_options if setting.pretrain_dataset else {}) or setting.dataset_options
    return TrainingConfig(
        dataset=dataset,
        dataset_options=of_data,
        backbone=backbone or setting.backbone,
        head=head,
        bits=load_checked(dataset, of_data).num_classes,
        objective="classification",
        objective_options=options,
        recipe=setting.pretrain_recipe,
        seed=0,
        device=setting.device,
    )


def pretraining(*settings: Setting) -> list[GridPoint]:
    """The classification trainings that the hash trainings of settings start from, if they start from any."""
    starts = (setting for setting in settings if setting.weights == "pretrain")
    return [GridPoint({"backbone": setting.backbone}, classifier(setting)) for setting in starts]


def hash_training(
    setting: Setting,
    centers: np.ndarray,
    *,
    objective: str,
    seed: int,
    options: Mapping[str, Any] | None = None,
    with_network: bool = False,
    **labels: Any,
) -> GridPoint:
    """One hash training of a grid, towards given centers.

    Args:
        setting: data, backbone, recipe and device.
        centers: ±1, one row a class; where the objective learns them, the initial ones.
        objective: a name known to `hashcenters.losses.factory`.
        seed: of the training.
        options: of the objective.
        with_network: whether the trained network is to be asked too, not codes and outputs alone.
        labels: what tells it from the others, beside `bits` and `seed`.
    """
    pretrain = setting.weights == "pretrain"
    start = {"backbone_from": classifier(setting)} if pretrain else {"weights": setting.weights}
    config = TrainingConfig(
        dataset=setting.dataset,
        dataset_options=setting.dataset_options,
        backbone=setting.backbone,
        head=setting.head,
        bits=centers.shape[1],
        objective=objective,
        objective_options=dict(options or {}),
        centers=freeze_centers(centers),
        recipe=setting.recipe,
        seed=seed,
        trainable=setting.trainable,
        device=setting.device,
        **start,
    )
    config = WithNetwork(**vars(config)) if with_network else config
    return GridPoint({"bits": config.bits, "seed": seed, **labels}, config)


def csq_training(
    setting: Setting,
    bits: int,
    seed: int,
    *,
    options: Mapping[str, float | str],
    generator: str = "csq",
    draw: int | None = None,
    **labels: Any,
) -> GridPoint:
    """One training of a grid towards the centers of a generator, with CSQ's loss.

    Args:
        setting: data, backbone, recipe and device.
        bits: length of the codes.
        seed: of the training, and of the draw of its centers unless `draw` is given.
        options: weights and forms of the central objective (S.7).
        generator: of the centers.
        draw: seed of the centers.
        labels: what tells it from the others, beside `bits` and `seed`, and the rest of `hash_training`.
    """
    center_seed = seed if draw is None else draw
    centers = make_centers(generator, bits, setting.data().num_classes, seed=center_seed)
    return hash_training(setting, centers, objective="central", seed=seed, options=options, **labels)
