"""The manifest of a profile: what made its results, on which machine, how long it took, and their SHA-256."""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import mean
from typing import Any

from basics import paths
from basics.files import read_json, sha256, write_json
from workbook.committed import ARTEFACTS
from workbook.project import project
from workbook.records import MANIFEST, Manifest, read_or_empty
from workbook.runner.freshness import size_of
from workbook.runner.scrub import without_machine

CODE = ("lib", "notebooks", "profiles", "run_all.py", "requirements.lock")


def manifest_path(profile: str) -> Path:
    """Where the manifest lies."""
    return paths.profile_results(profile) / MANIFEST


def recorded(profile: str) -> dict[str, dict[str, Any]]:
    """What the manifest of a profile says of each notebook, nothing where it was damaged or edited."""
    return read_or_empty(paths.shown_results(profile) / MANIFEST, Manifest).get("notebooks", {})


def write_manifest(
    profile: str, notebooks: dict[str, dict[str, Any]], *, known: Collection[str], title: str = ""
) -> None:
    """Write the manifest of a profile; entries of notebooks that did not run stay.

    Args:
        profile: whose results.
        notebooks: entries of those that ran, from `entry`.
        known: names of all notebooks; entries of others are dropped.
        title: of the results, where it is not the profile's.
    """
    earlier = {name: old for name, old in recorded(profile).items() if name in known}
    content = environment() | {
        "profile": profile,
        **({"title": title} if title else {}),
        "notebooks": without_machine(earlier | notebooks),
        "artefacts": artefacts(paths.profile_results(profile)),
    }
    write_json(manifest_path(profile), content)


def entry(
    parameters: dict[str, Any], seconds: float, cells: int, error: str | None, trainings: dict[str, Any]
) -> dict[str, Any]:
    """What the manifest says of one executed notebook.

    Args:
        parameters: the value of every parameter.
        seconds: wall-clock time.
        cells: code cells.
        error: what stopped it, None if it went through.
        trainings: their cost, from `cost_of`.
    """
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "cells": cells,
        "machine": describe_machine(),
        "parameters": parameters,
        "seeds": {key: value for key, value in parameters.items() if key.startswith("seed")},
        "error": error,
        "trainings": trainings,
    } | commit()


def environment() -> dict[str, Any]:
    """Versions, platform and device of this process."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": describe_machine(),
        "packages": packages(),
    } | commit()


def packages() -> dict[str, str]:
    """Version of every direct dependency that is installed."""
    own = project()["project"]
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in own["dependencies"]]
    found = {own["name"]: own["version"]}
    for name in sorted(names):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def commit() -> dict[str, Any]:
    """The commit of the project and whether its code differs from it; both None outside version control."""
    head = output_of("git", "rev-parse", "HEAD")
    changes = output_of("git", "status", "--porcelain", "--", *CODE)
    return {"commit": head or None, "changed_since_commit": None if changes is None else bool(changes)}


def artefacts(folder: Path) -> dict[str, str]:
    """SHA-256 of every result in a profile's folder, by relative path."""
    found = sorted(path for pattern in ARTEFACTS for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256(path) for path in found if not path.name.startswith(".")}


def note_artefacts(profile: str) -> None:
    """Bring the sums of a profile's results up to date, after its page was built."""
    path = manifest_path(profile)
    if path.is_file():  # not before any notebook was run
        write_json(path, read_json(path) | {"artefacts": artefacts(path.parent)})


def cost_of(trainings: Iterable[str], *, profile: str, name: str, seconds: float) -> dict[str, Any]:
    """What the trainings of a notebook cost, for later estimates; counted from their folders.

    Args:
        trainings: keys of all that it reads.
        profile: whose results.
        name: of the notebook.
        seconds: that the notebook took without them.

    Returns:
        `count`, `mean_seconds` (of one), `mean_bytes` (of one) and `other_seconds` (of the notebook without its
        trainings); what an earlier run says where none can be read.
    """
    folders = [paths.runs_root(profile) / key for key in trainings]
    noted = {folder: read_or_empty(folder / "config.json").get("seconds") for folder in folders}
    costs = {folder: seconds for folder, seconds in noted.items() if isinstance(seconds, int | float)}
    if not costs:
        return recorded(profile).get(name, {}).get("trainings", {})
    return {
        "count": len(costs),
        "mean_seconds": round(mean(costs.values()), 2),
        "mean_bytes": round(mean(map(size_of, costs))),
        "other_seconds": round(seconds, 1),
    }


def estimated_seconds(entry: dict[str, Any], missing: int | None, *, jobs: int) -> float | None:
    """Expected seconds of a notebook, None where no whole run of it is recorded.

    Args:
        entry: of the notebook in the manifest.
        missing: trainings still to do, None where the notebook trains nothing.
        jobs: trainings side by side.
    """
    if entry.get("error"):
        return None
    costs = entry.get("trainings")
    if missing is None or not costs:
        return entry.get("seconds")
    return costs["other_seconds"] + missing * costs["mean_seconds"] / min(jobs, max(missing, 1))


def output_of(*command: str) -> str | None:
    """What a command prints when run in the project folder, None where it is missing or fails."""
    if not shutil.which(command[0]):
        return None
    run = subprocess.run(command, capture_output=True, text=True, cwd=paths.project_root(), check=False)
    return run.stdout.strip() if run.returncode == 0 else None


def graphics_cards() -> list[str]:
    """Names of the CUDA devices that the driver finds."""
    return (output_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "").splitlines()


def choose_device(wanted: str) -> str:
    """`cpu` or `cuda`: what was asked for, or for `auto` what torch finds.

    torch takes seconds to import, so it is asked only where the driver finds a card.
    """
    if wanted != "auto":
        return wanted
    if not graphics_cards():
        return "cpu"
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def describe_machine() -> str:
    """The graphics cards, or the processor and how many of its cores may be used."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ", ".join(graphics_cards()) or f"{processor()}, {cores} cores"


def processor() -> str:
    """The processor's name; the platform module knows only its architecture on Linux."""
    described = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", described.read_text() if described.is_file() else "", re.MULTILINE)
    return named[1] if named else platform.processor() or platform.machine()
