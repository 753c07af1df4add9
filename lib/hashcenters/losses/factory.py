"""Objectives by name."""

import inspect
from pkgutil import resolve_name

from torch import nn

from basics.errors import InputError, one_of
from basics.source import by_name
from hashcenters.losses.objective import CenterObjective, Centers, Objective, Weight

OBJECTIVES = {
    "central": "hashcenters.losses.joint:CentralObjective",
    "face": "hashcenters.losses.face:FaceObjective",
    "magnet": "hashcenters.losses.magnet:MagnetObjective",
    "embedding": "hashcenters.losses.embedding:EmbeddingObjective",
    "repmet": "hashcenters.losses.repmet:RepMetObjective",
    "semantic": "hashcenters.losses.semantic:SemanticObjective",
    "classification": "hashcenters.losses.classification:ClassificationObjective",
}


@by_name("OBJECTIVES")
def make_objective(
    name: str, centers: Centers | None, *, network: nn.Module | None = None, **options: Weight | str | None
) -> Objective:
    """The objective called `name`, with its documented weights where none are given.

    Args:
        name: a key of `OBJECTIVES`.
        centers: ±1 hash centers, one row a class; None for classification.
        network: whose head is classified with; only classification reads it.
        options: keyword arguments of that objective, such as its λ.

    Raises:
        InputError: an unknown name or option, or centers, or a network that is missing or not wanted.
    """
    objective = resolve_name(OBJECTIVES[one_of(name, OBJECTIVES, "objective")])
    _, *known = inspect.signature(objective).parameters
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise InputError(f"objective {name!r} takes {', '.join(known)}, got {', '.join(unknown)}")
    if not issubclass(objective, CenterObjective):
        if network is None or centers is not None:
            raise InputError(f"{name} needs a network with a classifier as its head, and no centers")
        return objective(network.hash_layer.linear, **options)
    if centers is None:
        raise InputError(f"objective {name!r} needs hash centers, got None")
    return objective(centers, **options)
