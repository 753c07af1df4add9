"""One set of dependencies, said in four places: pyproject.toml, requirements.lock, environment.yml, Makefile."""

import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile, which
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from basics.paths import project_root

ROOT = project_root()
PYTHONS = ("3.11", "3.12", "3.13")


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lock_entries(path: Path = ROOT / "requirements.lock") -> list[tuple[Requirement, list[str]]]:
    """Every pinned requirement of a lock with its hashes."""
    logical = path.read_text().replace("\\\n", " ").splitlines()
    lines = [line for line in logical if line.strip() and not line.startswith("#")]
    return [
        (Requirement(line.split(" --hash")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})", line)) for line in lines
    ]


def locked(python: str) -> dict[str, Version]:
    """Name → version of what the lock installs on Linux with one Python."""
    machine = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    machine |= {"platform_system": "Linux", "platform_machine": "x86_64", "implementation_name": "cpython"}
    found = [entry for entry, _ in lock_entries() if entry.marker is None or entry.marker.evaluate(machine)]
    assert len({normal(entry.name) for entry in found}) == len(found), "a package is pinned twice"
    return {normal(entry.name): Version(str(entry.specifier).removeprefix("==")) for entry in found}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_lock_pins_every_package_with_hashes() -> None:
    for entry, hashes in lock_entries():
        assert re.fullmatch(r"==[\w.+!]+", str(entry.specifier)), entry
        assert hashes, f"{entry} has no hash"
        assert entry.url is None


def test_the_lock_names_no_index() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host|no-index)|^-[if] ", text, re.MULTILINE)
    assert not re.search(r"\b[\w-]+\.(org|com|net|io)\b", text)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_the_project(python: str) -> None:
    pins = locked(python)
    declared = project()
    wanted = [
        *declared["dependencies"],
        *(line for extra in declared["optional-dependencies"].values() for line in extra),
    ]
    for requirement in map(Requirement, wanted):
        assert normal(requirement.name) in pins, f"{requirement} is not locked"
        version = pins[normal(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} against {version}"
        assert any(bound.operator == ">=" for bound in requirement.specifier), f"{requirement} has no lower bound"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_keeps_its_constraints_and_can_build_the_project(python: str) -> None:
    pins = locked(python)
    for line in (ROOT / "constraints.txt").read_text().split():
        constraint = Requirement(line)
        assert constraint.specifier.contains(pins[constraint.name])
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    for requirement in map(Requirement, build):
        assert requirement.specifier.contains(pins[requirement.name])


def test_what_installs_the_rest_is_pinned_with_hashes_too() -> None:
    pin, *hashes = (ROOT / "requirements-uv.txt").read_text().replace(" \\", "").splitlines()[1:]
    assert re.fullmatch(r"uv==[\d.]+", pin)
    assert len(hashes) > 1
    assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}", line) for line in hashes)
    installs = [line for line in (ROOT / "Makefile").read_text().splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)


SKIPPED = "audit skipped: pip-audit or the service that it asks cannot"


@pytest.mark.parametrize(
    ("said", "code", "shown", "expected"),
    [
        ("No known vulnerabilities found", 0, "No known vulnerabilities found", 0),
        ("Found 1 known vulnerability in 1 package", 1, "Found 1 known vulnerability in 1 package", 1),
        ("Found 2 known vulnerabilities, ConnectionError later", 1, "Found 2 known", 1),
        ("requests.exceptions.ConnectionError: Max retries exceeded", 1, SKIPPED, 0),
        ("error: Failed to fetch: a registry", 2, SKIPPED, 0),
        ("", 124, SKIPPED, 0),
        ("pip-audit: error: unrecognized arguments", 2, "pip-audit: error: unrecognized", 2),
        ("No module named uv", 1, "No module named uv", 1),
    ],
)
def test_an_audit_fails_by_what_it_found_and_not_by_its_service(
    said: str, code: int, shown: str, expected: int, tmp_path: Path
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    python.chmod(0o755)
    ended = subprocess.run(
        [ROOT / ".ci/audit"], env=os.environ | {"PY": str(python)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == expected
    assert ended.stdout.startswith(shown)


def test_continuous_integration_fails_by_the_audit() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert [line for line in lines if "audit" in line] == [".ci/audit"]


def test_python_versions_agree() -> None:
    supported = SpecifierSet(project()["requires-python"])
    assert [version for version in ("3.10", *PYTHONS, "3.14") if version in supported] == list(PYTHONS)
    makefile = (ROOT / "Makefile").read_text()
    low, high = (
        tuple(map(int, bound.split(", ")))
        for bound in re.search(r"\((3, \d+)\) <= v < \((3, \d+)\)", makefile).groups()
    )
    assert str(supported) in (
        f">={low[0]}.{low[1]},<{high[0]}.{high[1]}",
        f"<{high[0]}.{high[1]},>={low[0]}.{low[1]}",
    )


@pytest.mark.skipif(which("make") is None or which("awk") is None, reason="needs make and awk")
def test_without_cuda_the_lock_is_the_same_but_for_torch_and_cuda(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        copyfile(ROOT / name, tmp_path / name)
    outside_make = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    options = {"cwd": tmp_path, "env": outside_make, "capture_output": True, "text": True, "check": True}
    steps = subprocess.run(["make", "-n", "setup", "TORCH=cpu", f"PYTHON={sys.executable}"], **options).stdout
    (tmp_path / ".venv").mkdir()
    subprocess.run(next(line for line in steps.splitlines() if line.startswith("awk")), shell=True, **options)
    lock, kept = (lock_entries(tmp_path / name) for name in ("requirements.lock", ".venv/requirements-cpu.lock"))
    left_out = {entry.name for entry, _ in lock} - {entry.name for entry, _ in kept}
    assert {"torch", "torchvision", "triton", "nvidia-cudnn-cu13", "cuda-toolkit"} <= left_out
    assert all(re.match("torch|triton|nvidia-|cuda-", name) for name in left_out)
    assert [str(entry) for entry in kept] == [str(entry) for entry in lock if entry[0].name not in left_out]
    pins = {entry.name: str(entry.specifier) for entry, _ in lock}
    installed = next(line for line in steps.splitlines() if "--torch-backend cpu" in line)
    assert f"torch{pins['torch']} torchvision{pins['torchvision']}" in installed


def test_containers_take_a_python_of_the_project_and_its_one_way_to_set_up() -> None:
    supported = SpecifierSet(project()["requires-python"])
    docker = (ROOT / "Dockerfile").read_text()
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    named = [*re.findall(r"^FROM python:([\d.]+)", docker, re.MULTILINE)]
    named += [container["image"].removeprefix("python:"), (ROOT / "binder/runtime.txt").read_text().strip()[7:]]
    assert len(named) == 3
    assert all(version in supported for version in named), named
    for text in (docker, container["postCreateCommand"], (ROOT / "binder/postBuild").read_text()):
        assert "make setup TORCH=" in text
    assert os.access(ROOT / "binder/postBuild", os.X_OK)


def conda() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def test_conda_installs_the_lock_and_nothing_else() -> None:
    environment = conda()
    assert environment["name"] == "hashcenters"
    python, pip, section = environment["dependencies"]
    assert re.fullmatch(r"python=3\.\d+", python)
    assert python.removeprefix("python=") in SpecifierSet(project()["requires-python"])
    assert pip == "pip"
    assert section == {"pip": ["-r requirements.lock"]}


@pytest.mark.skipif(find_spec("pip") is None, reason="this environment has no pip")
@pytest.mark.parametrize(("more", "accepted"), [([], True), (["--editable ."], False)])
def test_pip_takes_the_section_as_one_file(more: list[str], accepted: bool) -> None:
    """As conda does: beside environment.yml; an editable install in the same file is what pip refuses."""
    lines = [*conda()["dependencies"][-1]["pip"], *more]
    path = ROOT / f".conda-section-{os.getpid()}.tmp.txt"
    path.write_text("\n".join(lines))
    command = ["-m", "pip", "install", "--dry-run", "--no-deps", "--no-index", "--disable-pip-version-check"]
    try:
        ended = subprocess.run(
            [sys.executable, *command, "-r", path.name], cwd=ROOT, capture_output=True, text=True, check=False
        )
    finally:
        path.unlink()
    assert (ended.returncode == 0) is accepted, ended.stderr
    if not accepted:
        assert "cannot be installed when requiring hashes" in ended.stderr


@pytest.mark.skipif(which("make") is None, reason="needs make")
@pytest.mark.parametrize("version", ["2.7.18", "3.10.13", "3.14.0", None])
def test_make_says_in_one_sentence_that_python_does_not_suit(tmp_path: Path, version: str | None) -> None:
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        copyfile(ROOT / name, tmp_path / name)
    python = tmp_path / "python"
    if version is not None:
        python.write_text(f'#!/bin/sh\nif [ "$1" = -V ]; then echo Python {version}; else exit 1; fi\n')
        python.chmod(0o755)
    outside_make = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL"}}
    ended = subprocess.run(
        ["make", "test", f"PYTHON={python}"],
        cwd=tmp_path,
        env=outside_make,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout.startswith("Python 3.11, 3.12 or 3.13 is needed, ")
    assert (version or "there is no") in ended.stdout
    assert len(ended.stdout.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()
