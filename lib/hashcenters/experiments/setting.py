"""What the trainings of one notebook share: data, backbone, recipe, device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import yaml

from hashcenters.datasets.splits import HashingData
from hashcenters.errors import InputError
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.run import load_data


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
        head: "csq" or "shc".
        device: "cpu" or "cuda".
    """

    dataset: str
    backbone: str
    weights: str
    recipe: Recipe
    pretrain_recipe: Recipe
    dataset_options: Mapping[str, Any]
    pretrain_dataset: str = ""
    pretrain_options: Mapping[str, Any] = field(default_factory=dict)
    head: str = "csq"
    device: str = "cpu"

    def data(self) -> HashingData:
        """The data set; it stays in memory.

        Raises:
            InputError: it has no validation split.
        """
        return load_checked(self.dataset, self.dataset_options)


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
    """Options of a data set from `key=value` texts; the values are read as YAML.

    Raises:
        InputError: a text without "=".

    >>> parse_options(["noise=0.2", "top_k=50"])
    {'noise': 0.2, 'top_k': 50}
    """
    parsed = {"root": root} if root else {}
    for option in options:
        name, sign, value = str(option).partition("=")
        if not sign:
            raise InputError(f'dataset_options must look like "key=value", got {option!r}')
        parsed[name] = yaml.safe_load(value)
    return parsed


def pretraining_recipe(*, epochs: int, lr: float, batch_size: int, augment: str) -> Recipe:
    """Adam at one rate for all layers, which falls to 0.3 of itself after every third of the epochs."""
    return Recipe(
        epochs=epochs,
        lr=lr,
        head_factor=1.0,
        batch_size=batch_size,
        augment=augment,
        lr_decay=0.3,
        lr_decay_epochs=max(1, -(-epochs // 3)),
    )


def make_setting(parameters: Mapping[str, Any]) -> Setting:
    """The setting that a training notebook's parameters describe.

    Args:
        parameters: by name, as in the parameters cell: dataset, dataset_options, root, backbone, weights, epochs,
            learning_rate, lr_decay, lr_decay_epochs, head_factor, optimiser, momentum, weight_decay, clip,
            batch_size, augment, head, pretrain_epochs, pretrain_learning_rate, pretrain_dataset,
            pretrain_options, device. Others are ignored.
    """
    get = parameters.get
    shared = {"batch_size": get("batch_size", 64), "augment": get("augment", "none")}
    return Setting(
        dataset=parameters["dataset"],
        dataset_options=parse_options(get("dataset_options", []), root=get("root", "")),
        backbone=parameters["backbone"],
        weights=parameters["weights"],
        recipe=Recipe(
            epochs=parameters["epochs"],
            lr=parameters["learning_rate"],
            head_factor=get("head_factor", 20.0),
            optimiser=get("optimiser", "adam"),
            momentum=get("momentum", 0.9),
            weight_decay=get("weight_decay", 0.0),
            clip=get("clip") or None,
            lr_decay=get("lr_decay", 1.0),
            lr_decay_epochs=get("lr_decay_epochs", 0),
            **shared,
        ),
        pretrain_recipe=pretraining_recipe(
            epochs=get("pretrain_epochs", 18), lr=get("pretrain_learning_rate", 2e-3), **shared
        ),
        pretrain_dataset=get("pretrain_dataset", ""),
        pretrain_options=parse_options(get("pretrain_options", [])),
        head=get("head", "csq"),
        device=get("device", "cpu"),
    )


def classifier(
    setting: Setting, *, backbone: str | None = None, head: str = "classifier", seed: int = 0, **options: Any
) -> TrainingConfig:
    """The classification training that a backbone is pre-trained by.

    Args:
        setting: data, recipe and device.
        backbone: another one than the setting's.
        head: "classifier", or "shc-classifier" for category features.
        seed: of the training.
        options: of the classification objective.
    """
    dataset, options_of_data = setting.dataset, setting.dataset_options
    if setting.pretrain_dataset:
        dataset = setting.pretrain_dataset
        options_of_data = setting.pretrain_options or setting.dataset_options
    return TrainingConfig(
        dataset=dataset,
        dataset_options=options_of_data,
        backbone=backbone or setting.backbone,
        head=head,
        bits=load_checked(dataset, options_of_data).num_classes,
        objective="classification",
        objective_options=options,
        recipe=setting.pretrain_recipe,
        seed=seed,
        device=setting.device,
    )


def hash_training(
    setting: Setting,
    centers: np.ndarray,
    *,
    objective: str,
    seed: int,
    options: Mapping[str, Any] | None = None,
) -> TrainingConfig:
    """A hash training towards given centers.

    Args:
        setting: data, backbone, recipe and device.
        centers: ±1, one row a class; where the objective learns them, the initial ones.
        objective: a name known to `hashcenters.losses.objectives`.
        seed: of the training.
        options: of the objective.
    """
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
        device=setting.device,
    )
    if setting.weights == "pretrain":
        return replace(config, backbone_from=classifier(setting))
    return replace(config, weights=setting.weights)
