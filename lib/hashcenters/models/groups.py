"""Which part of a network learns how fast."""

from typing import Any

from torch import nn


def parameter_groups(network: nn.Module, *, lr: float | int, head_factor: float | int) -> list[dict[str, Any]]:
    """Parameter groups for an optimiser: the hash layer at `lr * head_factor`, all else at `lr`.

    Args:
        network: has a `hash_layer`.
        lr: learning rate of the backbone.
        head_factor: 20 for CSQ's images, 5 for its videos.

    Returns:
        The groups "backbone" and "hash_layer"; together they hold every trainable parameter once.

    Source: CSQ supplement, §3.2 and §3.3.
    """
    head = [parameter for parameter in network.hash_layer.parameters() if parameter.requires_grad]
    of_head = {id(parameter) for parameter in head}
    rest = [p for p in network.parameters() if p.requires_grad and id(p) not in of_head]
    return [
        {"params": rest, "lr": lr, "name": "backbone"},
        {"params": head, "lr": lr * head_factor, "name": "hash_layer"},
    ]
