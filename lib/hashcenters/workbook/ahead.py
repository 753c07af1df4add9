"""Trains what notebooks will ask for while cores are idle, in a process of the lowest priority.

A notebook that starts, computes on one core or draws leaves the other cores without work. What is trained meanwhile
is found finished by the sweep that asks for it; every training uses one thread, so who runs it changes no number. When
the process is killed, a training goes on after its last whole epoch.

The job comes as JSON on standard input: `starter`, a process id; `profile`; and `notebooks`, each with its name, its
parameters and its grids.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from hashcenters import paths
from hashcenters.workbook.parent import when_parent_ends
from hashcenters.workbook.plan import Plan

LOWEST_PRIORITY = 19


@contextmanager
def trainer(plan: Plan) -> Iterator[None]:
    """Train ahead while the block runs, if the plan has trainings to do and cores to spare for them."""
    notebooks = trained_ahead(plan)
    if not notebooks:
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
            job = {"starter": os.getpid(), "profile": plan.profile.name, "notebooks": notebooks}
            json.dump(job, process.stdin)
            process.stdin.close()
        yield
    finally:
        process.kill()
        process.wait()


def trained_ahead(plan: Plan) -> list[dict[str, Any]]:
    """The notebooks that are to run, and to train several networks side by side on this machine's CPU."""
    if plan.request.cluster:
        return []
    training = [
        name for name in plan.selected if plan.notebooks[name].grid and _on_cores(plan.parameters(name))
    ]
    states = plan.states() if training else {}
    return [
        {"name": name, "parameters": plan.parameters(name), "grids": plan.notebooks[name].grid}
        for name in training
        if states[name]
    ]


def _on_cores(parameters: dict[str, Any]) -> bool:
    return parameters.get("jobs", 1) > 1 and parameters.get("device", "cpu") == "cpu"


def main() -> None:
    """Run the job that standard input describes."""
    job = json.load(sys.stdin)
    when_parent_ends(job["starter"], lambda: os._exit(1))
    if hasattr(os, "nice"):
        os.nice(LOWEST_PRIORITY)
    from hashcenters.workbook.grid import cells_of

    for notebook in job["notebooks"]:
        for grid in notebook["grids"]:
            cells = cells_of(grid, notebook["parameters"], where=notebook["name"])
            train(cells, job["profile"], wait=grid != notebook["grids"][-1])


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
