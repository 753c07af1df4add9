"""Results on other data than the profile's lie in a folder of their own, and those on own pictures judge nothing."""

import json
from pathlib import Path

import pytest

from basics.files import write_json
from basics.paths import profile_results, runs_root
from chapters.hooks import remarks
from workbook.results import open_results
from workbook.runner.plan import Plan, Request, make_plan


def plan(*settings: str) -> Plan:
    return make_plan(Request(only="04,07", settings=settings))


def own(root: Path) -> Plan:
    return plan("dataset=image-folder", f"root={root}")


def test_own_pictures_have_results_named_by_their_folder(tmp_path: Path) -> None:
    found = own(tmp_path / "My pictures")
    assert found.results.startswith("own-My-pictures-")
    assert found.title == "Own images: My-pictures (settings of the profile embedded)"
    assert {found.parameters(name)["profile"] for name in found.notebooks} == {found.results}
    assert own(tmp_path / "My pictures").results == found.results
    assert own(tmp_path / "other" / "My pictures").results != found.results


@pytest.mark.parametrize(
    ("settings", "results"),
    [
        ((), "embedded"),
        (("04.seeds=[0]",), "embedded"),
        (("04.multi_label_dataset=",), "embedded"),
        (("04.dataset=cifar10",), "embedded-cifar10"),
        (("04.multi_label_dataset=coco",), "embedded-coco"),
    ],
)
def test_other_data_do_not_mix_with_the_profiles(settings: tuple[str, ...], results: str) -> None:
    found = plan(*settings)
    assert (found.results, found.profile.name) == (results, "embedded")


def test_own_pictures_judge_nothing() -> None:
    results = open_results("04_training", profile="own-pictures-1a2b")
    shown = results.claim("csq-impl", "proved", observed="1", expected="1", evidence="It is.", data="mine")
    assert "not judged here" in repr(shown)
    assert not (profile_results("own-pictures-1a2b") / "claims.json").is_file() or not json.loads(
        (profile_results("own-pictures-1a2b") / "claims.json").read_text()
    )


def test_trainings_that_have_not_converged_are_counted() -> None:
    for name, losses in {"done": [9, 1, 1, 1], "falling": [9, 6, 3, 1]}.items():
        write_json(runs_root("own") / name / "config.json", {"history": [{"loss": loss} for loss in losses]})
    (line,) = remarks(["done", "falling", "falling", "gone"], "own")
    assert line.startswith("note: 1 of 2 trainings have not converged")
    assert list(remarks(["done"], "own")) == []
