"""Objectives by name."""

import inspect

from basics.errors import InputError
from torch import nn

from hashcenters.losses.classification import ClassificationObjective
from hashcenters.losses.joint import Weight
from hashcenters.losses.objectives import (
    Centers,
    CentralObjective,
    FaceObjective,
    MagnetObjective,
    Objective,
    RepMetObjective,
    SemanticObjective,
)

OBJECTIVES: dict[str, type[Objective]] = {
    "central": CentralObjective,
    "face": FaceObjective,
    "magnet": MagnetObjective,
    "repmet": RepMetObjective,
    "semantic": SemanticObjective,
}
CLASSIFICATION = "classification"


def make_objective(
    name: str, centers: Centers | None, *, network: nn.Module | None = None, **options: Weight | str | None
) -> Objective | ClassificationObjective:
    """The objective called `name`, with its documented weights where none are given.

    Args:
        name: a key of `OBJECTIVES`, or "classification".
        centers: ±1 hash centers, one row a class; None for classification.
        network: whose head is classified with; only classification reads it.
        options: keyword arguments of that objective, such as its λ.

    Raises:
        InputError: an unknown name or option, or centers, or a network that is missing or not wanted.
    """
    if name == CLASSIFICATION:
        check_options(name, ClassificationObjective, options, given=("head",))
        if network is None or centers is not None:
            raise InputError("classification needs a network with a classifier as its head, and no centers")
        return ClassificationObjective(network.hash_layer.linear, **options)
    if name not in OBJECTIVES:
        names = ", ".join([*OBJECTIVES, CLASSIFICATION])
        raise InputError(f"objective must be one of {names}, got {name!r}")
    check_options(name, OBJECTIVES[name], options, given=("centers",))
    if centers is None:
        raise InputError(f"objective {name!r} needs hash centers, got None")
    return OBJECTIVES[name](centers, **options)


def check_options(name: str, objective: type, options: dict, *, given: tuple[str, ...]) -> None:
    """Raise `InputError` for an option that the objective does not have."""
    known = [option for option in inspect.signature(objective).parameters if option not in given]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise InputError(f"objective {name!r} takes {', '.join(known)}, got {', '.join(unknown)}")
