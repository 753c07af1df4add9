"""The learning rates of both documents, on real optimisers."""

import pytest
import torch

from hashcenters.models.factory import make_network
from hashcenters.models.groups import parameter_groups


@pytest.mark.parametrize("backbone", ["alexnet-narrow", "vgg-narrow", "resnet-narrow", "mfnet-narrow"])
@pytest.mark.parametrize("head", ["csq", "shc"])
def test_every_parameter_is_in_one_group(backbone: str, head: str) -> None:
    network = make_network(backbone, 16, in_channels=1, head=head)
    groups = parameter_groups(network, lr=1e-5, head_factor=20)
    grouped = [id(parameter) for group in groups for parameter in group["params"]]
    assert sorted(grouped) == sorted(id(parameter) for parameter in network.parameters())
    assert {id(p) for p in groups[1]["params"]} == {id(p) for p in network.hash_layer.parameters()}


@pytest.mark.parametrize(
    ("make", "lr", "factor"),
    [
        (lambda groups: torch.optim.Adam(groups), 1e-5, 20),
        (lambda groups: torch.optim.SGD(groups, momentum=0.9, weight_decay=1e-4), 5e-4, 5),
    ],
    ids=["images", "video"],
)
def test_a_step_moves_the_hash_layer_at_its_own_rate(make, lr: float, factor: float) -> None:
    network = make_network("alexnet-narrow", 16, in_channels=1)
    optimiser = make(parameter_groups(network, lr=lr, head_factor=factor))
    rates = {group["name"]: group["lr"] for group in optimiser.param_groups}
    assert rates == {"backbone": lr, "hash_layer": pytest.approx(lr * factor)}
    before = {name: value.detach().clone() for name, value in network.named_parameters()}
    for parameter in network.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimiser.step()
    for name, value in network.named_parameters():
        # Adam's first step is the rate itself; so is SGD's on a gradient of 1, but for weight decay
        moved = (before[name] - value).abs().mean().item()
        expected = lr * (factor if name.startswith("hash_layer") else 1)
        assert moved == pytest.approx(expected, rel=1e-2), name


def test_frozen_parameters_are_left_out() -> None:
    network = make_network("resnet-narrow", 16, in_channels=1)
    network.backbone.requires_grad_(False)
    backbone, head = parameter_groups(network, lr=1.0, head_factor=1.0)
    assert backbone["params"] == [] and len(head["params"]) == 6
