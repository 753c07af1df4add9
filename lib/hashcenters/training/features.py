"""What the frozen part of a network makes of pictures: encoded once, kept in files, shared by all trainings.

Each set of pictures, network, weights, cut and arithmetic has a folder of its own below `basics.paths.features_root`.
In it lie `PART.f16`, rows of half-precision numbers for the pictures of a part that no part before it holds, and
`PART.json`, the SHA-256 of every block of rows. Blocks are written one after the other; one that is not there, or not
what was written, is encoded again, and nothing else is.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from jaxtyping import Float16, Int
from torch import nn

from basics.errors import InputError
from basics.files import read_json, write_json
from basics.paths import features_root
from basics.source import digests
from basics.text import pictures_done
from hashcenters.datasets.inputs import Selected, batches
from hashcenters.datasets.splits import PARTS, HashingData, Inputs
from hashcenters.training.checkpoint import digest_of
from hashcenters.training.transforms import to_inputs

log = logging.getLogger(__name__)

CODE = "hashcenters.training.features:encode_rows"
HOUSES = ("hashcenters.", "shelf.")  # whose layers count by their code
BATCH = {"cpu": 16, "cuda": 512}  # pictures encoded together: what they become must fit the caches of a processor
BLOCK = 512  # pictures between two entries of the file of digests
HALF = np.dtype(np.float16)
IN_MEMORY = 2**28  # bytes of features that a part may take there
SECONDS = 2.0  # between two lines of progress
_LISTENER: ContextVar[Callable[[str], None]] = ContextVar("listener", default=lambda line: None)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Have a line of progress given to a function every few seconds of an encoding, while the block runs."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def arithmetic(device: torch.device) -> torch.dtype:
    """bf16 where the device multiplies in it, else float32."""
    able = torch.cpu.get_capabilities()
    bf16 = device.type == "cuda" or able.get("avx512_bf16") or able.get("amx_bf16")
    return torch.bfloat16 if bf16 else torch.float32


def encode_rows(network: nn.Module, pictures: np.ndarray, device: torch.device) -> Float16[np.ndarray, "n ..."]:
    """What a network in evaluation mode on a device makes of `uint8` pictures, in half precision."""
    dtype = arithmetic(device)
    with torch.inference_mode(), torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        parts = torch.from_numpy(pictures).split(BATCH[device.type])
        rows = [network(to_inputs(part.to(device))).half().cpu() for part in parts]
    return torch.cat(rows).numpy()


def places(inputs: Inputs) -> list[tuple[int, int]]:
    """What each input is, wherever it is selected from: equal for the same row of the same inputs."""
    chosen = isinstance(inputs, Selected)
    base, rows = (inputs.inputs, inputs.indices) if chosen else (inputs, np.arange(len(inputs)))
    return [(id(base), row) for row in np.asarray(rows).tolist()]


@dataclass(frozen=True)
class Features:
    """Inputs that are rows of files, which are encoded when they are first asked for.

    Args:
        open_file: the rows that the file of a part holds.
        part: (n,) number of the part whose file holds each row.
        row: (n,) where in it.
    """

    open_file: Callable[[int], Float16[np.ndarray, "rows ..."]]
    part: Int[np.ndarray, "n"]
    row: Int[np.ndarray, "n"]

    def __len__(self) -> int:
        return len(self.row)

    @property
    def array(self) -> Float16[np.ndarray, "n ..."] | None:
        """All of them, None where they are too many to lie in memory."""
        width = self.open_file(int(self.part[0]))[0].nbytes if len(self) else 0
        return self.batch(np.arange(len(self))) if len(self) * width <= IN_MEMORY else None

    def encode(self) -> None:
        """Make sure that all of them are in their files."""
        for number in np.unique(self.part).tolist():
            self.open_file(number)

    def batch(self, indices: np.ndarray) -> Float16[np.ndarray, "n ..."]:
        parts, rows = self.part[indices], self.row[indices]
        arrays = {number: self.open_file(number) for number in np.unique(parts).tolist()}
        out = np.empty((len(rows), *next(iter(arrays.values())).shape[1:]), HALF)
        for number, array in arrays.items():
            out[parts == number] = array[rows[parts == number]]
        return out


@dataclass(frozen=True)
class Encoder:
    """The frozen part of a network, and the pictures that it is applied to.

    Args:
        network: maps network inputs to features; in evaluation mode, on the device.
        data: the pictures.
        label: of the network, for messages.
        device: where it computes.
    """

    network: nn.Module
    data: HashingData
    label: str
    device: torch.device

    def folder(self) -> Path:
        """Where these features are kept; the name covers everything that can change them.

        Of the project's code that is how pictures are encoded and the layers that are its own; what has loaded the
        weights is not among it, as the tensors themselves are.
        """
        kinds = {type(layer) for layer in self.network.modules()}
        own = sorted(f"{kind.__module__}:{kind.__qualname__}" for kind in kinds if kind.__module__.startswith(HOUSES))
        code = digests([CODE, *own], names=()).items()
        content = {
            "pictures": self.data.fingerprint,
            "network": self.label,
            "tensors": digest_of(self.network.state_dict(), ""),
            "arithmetic": str(arithmetic(self.device)),
            "code": [f"{unit} {digest}" for unit, digest in code if not unit.startswith("basics")],
        }
        return features_root() / hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:20]

    def encoded(self) -> HashingData:
        """The data set with features in the place of pictures; a part is encoded when it is first read.

        The file of a part holds those pictures that no part before it has, as far as parts share their inputs.
        """
        folder, home, own, splits = self.folder(), {}, [], {}

        @cache
        def open_file(number: int) -> np.ndarray:
            split = getattr(self.data, PARTS[number])
            return self.file(folder / f"{PARTS[number]}.f16", Selected(split.inputs, own[number]))

        for number, name in enumerate(PARTS):
            split = getattr(self.data, name)
            keys = places(split.inputs)
            own.append(np.array([position for position, key in enumerate(keys) if key not in home], np.int64))
            home |= {keys[position]: (number, row) for row, position in enumerate(own[-1].tolist())}
            part, row = np.array([home[key] for key in keys], np.int64).reshape(-1, 2).T
            splits[name] = replace(split, inputs=Features(open_file, part, row))
        return replace(self.data, **splits)

    def file(self, path: Path, pictures: Inputs) -> Float16[np.ndarray, "n ..."]:
        """The features of some pictures in a file, mapped into memory, after what is missing of them was encoded.

        Raises:
            InputError: the pictures cannot be read, or the features cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock")):
                shape = self.complete(path, pictures)
        except OSError as error:
            raise InputError(f"cannot write features to {path}: {error.strerror or error}") from error
        return np.memmap(path, HALF, "r", shape=shape)

    def complete(self, path: Path, pictures: Inputs) -> tuple[int, ...]:
        """Encode what a file does not hold yet, block by block; returns the shape of the whole."""
        about = path.with_suffix(".json")
        known = notes(about)
        if "shape" not in known:
            first = encode_rows(self.network, pictures.batch(np.arange(1)), self.device)
            known = {"shape": list(first.shape[1:]), "blocks": {}}
        shape = (len(pictures), *known["shape"])
        reserve(path, int(np.prod(shape)) * HALF.itemsize)
        values = np.memmap(path, HALF, "r+", shape=shape)
        blocks = np.split(np.arange(len(pictures)), np.arange(BLOCK, len(pictures), BLOCK))
        sums = known["blocks"]
        todo = [block for block in blocks if sums.get(str(block[0])) != block_sum(values, block)]
        if damaged := sum(str(block[0]) in sums for block in todo):
            log.warning("%s: %d blocks are not what was written; they are encoded again", path, damaged)
        line = Line(f"{self.label}, {path.stem}", sum(map(len, todo)))
        for block, read in zip(todo, batches(pictures, todo), strict=True):
            values[block[0] : block[-1] + 1] = encode_rows(self.network, read, self.device)
            sums[str(block[0])] = block_sum(values, block)
            if line.advance(len(block)):
                values.flush()
                write_json(about, known)
        return shape


def notes(path: Path) -> dict[str, Any]:
    """What a file of digests holds; nothing where it is missing or something else."""
    try:
        known = read_json(path)
    except InputError:
        return {}
    return known if isinstance(known, dict) and known.keys() == {"shape", "blocks"} else {}


def block_sum(values: np.ndarray, block: Int[np.ndarray, "rows"]) -> str:
    """SHA-256 of a block of rows."""
    return hashlib.sha256(values[block[0] : block[-1] + 1]).hexdigest()


def reserve(path: Path, size: int) -> None:
    """Make a file that large, with room for all of it on the disk; a new one for which there is no room goes again.

    Raises:
        OSError: there is no room, or the folder cannot be written.
    """
    new = not path.exists()
    try:
        with path.open("r+b" if not new else "wb") as file:
            file.truncate(size)
            if size and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
    except OSError:
        if new:
            path.unlink(missing_ok=True)
        raise


class Line:
    """How far an encoding is, for whoever listens.

    Args:
        what: is encoded.
        total: pictures.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self.began = self.said = time.monotonic()

    def advance(self, count: int) -> bool:
        """Count pictures; says so, and returns True, every few seconds and at the end."""
        self.done += count
        now = time.monotonic()
        due = self.done == self.total or now - self.said >= SECONDS
        if due:
            self.said = now
            _LISTENER.get()(pictures_done(self.what, self.done, self.total, now - self.began))
        return due
