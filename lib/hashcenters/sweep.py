"""Grids of trainings: each computed once, side by side with others, and found again by any notebook."""

import logging
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from joblib import Parallel, delayed

from basics.errors import InputError
from basics.paths import runs_root
from basics.text import trainings_done
from hashcenters.training.config import TrainingConfig
from hashcenters.training.features import listening
from hashcenters.training.run import DiskFull, Run, WithNetwork, encode_ahead, find, run, run_key

log = logging.getLogger(__name__)

BATCH = "HASHCENTERS_BATCH"  # set where something else shows how trainings go
CLUSTER_OPTION, CLUSTER = "HASHCENTERS_CLUSTER", "RAY_ADDRESS"
ON_CLUSTER = "shelf.ray.attempts"  # the module whose `train_on_cluster` takes trainings elsewhere
LINE_WIDTH = 100

OnDone = Callable[[str, Exception | None], None]  # called with the key of a training and what stopped it, if anything
Found = TypeVar("Found")


@dataclass(frozen=True)
class GridPoint:
    """One training of a grid.

    Args:
        labels: the values that tell it from the others, by name.
        config: the training.
    """

    labels: Mapping[str, Any]
    config: TrainingConfig


class NotTrained(InputError):
    """Something was asked of a training that is still to be done."""


class Pending(Run):
    """A training that is still to be done: it has a configuration, anything else raises `NotTrained`."""

    def __init__(self, config: TrainingConfig) -> None:
        super().__init__(config, Path())

    def __getattribute__(self, name: str) -> Any:
        if name == "folder" or (name != "config" and not name.startswith("_") and hasattr(Run, name)):
            raise NotTrained(f"{name} was asked of a training that is still to be done")
        return super().__getattribute__(name)


@dataclass
class _Collection:
    """What was asked for while trainings are collected."""

    stand_ins: bool
    asked: dict[str, TrainingConfig] = field(default_factory=dict)


_COLLECTION: ContextVar[_Collection | None] = ContextVar("collection", default=None)


@contextmanager
def collecting(*, stand_ins: bool = False) -> Iterator[dict[str, TrainingConfig]]:
    """Let `sweep` note what it is asked for and train nothing while the block runs.

    Args:
        stand_ins: let `or_stand_in` give its stand-ins, so that grids that follow from trainings can be counted.

    Yields:
        the trainings asked for so far, by key.
    """
    collection = _Collection(stand_ins)
    token = _COLLECTION.set(collection)
    try:
        yield collection.asked
    finally:
        _COLLECTION.reset(token)


def or_stand_in(make: Callable[[], Found], stand_in: Callable[[], Found]) -> Found:
    """What `make` finds in trainings; what `stand_in` makes where they are to be counted and are not done yet.

    Raises:
        NotTrained: from `make`, where trainings are not only counted.
    """
    try:
        return make()
    except NotTrained:
        collection = _COLLECTION.get()
        if collection is None or not collection.stand_ins:
            raise
        return stand_in()


def sweep(points: Sequence[GridPoint], *, profile: str, jobs: int = 1) -> pd.DataFrame:
    """Run what is missing of a grid.

    Each training uses one CPU thread, so that its numbers do not depend on how many run side by side, or where.

    Args:
        points: the trainings; repetitions are run once.
        profile: whose results folder holds the runs.
        jobs: trainings side by side on this machine; a cluster, where the environment names one, runs as many as it
            has processors or GPUs.

    Returns:
        One row a point: its labels as columns, and `run`, the finished training.

    Raises:
        InputError: a training refuses its configuration, or the cluster does not answer.
    """
    frame = pd.DataFrame([dict(point.labels) for point in points])
    frame["run"] = pd.Series(_runs([point.config for point in points], profile, jobs), dtype=object)
    return frame


def _runs(configs: Sequence[TrainingConfig], profile: str, jobs: int) -> list[Run]:
    """The finished trainings; where trainings are collected, a `Pending` for each that is not finished."""
    collection, root = _COLLECTION.get(), runs_root(profile)
    if collection is not None:
        collection.asked.update(keyed([*collection.asked.values(), *configs]))
        return [find(config, root) or Pending(config) for config in configs]
    waiting = missing(configs, profile)
    errors: list[Exception] = []
    show = _line_on_stderr(len(waiting))

    def on_done(key: str, error: Exception | None) -> None:
        errors.extend([error] if error else [])
        show()

    with listening(_replace_line):
        train_all(waiting, root, jobs=jobs, on_done=on_done)
    for error in errors:
        raise error
    return [find(config, root) or run(config, root) for config in configs]


def _line_on_stderr(total: int) -> Callable[[], None]:
    """Start a line that says how many trainings are done, and what to call after each; silent in batch runs."""
    if not total or os.environ.get(BATCH):
        return lambda: None
    began, done = time.monotonic(), 0

    def show() -> None:
        _replace_line(trainings_done(done, total, time.monotonic() - began), last=done == total)

    def after_one() -> None:
        nonlocal done
        done += 1
        show()

    show()
    return after_one


def _replace_line(text: str, *, last: bool = False) -> None:
    """Write over the line of progress; silent in batch runs."""
    if not os.environ.get(BATCH):
        print(f"\r{text.ljust(LINE_WIDTH)}", end="\n" if last else "", file=sys.stderr, flush=True)


def prerequisites(configs: Iterable[TrainingConfig]) -> list[TrainingConfig]:
    """The trainings whose backbones others start from, earliest first; some may come more than once."""
    return [start for config in configs for start in reversed(list(config.steps())[1:])]


def keyed(configs: Iterable[TrainingConfig]) -> dict[str, TrainingConfig]:
    """The distinct trainings by key; of one key, one of which the network is asked for."""
    plain_first = sorted(configs, key=lambda config: isinstance(config, WithNetwork))
    return {run_key(config): config for config in plain_first}


def missing(configs: Iterable[TrainingConfig], profile: str) -> dict[str, TrainingConfig]:
    """The trainings of a grid that are still to be run, by key, with those that they start from before them."""

    def unfinished(configs: Iterable[TrainingConfig]) -> dict[str, TrainingConfig]:
        return {key: config for key, config in keyed(configs).items() if find(config, runs_root(profile)) is None}

    wanted = unfinished(configs)
    return unfinished(prerequisites(wanted.values())) | wanted


def cluster_address() -> str | None:
    """The cluster that the environment names, None for this machine alone."""
    return os.environ.get(CLUSTER_OPTION) or os.environ.get(CLUSTER) or None


def train_all(trainings: Mapping[str, TrainingConfig], root: Path, *, jobs: int, on_done: OnDone) -> None:
    """Run trainings in this process, side by side in others, or on the cluster that the environment names.

    On this machine one that fails does not stop the others, unless the disk is full; those that start from it fail
    with it. What their frozen networks make of the pictures is encoded first, by this process.

    Args:
        trainings: by key, with those that others start from before them.
        root: folder of all trainings.
        jobs: trainings side by side on this machine.
        on_done: called after each training.

    Raises:
        InputError: the cluster does not answer, or refuses a training; pictures cannot be encoded.
        DiskFull: no other training was begun after one had found no room.
    """
    address = cluster_address()
    if address and trainings:
        import_module(ON_CLUSTER).train_on_cluster(trainings, root, address, on_done)
        return
    failed: dict[str, Exception] = {}
    full: list[DiskFull] = []
    encode_ahead(trainings.values(), threads=jobs)

    def tasks() -> Iterator[tuple[str, TrainingConfig, Path, Exception | None]]:
        for key, config in trainings.items():
            if full:
                return
            start = run_key(config.backbone_from) if config.backbone_from else ""
            yield key, config, root, failed.get(start)

    for key, error in _side_by_side(tasks(), min(jobs, len(trainings))):
        if isinstance(error, DiskFull):
            full.append(error)
            continue
        if error:
            failed[key] = error
        on_done(key, error)
    if full:
        raise full[0]


def _side_by_side(tasks: Iterator[tuple[Any, ...]], jobs: int) -> Iterator[tuple[str, Exception | None]]:
    """What `_attempt` returns for each task, as soon as it does."""
    if jobs <= 1:
        yield from (_attempt(*task) for task in tasks)
        return
    options = {"backend": "loky", "inner_max_num_threads": 1, "return_as": "generator_unordered"}
    with Parallel(n_jobs=jobs, **options) as pool:
        for key, error, warnings in pool(delayed(_attempt_elsewhere)(*task) for task in tasks):
            for warning in warnings:
                log.warning(warning)
            yield key, error


def _attempt_elsewhere(*task: Any) -> tuple[str, Exception | None, list[str]]:
    """What `_attempt` returns in a process of its own, and the warnings there, which nobody would read."""
    kept, library = BufferingHandler(sys.maxsize), logging.getLogger(__package__)
    kept.setLevel(logging.WARNING)
    library.addHandler(kept)
    try:
        return (*_attempt(*task), [record.getMessage() for record in kept.buffer])
    finally:
        library.removeHandler(kept)


def _attempt(
    key: str, config: TrainingConfig, root: Path, start_failed: Exception | None
) -> tuple[str, Exception | None]:
    """Run one training, unless the one that it starts from has failed; its key, and what stopped it."""
    if start_failed is not None:
        return key, start_failed
    try:
        run(config, root)
    except InputError as error:
        return key, error
    except Exception:
        return key, RuntimeError(traceback.format_exc())
    return key, None
