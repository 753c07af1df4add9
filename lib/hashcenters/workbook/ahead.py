"""Trains what notebooks will ask for while cores are idle, in a process of the lowest priority.

A notebook that starts, computes on one core or draws leaves the other cores without work. What is trained meanwhile
is found finished by the sweep that asks for it; every training uses one thread, so who runs it changes no number. When
the process is killed, a training goes on after its last whole epoch.

The job comes as JSON on standard input: `starter`, a process id, and `request`, what `run_all.py` was asked for. This
process finds out itself what is stale, so that a run starts no later for it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from basics import paths

from hashcenters.workbook.parent import when_parent_ends
from hashcenters.workbook.plan import Plan, Request, make_plan

LOWEST_PRIORITY = 19


@contextmanager
def trainer(plan: Plan) -> Iterator[None]:
    """Train ahead while the block runs, if the plan has trainings to do and cores to spare for them."""
    if not _training(plan):
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "hashcenters.workbook.ahead"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=paths.project_root(),
        env=os.environ | plan.environment(),
        text=True,
        start_new_session=True,
    )
    try:
        with suppress(BrokenPipeError):
            json.dump({"starter": os.getpid(), "request": asdict(plan.request)}, process.stdin)
            process.stdin.close()
        yield
    finally:
        process.kill()
        process.wait()


def trained_ahead(plan: Plan) -> list[str]:
    """The notebooks that are to run, and to train several networks side by side on this machine's CPU."""
    training = _training(plan)
    states = plan.states() if training else {}
    return [name for name in training if states[name]]


def _training(plan: Plan) -> list[str]:
    """The selected notebooks, fresh or not, that train several networks side by side on this machine's CPU."""
    if plan.request.cluster:
        return []
    with_grid = {name: plan.parameters(name) for name in plan.selected if plan.notebooks[name].grid}
    return [
        name
        for name, values in with_grid.items()
        if values.get("jobs", 1) > 1 and values.get("device", "cpu") == "cpu"
    ]


def main() -> None:
    """Run the job that standard input describes."""
    job = json.load(sys.stdin)
    when_parent_ends(job["starter"], lambda: os._exit(1))
    if hasattr(os, "nice"):
        os.nice(LOWEST_PRIORITY)
    from hashcenters.workbook.grid import cells_of

    plan = make_plan(Request(**job["request"]))
    for name in trained_ahead(plan):
        grids = plan.notebooks[name].grid
        for grid in grids:
            cells = cells_of(grid, plan.parameters(name), where=name)
            train(cells, plan.profile.name, wait=grid != grids[-1])


def train(cells: list[Any], profile: str, *, wait: bool) -> None:
    """Run what is missing of a grid, one training after the other.

    Args:
        cells: the trainings.
        profile: whose results folder holds them.
        wait: for trainings that another process works on; they are passed over otherwise.
    """
    from filelock import Timeout

    from hashcenters.sweep import missing
    from hashcenters.training.run import run

    for cell in missing(cells, profile):
        with suppress(Timeout):
            run(cell, paths.runs_root(profile), wait=wait)


if __name__ == "__main__":
    main()
