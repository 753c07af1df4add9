"""Checkpoints in safetensors files that carry their own checksum; nothing is ever unpickled."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from basics.errors import InputError
from basics.files import whole_file


def digest_of(tensors: Mapping[str, torch.Tensor], note: str) -> str:
    """SHA-256 of named tensors and a note."""
    digest = hashlib.sha256(note.encode())
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def save_tensors(path: Path, tensors: Mapping[str, torch.Tensor], note: Any = None) -> None:
    """Write named tensors and a JSON-able note to one file, whole or not at all."""
    stored = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
    text = json.dumps(note, sort_keys=True)
    with whole_file(path) as temporary:
        save_file(stored, temporary, metadata={"note": text, "sha256": digest_of(stored, text)})


def load_tensors(path: Path) -> tuple[dict[str, torch.Tensor], Any]:
    """Read a file of `save_tensors` and check its content.

    Raises:
        InputError: the file is missing, cut, or not what was written.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if "note" not in metadata or metadata.get("sha256") != digest_of(tensors, metadata["note"]):
        raise InputError(f"{path} does not hold what was written into it: its checksum differs")
    return tensors, json.loads(metadata["note"])


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be used so that it is kept but not read again, and return its new name."""
    aside = path.with_name(path.name + ".damaged")
    path.replace(aside)
    return aside


def moments_of(optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """What an optimiser remembers of its steps, by number of the parameter and name; its rates are not among it."""
    state = optimiser.state_dict()["state"]
    return {f"{index}.{name}": value for index, moments in state.items() for name, value in moments.items()}


def restore_moments(optimiser: torch.optim.Optimizer, moments: Mapping[str, torch.Tensor]) -> None:
    """Give an optimiser back what `moments_of` found in one over the same parameters."""
    state: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in moments.items():
        index, name = key.split(".")
        state.setdefault(int(index), {})[name] = value
    optimiser.load_state_dict(optimiser.state_dict() | {"state": state})


def part(tensors: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose names start with a prefix, without it."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}
