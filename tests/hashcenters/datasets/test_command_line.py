"""`python -m hashcenters.datasets`: what there is, and what a wrong name gets."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hashcenters.datasets.__main__ import main
from hashcenters.datasets.registry import registry


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


@pytest.mark.parametrize("command", ["info", "download", "audit"])
def test_an_unknown_name_gets_one_line(command: str) -> None:
    result = CliRunner().invoke(main, [command, "imagenet"])
    assert result.exit_code == 2
    assert result.stderr.startswith("error: data set must be one of digits100, ")
    assert result.stderr.count("\n") == 1
