"""Grids of trainings: every cell computed once, side by side, found again by any notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from basics.paths import runs_root
from joblib import Parallel, delayed

from hashcenters.cluster.address import cluster_address
from hashcenters.cluster.attempts import train_all
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import Run, find, run


def prerequisites(cells: Sequence[TrainingConfig]) -> list[TrainingConfig]:
    """The distinct trainings whose backbones the cells start from, earliest first."""
    found: list[TrainingConfig] = []
    for cell in cells:
        chain = []
        while (cell := cell.backbone_from) is not None:
            chain.append(cell)
        found += [step for step in reversed(chain) if step not in found]
    return found


def distinct(cells: Sequence[TrainingConfig]) -> list[TrainingConfig]:
    """The cells without repetitions, in order."""
    return [cell for index, cell in enumerate(cells) if cell not in cells[:index]]


def missing(cells: Sequence[TrainingConfig], profile: str) -> list[TrainingConfig]:
    """The trainings of a grid that are still to be run, prerequisites first."""
    return missing_under(cells, runs_root(profile))


def missing_under(cells: Sequence[TrainingConfig], root: Path) -> list[TrainingConfig]:
    """The cells, and the trainings they start from, that are not finished under a folder of runs."""
    unfinished = [cell for cell in distinct(cells) if find(cell, root) is None]
    earlier = [cell for cell in prerequisites(unfinished) if cell not in unfinished]
    return [cell for cell in earlier if find(cell, root) is None] + unfinished


@dataclass(frozen=True)
class GridPoint:
    """One training of a grid, with the values that tell it from the others."""

    labels: Mapping[str, Any]
    config: TrainingConfig


def sweep(points: Sequence[GridPoint], *, profile: str, jobs: int = 1) -> pd.DataFrame:
    """Run what is missing of a grid: a row a training, its labels as columns, the finished training in `run`."""
    runs = sweep_configs([point.config for point in points], profile=profile, jobs=jobs)
    return pd.DataFrame([dict(point.labels) for point in points]).assign(run=runs)


def sweep_configs(cells: Sequence[TrainingConfig], *, profile: str, jobs: int = 1) -> list[Run]:
    """Run what is missing of a grid and return the finished trainings, in the order of the cells.

    Each training uses one CPU thread, so that its numbers do not depend on how many run side by side, or where.

    Args:
        cells: the trainings; repetitions are run once.
        profile: whose results folder holds the runs.
        jobs: trainings side by side on this machine; a cluster, where the environment names one, runs as many as it
            has processors or GPUs.

    Raises:
        InputError: a training refuses its configuration, or the cluster does not answer.
    """
    root = runs_root(profile)
    waiting = missing_under(cells, root)
    earlier = [cell for cell in waiting if cell not in cells]
    for stage in (earlier, [cell for cell in waiting if cell in cells]):
        run_all(stage, root, jobs=min(jobs, len(stage)))
    return [found for cell in cells if (found := find(cell, root))]


def run_all(cells: Sequence[TrainingConfig], root: Path, *, jobs: int) -> None:
    """Run trainings in this process, side by side in others, or on the cluster that the environment names."""
    address = cluster_address()
    if address is not None:
        train_all(cells, root, address)
        return
    if jobs <= 1:
        for cell in cells:
            run(cell, root)
        return
    with Parallel(n_jobs=jobs, backend="loky", inner_max_num_threads=1) as pool:
        pool(delayed(run)(cell, root) for cell in cells)
