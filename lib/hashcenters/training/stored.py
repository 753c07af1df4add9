"""Finished trainings found by their key, and what they make of other images."""

import inspect
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int8
from torch import nn

from basics.errors import InputError, one_of, shown, whole
from basics.paths import OWN, profiles_root, results_root, runs_root
from basics.schema import convert
from hashcenters.codes import binarise, check_codes
from hashcenters.datasets.folders import files_below, is_picture, others_note
from hashcenters.datasets.images import ImageReading
from hashcenters.datasets.inputs import unreadable_message
from hashcenters.datasets.registry import checked_options, find_entry, find_reader
from hashcenters.datasets.splits import Split
from hashcenters.limits import MAX_BITS
from hashcenters.metrics.code_files import Encoded, save_encoded
from hashcenters.metrics.ranking import average_precision
from hashcenters.models.factory import make_network
from hashcenters.models.network import HashNetwork
from hashcenters.training.checkpoint import load_tensors, part
from hashcenters.training.config import TrainingConfig
from hashcenters.training.loop import Batches, encode, one_thread
from hashcenters.training.run import Run, load_data, read_note, run_key

COLOURS = 3


def restore_config(stored: dict[str, Any], *, where: str = "a finished training") -> TrainingConfig:
    """The configuration that a run's `config.json` holds.

    Raises:
        InputError: it is none, or its centers are no codes of its bits.
    """
    config = convert(stored, TrainingConfig, where=where)
    unknown = (stored.keys() - vars(config).keys()) | (stored["recipe"].keys() - vars(config.recipe).keys())
    if unknown:
        raise InputError(f"{where} has no {shown(min(unknown))}")
    whole(config.bits, f"{where}, bits", low=1, high=MAX_BITS)
    if config.centers is not None:
        if {len(center) for center in config.centers} != {config.bits}:
            raise InputError(f"{where}: every center must have {config.bits} bits")
        check_codes(np.array(config.centers), name=f"{where}, centers")
    return config


def stored_runs(profile: str) -> tuple[list[Run], list[str]]:
    """Finished trainings of a profile and of own data, and a line for each whose note cannot be read."""
    found, unreadable = [], []
    for file in sorted(file for root in _roots(profile) for file in root.glob("*/config.json")):
        try:
            found.append(Run(restore_config(read_note(file.parent).config, where=str(file)), file.parent))
        except InputError as error:
            unreadable.append(str(error))
    return found, unreadable


def _roots(profile: str) -> list[Path]:
    """The folder of a profile's trainings, and those of trainings on own data, whose results lie apart.

    Raises:
        InputError: there is no such profile, and there are no results of that name.
    """
    trained = {folder.parent.name for folder in results_root().glob("*/runs")}
    one_of(profile, sorted(trained | {file.stem for file in profiles_root().glob("*.yaml")}), "profile")
    return list(dict.fromkeys([runs_root(profile), *sorted(results_root().glob(f"{OWN}*/runs"))]))


def stored_run(key: str, profile: str | None = None) -> Run:
    """The finished hash training with a key.

    Args:
        key: whole, or its beginning where no other has the same.
        profile: whose trainings; None for those of all.

    Raises:
        InputError: no such training, several, or one without hash codes.
    """
    roots = _roots(profile) if profile else sorted(results_root().glob("*/runs"))
    found = {file.parent for root in roots for file in root.glob("*/config.json") if file.parent.name.startswith(key)}
    folders = [folder for folder in found if folder.name == key] or sorted(found)
    if not key or len({folder.name for folder in folders}) != 1:
        of = f"of profile {profile}" if profile else "of any profile here"
        several = f", which {len(folders)} begin with" if key and folders else ""
        raise InputError(
            f"expected the key of a finished training {of}, got {shown(key)}{several}; hashcenters trainings shows them"
        )
    folder = folders[0]
    config = restore_config(read_note(folder).config, where=str(folder / "config.json"))
    if config.centers is None:
        raise InputError(f"training {key} is a classifier and has no hash codes")
    return Run(config, folder)


def query_map(run: Run) -> float | None:
    """Mean average precision of a training's queries by its data's protocol; None where the data are not there."""
    try:
        data = load_data(run.config.dataset, run.config.dataset_options)
    except InputError:
        return None
    labels = data.query.labels, data.database.labels
    found = average_precision(run.codes("query"), labels[0], run.codes("database"), labels[1], top_k=data.top_k)
    return float(np.nanmean(found))


def reading_of(config: TrainingConfig) -> ImageReading:
    """How the pictures of a training were read; one that had them in memory gets central squares of their size.

    The pictures themselves need not be there any more, where the reader of the data set has a `size`.

    Raises:
        InputError: it learned from something else than square colour pictures.
    """
    reader = find_reader(find_entry(config.dataset))
    given = checked_options(config.dataset, reader, config.dataset_options)
    chosen = {name: given[name] for name in ("size", "fit", "crop") if name in given}
    own = inspect.signature(reader).parameters
    if "reading" in own and type(own["reading"].default) is ImageReading:
        return replace(own["reading"].default, corrupt="error", cache=0.0, **chosen)
    if "reading" not in own and "size" in own:
        return ImageReading(**{"size": own["size"].default} | chosen)
    shape = load_data(config.dataset, config.dataset_options).train.inputs.batch(np.arange(1)).shape[1:]
    if len(shape) != 3 or shape[0] != COLOURS or shape[1] != shape[2]:
        size = " × ".join(map(str, shape))
        raise InputError(
            f"only trainings on square colour pictures encode a folder, this one is on {config.dataset} ({size})"
        )
    return ImageReading(size=shape[1])


def colour_network(run: Run) -> nn.Module:
    """The trained network of a run on colour pictures, in evaluation mode on the CPU.

    Needs data only where the network was not kept.

    Raises:
        InputError: the stored tensors are damaged, or are those of another network; the weights of what the training
            left as it was are not there, or the network was not kept and cannot be trained again.
    """
    config = run.config
    frozen = config.trainable != "all"
    weights = config.weights if frozen and config.backbone_from is None else "none"
    options = {"head": config.head, "weights": weights, "centers": config.center_array()}
    network = make_network(config.backbone, config.bits, in_channels=COLOURS, **options)
    if frozen and config.backbone_from is not None:
        start = run.folder.parent / run_key(config.backbone_from) / "state.safetensors"
        network.backbone.load_state_dict(part(load_tensors(start)[0], "network.backbone."))
    below, above = network.backbone.eval().split(config.trainable) if frozen else (nn.Identity(), network.backbone)
    trained = HashNetwork(above, network.hash_layer)
    tensors = run.network_tensors()
    try:
        trained.load_state_dict(tensors)
    except RuntimeError as error:
        file = run.folder / "state.safetensors"
        raise InputError(f"{file} must hold the tensors of {config.backbone} with {config.bits} bits") from error
    return nn.Sequential(below, trained).eval()


def encode_files(run: Run, files: Sequence[Path]) -> Int8[np.ndarray, "n bits"]:
    """The codes of picture files, all of which can be read."""
    names = np.array([str(file) for file in files])
    split = Split(reading_of(run.config).open(list(files)), np.zeros(len(files), np.int64), names)
    with one_thread():
        return binarise(encode(colour_network(run), Batches(split, torch.device("cpu"))))


def encode_folder(
    key: str, images: Path, output: Path, *, profile: str | None = None, skip_corrupt: bool = False
) -> tuple[int, list[str]]:
    """Write the codes of all pictures below a folder; returns how many there are and what was left out.

    The file holds what `metrics.code_files.Encoded` says.

    Args:
        key: of a finished hash training.
        images: searched by the rule of `datasets.folders`; nothing is written into it.
        output: the `.npz` file, whole or not at all.
        profile: whose trainings; None for those of all.
        skip_corrupt: leave out files that cannot be decoded instead of refusing them all.

    Raises:
        InputError: no such training, no pictures, unreadable ones, a place that cannot be written, or a network that
            was not kept and cannot be trained again.
    """
    run = stored_run(key, profile)
    if not images.is_dir():
        raise InputError(f"images must be a folder, got {images}")
    found = list(files_below(images))
    files = [path for path in found if is_picture(path)]
    reading = reading_of(run.config)
    failures = reading.open(files).unreadable()
    if failures and not skip_corrupt:
        reasons = {files[index]: reason for index, reason in failures.items()}
        raise InputError(unreadable_message(reasons, "--skip-corrupt leaves them out"))
    files = [file for index, file in enumerate(files) if index not in failures]
    unreadable = f"{len(failures)} unreadable files left out" if failures else ""
    left_out = list(filter(None, (others_note([path for path in found if not is_picture(path)]), unreadable)))
    if not files:
        raise InputError("; ".join([f"expected pictures below {images}, found none", *left_out]))
    names = np.array([file.relative_to(images).as_posix() for file in files])
    save_encoded(output, Encoded(encode_files(run, files), names, run.folder.name, str(images.absolute())))
    return len(files), left_out
