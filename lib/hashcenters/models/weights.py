"""Weights for a backbone: torchvision's, or those in a file."""

import warnings
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError

import torch
from safetensors.torch import load_file
from torch import Tensor
from torchvision.models import WeightsEnum

from basics.errors import InputError, shown
from basics.memory import check_fits
from hashcenters.models.network import Backbone

# where a backbone's tensors stand in the files of this workbook and of others
PREFIXES = ("network.backbone.layers.", "backbone.layers.", "module.")


def imagenet_weights(weights: WeightsEnum) -> dict[str, Tensor]:
    """torchvision's weights from torch's cache, downloaded into it when they are not there.

    Raises:
        InputError: they must be downloaded and cannot be; says which file to put where.
    """
    folder = Path(torch.hub.get_dir()) / "checkpoints"
    try:
        return weights.get_state_dict(progress=False, check_hash=True, map_location="cpu", weights_only=True)
    except (URLError, OSError, RuntimeError) as error:
        file = weights.url.rsplit("/", 1)[-1]
        raise InputError(f"cannot get {weights.url} ({error}); put that file at {folder / file}") from error


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a `.safetensors` file or of a torch file, which is never unpickled.

    Raises:
        InputError: the file is missing, damaged, larger than memory, or holds anything but named tensors.
    """
    if not path.is_file():
        raise InputError(f"there is no weights file at {path}; put one there, or set weights to none")
    check_fits(path.stat().st_size, path)
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        with warnings.catch_warnings(action="ignore"):  # of forms that are refused below
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # readers given a hostile file may raise anything
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise InputError(f"cannot read weights from {path}: {reason}") from error
    content = content.get("state_dict", content) if isinstance(content, Mapping) else content
    if not isinstance(content, Mapping):
        raise InputError(f"{path} must hold named tensors (a state_dict), got {type(content).__name__}")
    for name, value in content.items():
        if not isinstance(name, str) or not isinstance(value, Tensor) or value.layout != torch.strided:
            raise InputError(f"{path} must hold named, dense tensors, got {type(value).__name__} {shown(name)}")
    return dict(content)


def backbone_part(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The backbone's tensors under their own names, whatever they were saved as part of."""
    prefix = next((prefix for prefix in PREFIXES if any(name.startswith(prefix) for name in tensors)), "")
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def some(names: set[str]) -> str:
    """The first three names, and how many more there are."""
    return ", ".join(sorted(names)[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def load_backbone(backbone: Backbone, tensors: Mapping[str, Tensor], *, source: str) -> None:
    """Copy tensors into a backbone; the last layer that it does not have may be among them.

    Args:
        backbone: changed in place.
        tensors: from `imagenet_weights` or `read_weights`.
        source: of the tensors, for the message.

    Raises:
        InputError: tensors are missing, too many, or of another shape; names them.
    """
    found = backbone_part(tensors)
    if backbone.cut:
        found = {name: value for name, value in found.items() if not name.startswith(f"{backbone.cut}.")}
    expected = backbone.layers.state_dict()
    wrong = {
        "lack": expected.keys() - found.keys(),
        "have besides": found.keys() - expected.keys(),
        "have other shapes for": {
            name for name in expected.keys() & found.keys() if expected[name].shape != found[name].shape
        },
    }
    problems = [f"{what} {some(names)}" for what, names in wrong.items() if names]
    if problems:
        raise InputError(f"the weights of {source} do not fit the network: they {'; '.join(problems)}")
    backbone.layers.load_state_dict(found)
