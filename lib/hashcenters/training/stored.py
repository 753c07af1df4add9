"""Finished trainings found by their key, and what they make of other images."""

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from basics.errors import InputError
from basics.files import read_json, whole_file
from basics.paths import runs_root
from basics.schema import convert
from hashcenters.codes import binarise
from hashcenters.datasets.images import IMAGE_SUFFIXES, ImageReading
from hashcenters.datasets.inputs import unreadable_message
from hashcenters.datasets.registry import find_entry, find_reader
from hashcenters.datasets.splits import Split
from hashcenters.training.config import TrainingConfig
from hashcenters.training.loop import Batches, encode, one_thread
from hashcenters.training.run import Run, load_data


def restore_config(stored: dict[str, Any]) -> TrainingConfig:
    """The configuration that a run's `config.json` holds."""
    return convert(stored, TrainingConfig, where="a finished training")


def stored_configs(profile: str) -> dict[str, TrainingConfig]:
    """Every finished training of a profile by its key."""
    files = runs_root(profile).glob("*/config.json")
    return {file.parent.name: restore_config(read_json(file)["config"]) for file in files}


def stored_run(key: str, profile: str) -> Run:
    """The finished hash training with a key.

    Raises:
        InputError: no such training, or one without hash codes.
    """
    file = runs_root(profile) / key / "config.json"
    if not file.is_file():
        raise InputError(
            f"expected the key of a finished training of profile {profile}, got {key!r}; "
            f"python -m hashcenters.training list --profile {profile} shows them"
        )
    config = restore_config(read_json(file)["config"])
    if config.centers is None:
        raise InputError(f"training {key} is a classifier and has no hash codes")
    return Run(config, file.parent)


def picture_size(config: TrainingConfig) -> int:
    """Side in pixels of the square colour pictures that a training learned from.

    Raises:
        InputError: it learned from something else.
    """
    shape = load_data(config.dataset, config.dataset_options).train.inputs.batch(np.arange(1)).shape[1:]
    if len(shape) != 3 or shape[0] != 3 or shape[1] != shape[2]:
        size = " × ".join(map(str, shape))
        raise InputError(
            f"only trainings on square colour pictures encode a folder, this one is on {config.dataset} ({size})"
        )
    return shape[1]


def reading_of(config: TrainingConfig) -> ImageReading:
    """How the pictures of a training were read; one that had them in memory gets central squares of their size.

    Raises:
        InputError: it learned from something else than square colour pictures.
    """
    side = picture_size(config)
    default = inspect.signature(find_reader(find_entry(config.dataset))).parameters.get("reading")
    if default is None:
        return ImageReading(size=side)
    chosen = {name: value for name, value in config.dataset_options.items() if name in ("size", "fit", "crop")}
    return replace(default.default, corrupt="error", cache=0.0, **chosen)


def encode_folder(key: str, images: Path, output: Path, *, profile: str, skip_corrupt: bool = False) -> int:
    """Write the codes of all pictures below a folder; returns how many there are.

    Args:
        key: of a finished hash training.
        images: searched with all its folders; nothing is written into it.
        output: the `.npz` file, whole or not at all.
        profile: whose trainings.
        skip_corrupt: leave out files that cannot be decoded instead of refusing them all.

    Raises:
        InputError: no such training, no pictures, unreadable ones, or a place that cannot be written.
    """
    run = stored_run(key, profile)
    if not images.is_dir():
        raise InputError(f"images must be a folder, got {images}")
    files = sorted(path for path in images.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file())
    reading = reading_of(run.config)
    failures = reading.open(files).unreadable()
    if failures and not skip_corrupt:
        raise InputError(unreadable_message({files[index]: reason for index, reason in failures.items()}))
    files = [file for index, file in enumerate(files) if index not in failures]
    if not files:
        raise InputError(f"expected pictures below {images}, found none")
    split = Split(reading.open(files), np.zeros(len(files), np.int64), np.array([str(file) for file in files]))
    with one_thread():
        outputs = encode(run.network(), Batches(split, torch.device("cpu")))
    names = np.array([file.relative_to(images).as_posix() for file in files])
    with whole_file(output) as temporary:
        np.savez_compressed(temporary, codes=binarise(outputs), paths=names)
    return len(files)
