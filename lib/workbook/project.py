"""What a project says of its workbook, in the table `[tool.workbook]` of its pyproject.toml.

`hooks` names the module that answers for the runner, `catalogue` the folder of its documents, claims, published numbers
and discrepancies, `texts` the folder with a file of texts a notebook; folders are relative to the project.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.yaml import read_yaml


@cache
def project() -> dict[str, Any]:
    """The project's `pyproject.toml`."""
    return tomllib.loads((paths.project_root() / "pyproject.toml").read_text(encoding="utf-8"))


def setting(name: str) -> str:
    """One line of `[tool.workbook]`.

    Raises:
        InputError: it is not there.
    """
    found = project().get("tool", {}).get("workbook", {})
    if name not in found:
        raise InputError(f"pyproject.toml must give {name} in [tool.workbook], got {', '.join(found) or 'nothing'}")
    return found[name]


def catalogue_folder() -> Path:
    """Where about.yaml, claims.yaml, literature.yaml and discrepancies.yaml lie."""
    return paths.project_root() / setting("catalogue")


def texts_folder() -> Path:
    """Where the texts of the notebooks' exhibits lie."""
    return paths.project_root() / setting("texts")


def profile_file(profile: str) -> dict[str, Any]:
    """What the file of a profile says; empty where there is none, as for results on other data."""
    path = paths.profiles_root() / f"{profile}.yaml"
    content = read_yaml(path) if path.is_file() else None
    return content if isinstance(content, dict) else {}


def front_of(profile: str) -> str:
    """The profile whose committed results a report puts beside the papers' numbers: the one it names, or itself."""
    return str(profile_file(profile).get("front") or profile)
