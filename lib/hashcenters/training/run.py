"""One training from its configuration to a folder of results, computed once."""

import errno
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from jaxtyping import Float, Int8
from safetensors import SafetensorError
from torch import nn

from basics.errors import InputError
from basics.files import read_json, remove_unfinished, sha256, write_json
from basics.loaded import changed
from basics.schema import Struct, convert
from basics.source import digests
from hashcenters import codes
from hashcenters.datasets import registry
from hashcenters.datasets.splits import HashingData
from hashcenters.datasets.unseen import unseen_classes, without_quarter
from hashcenters.losses.factory import make_objective
from hashcenters.models.network import Backbone, HashNetwork, folded
from hashcenters.training.checkpoint import load_tensors, part, save_tensors, set_aside
from hashcenters.training.config import TrainingConfig, config_key
from hashcenters.training.features import Encoder
from hashcenters.training.loop import Batches, encode, one_thread, state_tensors, train
from hashcenters.training.transforms import to_inputs

log = logging.getLogger(__name__)

CODE = "hashcenters.training.run:_run_anew"
STORED = ("state.safetensors", "outputs.safetensors")
SPLITS = ("train", "validation", "query", "database")
NO_ROOM = tuple(os.strerror(code) for code in (errno.ENOSPC, errno.EDQUOT))


class DiskFull(InputError):
    """A training had to stop because its disk, or what the user may fill of it, is full."""


class Note(Struct, frozen=True):
    """What `config.json` of a finished training holds.

    Args:
        config: what was trained.
        history: one row an epoch.
        seconds: see `Run.seconds`.
        sha256: of the others; empty where a training ended before it was sealed.
    """

    config: dict[str, Any]
    history: list[dict[str, float]]
    seconds: float
    sha256: str = ""


def read_note(folder: Path) -> Note:
    """What a finished training says of itself.

    Raises:
        InputError: its file was damaged or edited.
    """
    file = folder / "config.json"
    content = read_json(file)
    note = convert(content, Note, where=str(file))
    if note.sha256 and note.sha256 != sum_of_note(content):
        raise InputError(f"{file} does not hold what was written into it: its checksum differs")
    return note


def sum_of_note(note: Mapping[str, Any]) -> str:
    """SHA-256 of a note, its own checksum apart."""
    content = {name: value for name, value in note.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def seal(folder: Path) -> None:
    """Put a checksum into the note of a finished training that has none."""
    note = read_json(folder / "config.json")
    if not note.get("sha256"):
        write_json(folder / "config.json", note | {"sha256": sum_of_note(note)})


class WithNetwork(TrainingConfig):
    """The same training, with the same key, of which the network is asked for too; see `keeps_network`."""


def keeps_network(config: TrainingConfig) -> bool:
    """Whether the network stays when a training has finished: not that of a hash layer alone, learned on a CPU, unless
    it is asked for.

    On features it is trained again in seconds, on a CPU to the last bit, and CSQ's is half to nine tenths of what such
    a training would leave on disk. The outputs of its validation split go with it, see `slim`.
    """
    kept = isinstance(config, WithNetwork) or config.centers is None
    return kept or (config.trainable, config.device) != ("head", "cpu")


@dataclass(frozen=True)
class Run:
    """A finished training.

    Args:
        config: what was trained.
        folder: where its files lie: `config.json`, `state.safetensors` (objective, path of centers, and the network
            where it stays) and `outputs.safetensors` (packed codes of every split; outputs of query, and validation).
    """

    config: TrainingConfig
    folder: Path

    def history(self) -> pd.DataFrame:
        """One row an epoch: loss, its parts, and what `tracking.track` says of the validation split."""
        return pd.DataFrame(read_note(self.folder).history)

    def seconds(self) -> float:
        """Seconds of the training on the machine that ran it: of its core on a CPU, by the clock on a GPU."""
        return read_note(self.folder).seconds

    def codes(self, split: str) -> Int8[np.ndarray, "n bits"]:
        """The ±1 codes of a split: "train", "validation", "query" or "database"."""
        tensors, _ = load_tensors(self.folder / "outputs.safetensors")
        return codes.unpack(tensors[f"codes.{split}"].numpy(), self.config.bits)

    def outputs(self, split: str) -> Float[np.ndarray, "n bits"]:
        """The continuous outputs of "query", or of "validation" where the network was kept from the start."""
        tensors, _ = load_tensors(self.folder / "outputs.safetensors")
        return tensors[f"outputs.{split}"].numpy()

    def centers_by_epoch(self) -> Float[np.ndarray, "epochs num_classes bits"]:
        """The centers before training and after every epoch."""
        path = part(load_tensors(self.folder / "state.safetensors")[0], "centers.")
        return np.stack([path[str(epoch)].numpy() for epoch in range(len(path))])

    def trained(self) -> tuple[nn.Module, HashingData]:
        """The network, without a part that is frozen, in evaluation mode on the CPU, and the data it takes: features,
        where a part is frozen.
        """
        tensors, start = self.network_tensors(), self.config.backbone_from
        network, data = trained_part(self.config, start and self.folder.parent / run_key(start))
        network.load_state_dict(tensors)
        return network.eval(), data

    def network_tensors(self) -> dict[str, torch.Tensor]:
        """The tensors of the network; where they were not kept, the training runs again, apart, and they are kept.

        Raises:
            InputError: it cannot run again as it was: its code or data have changed or are not there, or it comes to
                other outputs on this machine.
            DiskFull: there is no room for it.
        """
        if found := part(load_tensors(self.folder / STORED[0])[0], "network."):
            return found
        with FileLock(self.folder / ".lock"), _room_for(self.folder):
            return self._network_again()

    def _network_again(self) -> dict[str, torch.Tensor]:
        """`network_tensors` for whoever holds the lock of the folder."""
        file, gone = self.folder / STORED[0], f"training {self.folder.name} has kept no network"
        if found := part(load_tensors(file)[0], "network."):
            return found
        try:
            key, start = run_key(self.config), self.config.backbone_from
        except InputError as error:
            raise InputError(f"{gone}, and cannot run again: {error}") from error
        if key != self.folder.name:
            raise InputError(f"{gone}, and its code or data have changed since")
        log.warning("%s; it runs again", gone)
        with TemporaryDirectory() as place:
            _run_anew(self.config, Path(place), start and self.folder.parent / run_key(start), progress=False)
            outputs, own = (load_tensors(folder / STORED[1])[0] for folder in (Path(place), self.folder))
            if any(not torch.equal(outputs[name], own[name]) for name in own):
                raise InputError(f"{gone}, and comes to other outputs on this machine")
            save_tensors(file, tensors := load_tensors(Path(place) / STORED[0])[0])
        return part(tensors, "network.")


@lru_cache(maxsize=4)
def _load_cached(name: str, options: tuple[tuple[str, Any], ...]) -> HashingData:
    return registry.load(name, **dict(options))


@lru_cache(maxsize=8)
def _without_classes(name: str, options: tuple[tuple[str, Any], ...], quarter: int) -> HashingData:
    return unseen_classes(_load_cached(name, options), quarter)


def load_data(name: str, options: Mapping[str, Any]) -> HashingData:
    """A data set by name; the last few stay in memory."""
    rest, quarter = without_quarter(options)
    whole = tuple(sorted(rest.items()))
    return _load_cached(name, whole) if quarter is None else _without_classes(name, whole, quarter)


def run_key(config: TrainingConfig) -> str:
    """The name of a training's folder; see `config_key`."""
    fingerprints = {}
    for step in config.steps():
        data = load_data(step.dataset, step.dataset_options)
        fingerprints[f"{step.dataset} {sorted(step.dataset_options.items())}"] = data.fingerprint
        if Path(step.weights).is_file():
            fingerprints[f"weights {step.weights}"] = sha256(Path(step.weights))
    return config_key(config, code=code_fingerprint(config.names()), data=fingerprints)


@cache
def code_fingerprint(names: frozenset[str]) -> str:
    """SHA-256 over the definitions that can change the numbers of a training with these names.

    What the tables of data sets and protocols say reaches a training only as its data, which has its own fingerprint;
    of `basics` (errors, files, digests such as this one) nothing counts, as for features: it computes no number.

    Raises:
        InputError: a module among them was changed after this process had begun to import the library.
    """
    used = digests([CODE], names=names)
    modules = {unit.partition(":")[0] for unit in used if ":" in unit}
    for module in modules:
        with suppress(ImportError):  # of what is not installed; whoever needs it hears of it
            import_module(module)
    for file in changed(modules):
        raise InputError(f"lib/{file} was changed after this process had begun to use it; start the process again")
    lines = [f"{name} {it}" for name, it in used.items() if ".yaml[" not in name and not name.startswith("basics.")]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def find(config: TrainingConfig, root: Path) -> Run | None:
    """The finished training under `root`; None where it is not there or not whole, or lacks a network asked for."""
    folder = root / run_key(config)
    if not (folder / "config.json").exists():
        return None
    for name in ("config.json", *STORED):
        try:
            read_note(folder) if name == "config.json" else load_tensors(folder / name)
        except InputError as error:
            log.warning("%s; the training runs again", error)
            if (folder / name).exists():
                set_aside(folder / name)
            (folder / "config.json").unlink(missing_ok=True)
            return None
    lacks = isinstance(config, WithNetwork) and not part(load_tensors(folder / STORED[0])[0], "network.")
    return None if lacks else Run(config, folder)


def build_network(config: TrainingConfig) -> nn.Module:
    """The untrained network of a configuration; its initial weights follow from the seed."""
    from hashcenters.models.factory import make_network

    data = load_data(config.dataset, config.dataset_options)
    channels = data.train.inputs.batch(np.arange(1)).shape[1]
    torch.manual_seed(config.seed)
    options = {"head": config.head, "weights": config.weights, "centers": config.center_array()}
    return make_network(config.backbone, config.bits, in_channels=channels, **options)


@lru_cache(maxsize=2)
def _frozen(
    dataset: str,
    options: tuple[tuple[str, Any], ...],
    backbone: str,
    weights: str,
    start: Path | None,
    trainable: str,
    device: str,
) -> tuple[nn.Module, Backbone, HashingData]:
    """What stays as it is, what is trained above it, and the data with features for pictures."""
    from hashcenters.models.factory import make_backbone

    data = _load_cached(dataset, options)
    channels = data.train.inputs.batch(np.arange(1)).shape[1]
    torch.manual_seed(0)
    whole = make_backbone(backbone, in_channels=channels, weights=weights)
    if start is not None:
        whole.load_state_dict(part(load_tensors(start / "state.safetensors")[0], "network.backbone."))
    below, above = whole.split(trainable)
    fast = folded(below, to_inputs(torch.from_numpy(data.train.inputs.batch(np.arange(2)))))
    encoder = Encoder(fast.to(device), data, f"{backbone}, {trainable}", torch.device(device))
    return below, above, encoder.encoded()


def frozen(
    config: TrainingConfig, start: Path | None, *, whole: bool = False
) -> tuple[nn.Module, Backbone, HashingData]:
    """What a training leaves as it is, what it trains above that, and the data with features for pictures.

    Args:
        config: of the training.
        start: folder of the training that its backbone starts from.
        whole: whether the data are to have the classes that the training leaves out, which share their features.
    """
    rest, quarter = without_quarter(config.dataset_options)
    options = tuple(sorted(rest.items()))
    found = _frozen(config.dataset, options, config.backbone, config.weights, start, config.trainable, config.device)
    return *found[:2], unseen_classes(found[2], None if whole else quarter)


def encode_ahead(configs: Iterable[TrainingConfig], *, threads: int) -> None:
    """Encode what frozen networks make of pictures, for trainings whose networks start from given weights.

    Args:
        configs: of trainings.
        threads: to compute with.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for config in configs:
            if config.trainable != "all" and config.backbone_from is None:
                data = frozen(config, None, whole=True)[2]
                for name in kept_splits(config):
                    getattr(data, name).inputs.encode()
    finally:
        torch.set_num_threads(before)


def kept_splits(config: TrainingConfig) -> tuple[str, ...]:
    """The splits whose codes are kept; a classifier for category features sees what it learns from, and no more."""
    return SPLITS[:2] if config.head == "shc-classifier" else SPLITS


def trained_part(config: TrainingConfig, start: Path | None) -> tuple[HashNetwork, HashingData]:
    """The network that a training changes, before its first step, and the data that it takes.

    Args:
        config: the training.
        start: folder of the training that its backbone starts from.
    """
    if config.trainable == "all":
        network = build_network(config)
        if start is not None:
            network.backbone.load_state_dict(part(load_tensors(start / "state.safetensors")[0], "network.backbone."))
        return network, load_data(config.dataset, config.dataset_options)
    from hashcenters.models.hash_head import make_head

    _, above, data = frozen(config, start)
    torch.manual_seed(config.seed)
    head = make_head(config.head, above.feature_dim, config.bits, centers=config.center_array())
    return HashNetwork(deepcopy(above), head), data


def build_objective(config: TrainingConfig, network: nn.Module) -> nn.Module:
    """The objective of a configuration."""
    return make_objective(config.objective, config.center_array(), network=network, **config.objective_options)


def run(config: TrainingConfig, root: Path, *, progress: bool = False) -> Run:
    """Train, or find the finished training; trains the backbone it starts from when that is missing.

    Two processes that want the same training wait for each other, and the second finds it finished.

    Args:
        config: the training.
        root: folder of all trainings.
        progress: log a line an epoch.

    Raises:
        InputError: the device is not there, the data set cannot be read, or the results cannot be written.
        DiskFull: there is no room for them.
    """
    if config.device == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda was asked for, but torch finds no CUDA device; use --device cpu")
    start = None if config.backbone_from is None else run(config.backbone_from, root, progress=progress)
    folder = root / run_key(config)
    lock = folder / ".lock"
    with _room_for(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot write {folder}: {error.strerror}") from error
    with FileLock(lock), _room_for(folder):
        remove_unfinished(folder, held=lock)
        found = find(config, root)
        if found is None and (without := find(TrainingConfig(**vars(config)), root)):
            without._network_again()
        elif found is None:
            _run_anew(config, folder, start.folder if start else None, progress=progress)
        if not read_note(folder).sha256:
            if not keeps_network(config):
                slim(folder)
            seal(folder)
        return Run(config, folder)


def slim(folder: Path) -> None:
    """Leave the network and the outputs of the validation split, whose codes stay, out of a finished training."""
    for file, left_out in zip(STORED, ("network.", "outputs.validation"), strict=True):
        tensors, note = load_tensors(folder / file)
        save_tensors(folder / file, {name: it for name, it in tensors.items() if not name.startswith(left_out)}, note)


@contextmanager
def _room_for(folder: Path) -> Iterator[None]:
    """Say in one line that there is no room for what the block writes, or that a file of tensors cannot be written.

    Raises:
        DiskFull: there is no room.
        InputError: safetensors found another fault.
    """
    try:
        yield
    except (OSError, SafetensorError, InputError) as error:
        reason = next((reason for reason in NO_ROOM if reason in str(error)), None)
        if reason:
            raise DiskFull(f"cannot write {folder}: {reason}; what is finished is kept") from error
        if isinstance(error, SafetensorError):
            raise InputError(f"cannot write {folder}: {error}") from error
        raise


def _run_anew(config: TrainingConfig, folder: Path, start: Path | None, *, progress: bool) -> None:
    """Train, encode and save; with what it uses, this is the code that a training's key covers."""
    clock = time.process_time if config.device == "cpu" else time.perf_counter
    began = clock()
    device = torch.device(config.device)
    network, data = trained_part(config, start)
    objective = build_objective(config, network).to(device)
    network = network.to(device)
    checkpoint = folder / "checkpoint.safetensors"
    report = (lambda epoch, row: log.info("epoch %d: loss %.4f", epoch, row["loss"])) if progress else None
    with one_thread():
        history, path = train(
            config, network, objective, data.train, data.validation, checkpoint=checkpoint, on_epoch=report
        )
        outputs = {name: encode(network, Batches(getattr(data, name), device)) for name in kept_splits(config)}
    save_tensors(folder / "state.safetensors", state_tensors(network, objective, path))
    save_tensors(folder / "outputs.safetensors", stored_outputs(outputs))
    note = {"config": asdict(config), "history": history, "seconds": clock() - began}
    write_json(folder / "config.json", note)
    checkpoint.unlink(missing_ok=True)


def stored_outputs(outputs: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """Packed codes of every split, and the continuous outputs of query and validation."""
    stored = {f"codes.{name}": torch.from_numpy(codes.pack(codes.binarise(values))) for name, values in outputs.items()}
    kept = [name for name in ("query", "validation") if name in outputs]
    return stored | {f"outputs.{name}": torch.from_numpy(outputs[name]) for name in kept}
