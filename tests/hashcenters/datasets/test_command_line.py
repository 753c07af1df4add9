"""`python -m hashcenters.datasets`: what there is, and what a wrong name gets."""

import runpy
import sys
import warnings
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from click.testing import CliRunner

from basics.errors import InputError
from hashcenters.datasets.__main__ import main
from hashcenters.datasets.registry import load, registry


def test_list_names_every_set_and_whether_it_is_there(data_folder: Path) -> None:
    root, *lines = CliRunner().invoke(main, ["list"]).output.splitlines()
    assert root == f"data root: {data_folder}"
    states = {line.split()[0]: line[27:39].strip() for line in lines}
    assert list(states) == list(registry())
    assert (states["scenes"], states["image-folder"], states["cifar10"]) == ("built in", "own images", "1 missing")


def test_info_says_how_a_set_is_scored_and_what_is_missing(data_folder: Path) -> None:
    result = CliRunner().invoke(main, ["info", "coco"])
    assert result.exit_code == 0
    assert "coco-80: 10,000 train, 5,000 query; mAP@5000" in result.output
    assert f"coco: {data_folder / 'coco' / 'train2014'} is missing: " in result.output


def test_audit_of_a_set_without_lists_counts_its_splits() -> None:
    output = CliRunner().invoke(main, ["audit", "scenes"]).output
    assert "unlabelled" in output
    assert "label_conflicts" in output


@pytest.mark.parametrize("module", ["hashcenters.datasets", "hashcenters.training", "hashcenters.metrics"])
@pytest.mark.parametrize(
    "arguments", [[], ["audit"], ["encode"], ["download", "a", "b"], ["nothing"], ["--nothing"], ["list", "more"]]
)
def test_wrong_arguments_of_any_command_get_one_line(module: str, arguments: list[str]) -> None:
    said = StringIO()
    with (
        patch.object(sys, "argv", [module, *arguments]),
        redirect_stderr(said),
        pytest.raises(SystemExit) as stopped,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore", RuntimeWarning)  # the module was imported before, by other tests
        runpy.run_module(f"{module}.__main__", run_name="__main__")
    assert stopped.value.code == 2
    assert said.getvalue().startswith("error: ") and said.getvalue().count("\n") == 1


def test_a_seed_below_0_gets_one_line() -> None:
    with pytest.raises(InputError, match=r"option seed of digits100 must be a whole number in 0..4294967295, got -1"):
        load("digits100", seed=-1)


def test_numbers_of_numpy_are_numbers() -> None:
    sizes = {"train_per_class": 2, "validation_per_class": 1, "query_per_class": 1, "database_per_class": 2}
    numbers = {name: np.int64(size) for name, size in sizes.items()}
    data = load("digits100", **numbers, noise=np.float32(0.25), seed=np.int64(3))
    assert data.fingerprint == load("digits100", **sizes, noise=0.25, seed=3).fingerprint


@pytest.mark.parametrize("command", ["info", "download", "audit"])
def test_an_unknown_name_gets_one_line(command: str) -> None:
    result = CliRunner().invoke(main, [command, "imagenet"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: data set must be one of digits100, ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "option", "value", "limits"),
    [
        ("digits100", "query_per_class", 10**9, "a whole number in 1..10000"),
        ("digits100", "top_k", 0, "a whole number in 1..2147483647"),
        ("digits100", "noise", float("nan"), "0 to 10"),
        ("digits100", "noise", -0.5, "0 to 10"),
        ("scenes", "shift", -1, "a whole number in 0..64"),
        ("scenes", "query_size", 0, "a whole number in 1..1000000"),
        ("clips", "side", 10**9, "a whole number in 8..256"),
        ("nabirds", "num_classes", 0, "a whole number in 2..2147483647"),
    ],
)
def test_sizes_have_limits_before_anything_is_made(name: str, option: str, value: float, limits: str) -> None:
    with pytest.raises(InputError, match=rf"option {option} of {name} must be {limits}, got {value}"):
        load(name, **{option: value})
