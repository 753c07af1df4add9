"""The manifest of a profile: what made its results, how long it took, and the SHA-256 of each of them."""

import platform
import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.files import read_json, sha256, write_json

from hashcenters.workbook import machine
from hashcenters.workbook.scrub import without_machine

ARTEFACTS = ("claims.json", "exhibits.json", "notebooks/*.ipynb", "figures/*", "tables/*")
CODE = ("lib", "notebooks", "profiles", "run_all.py", "requirements.lock")


def manifest_path(profile: str) -> Path:
    """Where the manifest lies."""
    return paths.profile_results(profile) / "manifest.json"


def read_manifest(profile: str) -> dict[str, Any]:
    """The manifest of a profile's last run, empty where there is none."""
    path = manifest_path(profile)
    try:
        return read_json(path) if path.is_file() else {}
    except InputError:
        return {}


def write_manifest(profile: str, notebooks: dict[str, dict[str, Any]], *, known: Collection[str]) -> None:
    """Write the manifest of a profile; entries of notebooks that did not run stay.

    Args:
        profile: whose results.
        notebooks: entries of those that ran, from `entry`.
        known: names of all notebooks; entries of others are dropped.
    """
    earlier = {
        name: old for name, old in read_manifest(profile).get("notebooks", {}).items() if name in known
    }
    content = environment() | {
        "profile": profile,
        "notebooks": without_machine(earlier | notebooks),
        "artefacts": artefacts(paths.profile_results(profile)),
    }
    write_json(manifest_path(profile), content)


def entry(
    parameters: dict[str, Any],
    *,
    seconds: float,
    cells: int,
    error: str | None,
    trainings: dict[str, Any],
) -> dict[str, Any]:
    """What the manifest says of one executed notebook.

    Args:
        parameters: the value of every parameter.
        seconds: wall-clock time.
        cells: code cells.
        error: what stopped it, None if it went through.
        trainings: their cost, from `trainings.spent`.
    """
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "cells": cells,
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
        "device": machine.describe(),
        "packages": packages(),
    } | commit()


def packages() -> dict[str, str]:
    """Version of every direct dependency that is installed."""
    project = tomllib.loads((paths.project_root() / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in project["dependencies"]]
    found = {"hashcenters": project["version"]}
    for name in sorted(names):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit() -> dict[str, Any]:
    """The commit of the project and whether its code differs from it; both None outside version control."""
    head = machine.output_of("git", "rev-parse", "HEAD")
    changes = machine.output_of("git", "status", "--porcelain", "--", *CODE)
    return {"commit": head or None, "changed_since_commit": None if changes is None else bool(changes)}


def artefacts(folder: Path) -> dict[str, str]:
    """SHA-256 of every result in a profile's folder, by relative path."""
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(_results(folder))}


def _results(folder: Path) -> Iterator[Path]:
    for pattern in ARTEFACTS:
        yield from (path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith("."))
