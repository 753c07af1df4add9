"""Networks of timm by name: their features, scaling, cut, and weights from packages; every bad name in one line."""

import re
from importlib import metadata
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from basics.errors import InputError
from hashcenters.models.factory import find_backbone, make_backbone
from hashcenters.models.network import folded
from hashcenters.training.transforms import to_inputs
from shelf.networks import timm_networks
from shelf.networks.timm_networks import PACKAGES, Package

SMALL = "timm:test_efficientnet"


def pictures(number: int = 2, size: int = 64) -> torch.Tensor:
    draw = torch.Generator().manual_seed(0)
    return torch.randint(256, (number, 3, size, size), dtype=torch.uint8, generator=draw)


def test_grey_values_and_size_are_those_that_the_network_expects():
    backbone = find_backbone(f"{SMALL}@64")(3)
    backbone.prepared.expect(127 / 255, 128 / 255)
    flat = torch.full((1, 3, 32, 32), 200, dtype=torch.uint8)
    prepared = backbone.prepared(to_inputs(flat))
    assert prepared.shape == (1, 3, 64, 64)
    torch.testing.assert_close(prepared, torch.full_like(prepared, (200 - 127) / 128), atol=1e-5, rtol=0)


def test_pictures_of_the_right_size_are_not_resampled():
    backbone = find_backbone(f"{SMALL}@64")(3)
    assert torch.equal(
        backbone.prepared(to_inputs(pictures())), find_backbone(SMALL)(3).prepared(to_inputs(pictures()))
    )


@pytest.mark.parametrize("trainable", ["head", "last-stage"])
@pytest.mark.parametrize("name", ["test_efficientnet", "test_resnet"])
def test_what_is_below_the_cut_and_what_is_above_are_the_whole(name, trainable):
    whole = find_backbone(f"timm:{name}")(3).eval()
    below, above = whole.split(trainable)
    inputs = to_inputs(pictures())
    with torch.inference_mode():
        assert torch.equal(above(below(inputs)), whole(inputs))
    assert bool(list(above.parameters())) is (trainable == "last-stage")
    shared = {id(parameter) for parameter in below.parameters()} & {id(parameter) for parameter in above.parameters()}
    assert not shared


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("timm:no_such_network", "timm has no network 'no_such_network'"),
        ("timm:", "timm has no network ''"),
        ("timm", "timm:NAME"),
        ("alexnet:224", "timm:NAME"),
        (f"{SMALL}@8", "16 to 1024 pixels, got '8'"),
        (f"{SMALL}@big", "16 to 1024 pixels, got 'big'"),
        ("timm:test_efficientnt", "near are"),
    ],
)
def test_a_name_that_is_no_network_is_said_in_one_line(name, said):
    with pytest.raises(InputError, match=re.escape(said)) as raised:
        find_backbone(name)(3)
    assert "\n" not in str(raised.value)


class Maps(torch.nn.Conv2d):
    """A network whose features are maps."""

    pretrained_cfg: ClassVar = {"input_size": (3, 32, 32)}


def test_a_network_without_pooled_features_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(timm_networks.timm, "create_model", lambda name, **options: Maps(3, 8, 3))
    with pytest.raises(
        InputError, match=r"test_resnet must give one vector of features a picture, .* \(1, 8, 30, 30\)"
    ):
        find_backbone("timm:test_resnet")(3)


def test_pictures_of_a_size_that_the_network_does_not_take_are_said_in_one_line():
    said = r"cannot take pictures of 64 × 64 pixels .* timm:NAME@SIZE scales them"
    with pytest.raises(InputError, match=said):
        find_backbone("timm:vit_tiny_patch16_224")(3)(to_inputs(pictures()))
    assert find_backbone("timm:vit_tiny_patch16_224@224")(3)(to_inputs(pictures())).shape == (2, 192)


def test_stages_that_do_not_follow_each_other_cannot_be_cut():
    with pytest.raises(InputError, match="do not simply follow each other"):
        find_backbone("timm:test_vit")(3).split("last-stage")


def test_every_package_is_pinned_in_the_lock():
    lock = (Path(__file__).parents[3] / "requirements.lock").read_text()
    for package in PACKAGES.values():
        assert f"{package.name}=={package.version}" in lock


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (Package("no-such-weights", "1.0"), "no-such-weights==1.0, which is not installed"),
        (Package("timm", "0.0.1"), f"timm==0.0.1, got version {metadata.version('timm')}"),
        (Package("timm", metadata.version("timm")), "must hold one models/*.pth file, got 0"),
        (PACKAGES["tf_efficientnet_lite1"], "do not fit timm's test_efficientnet"),
    ],
)
def test_a_package_that_does_not_serve_is_said_in_one_line(monkeypatch, package, said):
    monkeypatch.setitem(timm_networks.PACKAGES, "test_efficientnet", package)
    with pytest.raises(InputError, match=re.escape(said)):
        make_backbone(SMALL, in_channels=3, weights="imagenet")


def test_weights_that_must_be_downloaded_and_cannot_be_are_said_in_one_line(monkeypatch):
    def fails(name, **options):
        raise OSError("no\nnetwork")

    backbone = find_backbone(SMALL)(3)
    monkeypatch.setattr(timm_networks.timm, "create_model", fails)
    with pytest.raises(InputError, match="timm cannot give weights of test_efficientnet \\(no network\\)"):
        timm_networks.load_imagenet(backbone)


def test_a_file_of_weights_is_taken_by_name(tmp_path):
    first = make_backbone(SMALL, in_channels=3)
    torch.save(first.layers.state_dict(), tmp_path / "weights.pth")
    again = make_backbone(SMALL, in_channels=3, weights=str(tmp_path / "weights.pth"))
    for one, two in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, two)


@pytest.mark.parametrize("name", ["timm:test_efficientnet", "resnet50-64"])
def test_folded_normalisations_give_the_same_features(name):
    network = find_backbone(name)(3).eval()
    for layer in network.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 2)
    inputs = to_inputs(pictures())
    fast = folded(network, inputs)
    assert not any(type(layer) is torch.nn.BatchNorm2d for layer in fast.modules())
    assert any(isinstance(layer, torch.nn.BatchNorm2d) for layer in network.modules())
    with torch.inference_mode():
        torch.testing.assert_close(fast(inputs), network(inputs), rtol=1e-3, atol=1e-3)


class Backwards(torch.nn.Sequential):
    """Normalises what it gets, not what its convolution makes of it."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        convolution, norm = self
        return convolution(norm(inputs))


def test_a_normalisation_before_its_convolution_is_not_folded():
    network = Backwards(torch.nn.Conv2d(3, 3, 3), torch.nn.BatchNorm2d(3)).eval()
    network[1].running_mean.fill_(1.0)
    assert folded(network, to_inputs(pictures())) is network
