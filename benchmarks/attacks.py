"""A small workbook that is run and attacked: what works for it, what of it is finished, and what is wrong with it."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.files import sha256
from basics.paths import project_root
from hashcenters.training.checkpoint import load_tensors
from hashcenters.training.run import sum_of_note

TRAININGS = 4
SECONDS_TO_END = 15.0  # for all that a run had started
PROFILE = "attacked"
GRID = """from hashcenters.centers.generate import make_centers
from hashcenters.sweep import GridPoint, sweep
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
sizes = dict.fromkeys(("train_per_class", "validation_per_class", "query_per_class", "database_per_class"), 1)
cell = TrainingConfig(
    dataset="digits100", dataset_options=sizes | {"train_per_digit": 10}, backbone="alexnet-narrow",
    head="csq", bits=16, objective="central", centers=freeze_centers(make_centers("csq", 16, 100, seed=0)),
    recipe=Recipe(epochs=8, lr=1e-3), seed=0,
)
points = [GridPoint({"seed": seed}, cell.with_seed(seed)) for seed in range(trainings)]
runs = sweep(points, profile=profile, jobs=jobs)"""
READS = 'print([round(float(run.outputs("query").sum()), 6) for run in runs["run"]])'
WORKS = """import subprocess, time
worker = subprocess.Popen(["sleep", "3"])
for step in range(4):
    time.sleep(0.5)
worker.wait()
print("worked")"""
NOTEBOOKS = {
    "01_quick": ([], 'print("quick")'),
    "02_trains": (["01_quick"], GRID, READS),
    "03_works": (["02_trains"], WORKS, 'print("to the end")'),
}
PARAMETERS = f'profile: str = "embedded"\ntrainings: int = {TRAININGS}\njobs: int = 2'
PATIENCE = 600.0


@dataclass(frozen=True)
class Process:
    """One that works for a workbook."""

    number: int
    parent: int
    group: int
    command: str


@dataclass(frozen=True)
class Book:
    """A workbook in a folder, its results below it or elsewhere."""

    folder: Path
    results: Path

    @classmethod
    def written(cls, folder: Path, results: Path | None = None) -> "Book":
        """Write the notebooks and the profile."""
        for name, (after, *code) in NOTEBOOKS.items():
            place = folder / "notebooks" / f"{name}.ipynb"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(json.dumps(notebook_of(after, code)))
        (folder / "profiles").mkdir(exist_ok=True)
        (folder / "profiles" / f"{PROFILE}.yaml").write_text(f"name: {PROFILE}\ntitle: Attacked\nnotebooks: {{}}\n")
        return cls(folder, results or folder / "results")

    @property
    def profile(self) -> Path:
        return self.results / PROFILE

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `run_all.py` in a group of its own."""
        places = {"NOTEBOOKS": self.folder / "notebooks", "PROFILES": self.folder / "profiles", "RESULTS": self.results}
        moved = {f"HASHCENTERS_{name}": str(place) for name, place in places.items()}
        return subprocess.Popen(
            [sys.executable, str(project_root() / "run_all.py"), "--profile", PROFILE, *arguments],
            env={**os.environ, **moved, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run it to its end: the exit code and what it printed."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, output

    def processes(self) -> list[Process]:
        """What works for it now."""
        mark, found = f"HASHCENTERS_RESULTS={self.results}\0".encode(), []
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                state, parent, group = (place / "stat").read_text().rsplit(")", 1)[1].split()[:3]
                if mark in (place / "environ").read_bytes() and state != "Z":
                    command = (place / "cmdline").read_text().replace("\0", " ")
                    found.append(Process(int(place.name), int(parent), int(group), command))
        return found

    def finished(self) -> dict[str, str]:
        """What is finished: trainings and notebooks, with a digest of what makes them so."""
        found = {path.parent.name: _noted(path) for path in self.profile.glob("runs/*/config.json")}
        for path in self.profile.glob("fresh/0*.json"):
            with suppress(OSError, ValueError):
                record = json.loads(path.read_text())
                made = self.profile / "notebooks" / path.with_suffix(".ipynb").name
                found |= {path.stem: sha256(made)} if record["state"] == "done" else {}
        return found

    def left(self) -> list[Process]:
        """The processes that still work some seconds after the run has ended."""
        deadline = time.monotonic() + SECONDS_TO_END
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left

    def half_files(self) -> list[str]:
        """Files under their final names that are not whole."""
        return [str(path) for path in self.profile.rglob("*") if path.is_file() and not _is_whole(path)]

    def unfinished_files(self) -> list[Path]:
        """What writers left."""
        return [path for path in self.profile.rglob(".*.tmp*") if path.is_file()]

    def outcome(self) -> dict[str, str]:
        """Digests of what the notebooks say and of the trained codes."""
        found = {path.name: sha256(path) for path in self.profile.glob("notebooks/*.ipynb")}
        for path in self.profile.glob("runs/*/outputs.safetensors"):
            tensors, _ = load_tensors(path)
            found[path.parent.name] = str({name: tensor.numpy().tobytes() for name, tensor in sorted(tensors.items())})
        return found


def _noted(path: Path) -> str:
    """A digest of what a training's note says; its checksum may be put in later, by the next that finds it."""
    return sum_of_note(json.loads(path.read_text()))


def notebook_of(after: list[str], code: list[str]) -> dict[str, Any]:
    """A notebook of code cells; the first is its grid where it trains."""
    cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Attacked"]}]
    for index, source in enumerate((PARAMETERS, *code)):
        tags = ["parameters"] if not index else ["grid"] if source == GRID else []
        cell = {"cell_type": "code", "id": f"code-{index}", "metadata": {"tags": tags} if tags else {}}
        cells.append(cell | {"source": source.splitlines(keepends=True), "outputs": [], "execution_count": None})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"workbook": {"after": after}, "kernelspec": kernel}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}


def _is_whole(path: Path) -> bool:
    """Whether a file can be read as what its name says; temporary files need not."""
    if ".tmp" in path.name:
        return True
    try:
        if path.suffix in (".json", ".ipynb"):
            json.loads(path.read_text())
        elif path.suffix == ".safetensors":
            load_tensors(path)
    except (InputError, ValueError):
        return False
    return True
