"""Weights from files and from torchvision's cache: what fits, and one clear line for what does not."""

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file
from torchvision.models import ResNet50_Weights, WeightsEnum

from basics.errors import InputError
from hashcenters.models.factory import BACKBONES, find_backbone, make_network, torchvision_weights
from hashcenters.models.weights import imagenet_weights, load_backbone, read_weights

NAME = "resnet-narrow"


def layers(seed: int = 1) -> dict[str, torch.Tensor]:
    """Weights as a file may hold them: safetensors takes contiguous tensors only."""
    torch.manual_seed(seed)
    state = make_network(NAME, 8, in_channels=1).backbone.layers.state_dict()
    return {name: value.contiguous() for name, value in state.items()}


@pytest.mark.parametrize("prefix", ["", "module.", "backbone.layers.", "network.backbone.layers."])
@pytest.mark.parametrize("suffix", [".safetensors", ".pth"])
def test_a_file_of_weights_is_loaded(tmp_path: Path, prefix: str, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    saved = {f"{prefix}{name}": value for name, value in layers().items()}
    if prefix.endswith("layers."):
        saved["network.hash_layer.0.weight"] = torch.zeros(8, 8)
    if suffix == ".safetensors":
        save_file(saved, path)
    else:
        torch.save({"state_dict": saved}, path)
    loaded = make_network(NAME, 8, in_channels=1, weights=str(path)).backbone.layers.state_dict()
    assert all(torch.equal(loaded[name], value) for name, value in layers().items())


def test_the_last_layer_of_torchvision_s_network_is_ignored() -> None:
    backbone = find_backbone("resnet50")(3)
    tensors = backbone.layers.state_dict() | {"fc.weight": torch.zeros(9, 9), "fc.bias": torch.zeros(9)}
    load_backbone(backbone, tensors, source="test")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda tensors: tensors.pop("conv1.weight"), "lack conv1.weight$"),
        (
            lambda tensors: [tensors.pop(f"layer1.0.bn{i}.{part}") for i in (1, 2) for part in ("weight", "bias")],
            r"lack layer1\.0\.bn1\.bias, .* and 1 more",
        ),
        (lambda tensors: tensors.update(extra=torch.zeros(1)), "have besides extra$"),
        (lambda tensors: tensors.update({"conv1.weight": torch.zeros(1)}), "other shapes for conv1.weight$"),
    ],
)
def test_weights_that_do_not_fit_are_named(tmp_path: Path, change, message: str) -> None:
    path, tensors = tmp_path / "weights.safetensors", dict(layers())
    change(tensors)
    save_file(tensors, path)
    with pytest.raises(InputError, match=message):
        make_network(NAME, 8, in_channels=1, weights=str(path))


class Code:
    """Something whose unpickling would run code."""

    def __reduce__(self):
        return print, ("this must not run",)


def cut(path: Path) -> None:
    torch.save(layers(), path)
    path.write_bytes(path.read_bytes()[:2000])


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("gone.pth", lambda path: None, "no weights file at .*gone.pth"),
        ("cut.pth", cut, "cannot read weights from .*cut.pth"),
        ("text.pth", lambda path: path.write_text("hello"), "cannot read weights from .*text.pth"),
        ("cut.safetensors", lambda path: path.write_bytes(b"\x10"), "cannot read weights from"),
        ("code.pth", lambda path: torch.save({"a": Code()}, path), "cannot read weights from"),
        ("list.pth", lambda path: torch.save([1, 2], path), "must hold named tensors .*, got list"),
    ],
)
def test_files_that_are_no_weights_are_refused(tmp_path: Path, capsys, name: str, write, message: str) -> None:
    write(tmp_path / name)
    with pytest.raises(InputError, match=message) as caught:
        read_weights(tmp_path / name)
    assert "\n" not in str(caught.value)
    assert "must not run" not in capsys.readouterr().out


def test_without_network_the_message_says_where_the_file_goes(tmp_path: Path, monkeypatch) -> None:
    def offline(self: WeightsEnum, **_: object) -> None:
        raise URLError("no network")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(WeightsEnum, "get_state_dict", offline)
    place = tmp_path / "hub" / "checkpoints" / "resnet50-0676ba61.pth"
    with pytest.raises(InputError, match=rf"put that file at {place}"):
        imagenet_weights(ResNet50_Weights.IMAGENET1K_V1)


def test_narrow_networks_have_no_imagenet_weights() -> None:
    with pytest.raises(InputError, match="no ImageNet weights for resnet-narrow"):
        make_network(NAME, 8, in_channels=1, weights="imagenet")


@pytest.mark.parametrize("name", sorted(BACKBONES.keys() - {"timm"}))
def test_torchvision_s_weights_fit_the_networks_that_have_them(name: str) -> None:
    found = torchvision_weights(name)
    assert (found is None) == ("narrow" in name or name == "mfnet")
    if found is None:
        return
    with torch.device("meta"):
        backbone = find_backbone(name)(3)
    whole = found.meta["num_params"]
    cut = 1000 * (backbone.feature_dim + 1)
    assert sum(parameter.numel() for parameter in backbone.parameters()) == whole - cut
