"""Checks the shapes in every signature while the tests run, and keeps tests out of the real results."""

import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when it is imported

import pytest
from hypothesis import settings
from jaxtyping import install_import_hook

import basics
import chapters
import hashcenters
import shelf
import workbook
from basics.paths import project_root
from workbook.runner.processes import skip_grammar

skip_grammar()
# a busy machine may take seconds for any example, and a commit fails for what is in it
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")


def _typed_modules() -> list[str]:
    """Every module of the library but the numba kernels, which cannot be wrapped, and the commands' own files: run
    as `__main__`, their checked form would be cached as the plain one."""
    modules = [
        module
        for package in (basics, hashcenters, workbook, chapters, shelf)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    kept_out = (".kernels", ".__main__")
    return [module.name for module in modules if not module.ispkg and not any(part in module.name for part in kept_out)]


install_import_hook(_typed_modules(), "beartype.beartype")


# tests that share what is expensive to make: one worker runs each group, the largest groups first
TOGETHER = (
    "tests/test_notebooks.py",
    "tests/test_architecture.py",
    "tests/workbook/runner/test_run",
    "tests/shelf/ray/",
    "tests/workbook/report/",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the groups whole and all other tests one by one."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((group for group in TOGETHER if nodeid.startswith(group)), nodeid)

    return Together(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are cores: clusters, browsers and kernels are waited for half of their time."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(autouse=True)
def results_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the folders of results and of features at fresh temporary ones, and the committed results at none."""
    folder = tmp_path / "results"
    monkeypatch.setenv("HASHCENTERS_COMMITTED", str(tmp_path / "committed"))
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(folder))
    monkeypatch.setenv("HASHCENTERS_FEATURES", str(tmp_path / "features"))
    return folder


@pytest.fixture(scope="session")
def smoke_run() -> Callable[..., dict[str, Any]]:
    """The maker of arguments of `subprocess.run` for a smoke run with its results in a folder."""

    def arguments(folder: Path, *options: str) -> dict[str, Any]:
        moved = {"HASHCENTERS_RESULTS": str(folder), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(project_root() / "run_all.py"), "--profile", "smoke", *options]
        return {"args": command, "env": {**os.environ, **moved}, "text": True}

    return arguments


@pytest.fixture(scope="session")
def cell() -> Any:
    """The configuration of a training of half a second."""
    from benchmarks.damage import small_training

    return small_training()
