"""Feature sizes, parameter counts and the 64-pixel forms; the full networks on the meta device, without memory."""

import pytest
import torch
from torch import Tensor, nn

from basics.errors import InputError
from hashcenters.models.factory import BACKBONES, find_backbone, make_network
from hashcenters.models.network import Backbone, category_features
from hashcenters.training.transforms import to_inputs

NARROW = ["alexnet-narrow", "vgg-narrow", "resnet-narrow"]
# torchvision's published counts less the last layer
FULL = {
    "alexnet": 61_100_840 - 4097 * 1000,
    "vgg16": 138_357_544 - 4097 * 1000,
    "resnet50": 25_557_032 - 2049 * 1000,
}


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize(("channels", "size"), [(1, (10, 20)), (1, (20, 20)), (3, (16, 24)), (1, (32, 32))])
def test_narrow_backbones_take_small_images(name: str, channels: int, size: tuple[int, int]) -> None:
    network = make_network(name, 16, in_channels=channels)
    images = torch.randn(3, channels, *size)
    assert network.features(images).shape == (3, network.backbone.feature_dim)
    assert network(images).shape == (3, 16)
    assert network(images).abs().max() <= 1


@pytest.mark.parametrize("name", NARROW)
def test_narrow_backbones_are_small_and_all_of_them_learns(name: str) -> None:
    network = make_network(name, 16, in_channels=1)
    assert count(network.backbone) <= 150_000
    network(torch.randn(8, 1, 10, 20)).square().sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in network.backbone.parameters())


@pytest.mark.parametrize("name", NARROW)
def test_initial_weights_follow_from_torch_s_seed(name: str) -> None:
    states = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        states.append(make_network(name, 16, in_channels=1).state_dict())
    first, same, other = states
    assert all(torch.equal(first[key], same[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@pytest.mark.parametrize("name", NARROW)
def test_gradients_are_bit_identical_on_one_thread(name: str) -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    gradients = []
    for _ in range(2):
        torch.manual_seed(0)
        network = make_network(name, 16, in_channels=1)
        network(torch.randn(8, 1, 10, 20)).square().sum().backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    torch.set_num_threads(threads)
    assert all(torch.equal(a, b) for a, b in zip(*gradients, strict=True))


@pytest.mark.parametrize(
    ("name", "layout"), [("vgg-narrow", torch.channels_last), ("mfnet-narrow", torch.channels_last_3d)]
)
def test_convolutions_are_laid_out_channels_last(name: str, layout: torch.memory_format) -> None:
    network = make_network(name, 16, in_channels=3)
    weights = [p for p in network.parameters() if p.ndim > 3]
    assert weights and all(weight.is_contiguous(memory_format=layout) for weight in weights)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", [*NARROW, "mfnet-narrow"])
def test_maps_and_their_gradients_stay_channels_last(name: str, channels: int) -> None:
    layouts = {4: torch.channels_last, 5: torch.channels_last_3d}
    seen: list[Tensor] = []

    def watch(_layer: nn.Module, _inputs: object, output: Tensor) -> None:
        seen.append(output)
        output.register_hook(seen.append)

    network = make_network(name, 16, in_channels=channels)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Conv3d):
            layer.register_forward_hook(watch)
    size = (16, 16, 16) if name == "mfnet-narrow" else (12, 20)
    network(to_inputs(torch.randint(0, 255, (4, channels, *size), dtype=torch.uint8))).sum().backward()
    assert len(seen) >= 2 * 5
    assert all(map_.is_contiguous(memory_format=layouts[map_.ndim]) for map_ in seen)


@pytest.mark.parametrize("name", FULL)
def test_full_backbones_are_torchvision_s_without_the_last_layer(name: str) -> None:
    with torch.device("meta"):
        backbone = find_backbone(name)(3)
        assert count(backbone) == FULL[name]
        assert backbone(torch.empty(2, 3, 224, 224)).shape == (2, backbone.feature_dim)


@pytest.mark.parametrize("name", FULL)
def test_64_pixel_forms_have_the_same_parameters_and_a_larger_last_map(name: str) -> None:
    with torch.device("meta"):
        small, full = (find_backbone(kind)(3) for kind in (f"{name}-64", name))
        shapes = [{key: v.shape for key, v in b.state_dict().items()} for b in (small, full)]
        assert shapes[0] == shapes[1]
        assert small(torch.empty(2, 3, 64, 64)).shape == (2, small.feature_dim)
        last = {"alexnet": 6, "vgg16": 4, "resnet50": 4}[name]
        assert last_map(small).shape[2:] == (last, last)
        assert last_map(full).shape[2:] < (last, last)


def last_map(backbone: nn.Module) -> torch.Tensor:
    """What enters the last pool for a 64-pixel image."""
    seen = []
    hook = backbone.layers.avgpool.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    backbone(torch.empty(2, 3, 64, 64))
    hook.remove()
    return seen[0]


def test_category_features_are_the_rows_of_the_classifier() -> None:
    network = make_network("vgg-narrow", 7, in_channels=1, head="shc-classifier")
    features = category_features(network)
    assert features.shape == (7, network.backbone.feature_dim) and features.dtype == "float64"


@pytest.mark.parametrize(
    ("name", "channels", "message"),
    [
        ("resnet18", 3, f"one of {', '.join(BACKBONES)}, got 'resnet18'"),
        ("resnet50-64", 1, "3 colour channels, got 1"),
        ("mfnet", 1, "mfnet takes 3 colour channels, got 1"),
    ],
)
def test_bad_backbones_are_refused(name: str, channels: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_network(name, 16, in_channels=channels)


def pooled(in_channels: int) -> Backbone:
    """A backbone of one's own: the mean of every channel."""
    return Backbone(nn.AdaptiveAvgPool2d(1), in_channels)


def test_a_new_backbone_is_a_function_and_a_row_of_the_table(monkeypatch) -> None:
    monkeypatch.setitem(BACKBONES, "pooled", f"{__name__}:pooled")
    network = make_network("pooled", 16, in_channels=3)
    images = torch.randn(2, 3, 8, 8)
    torch.testing.assert_close(network.features(images), images.mean(dim=(2, 3)))
    assert network(images).shape == (2, 16)
