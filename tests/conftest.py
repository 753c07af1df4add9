"""Checks the shapes in every signature while the tests run, and keeps tests out of the real results."""

import os
import pkgutil
from pathlib import Path

import hashcenters
import pytest
from jaxtyping import install_import_hook

os.environ.setdefault("MPLBACKEND", "agg")


def _typed_modules() -> list[str]:
    """Every module of the library but the numba kernels, which cannot be wrapped."""
    modules = pkgutil.walk_packages(hashcenters.__path__, "hashcenters.")
    return [module.name for module in modules if not module.ispkg and ".kernels" not in module.name]


install_import_hook(_typed_modules(), "beartype.beartype")


@pytest.fixture(autouse=True)
def results_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the results folder at a fresh temporary one."""
    folder = tmp_path / "results"
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(folder))
    return folder
