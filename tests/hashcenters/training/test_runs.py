"""Trainings: deterministic, found again, resumed after a kill, refused when they cannot work."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from basics import loaded
from basics.errors import InputError
from hashcenters.centers.generate import make_centers
from hashcenters.sweep import GridPoint, missing, sweep
from hashcenters.training import loop
from hashcenters.training.checkpoint import save_tensors
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.loop import make_optimiser
from hashcenters.training.run import build_network, build_objective, code_fingerprint, find, run, run_key

OPTIONS = {
    "train_per_class": 2,
    "validation_per_class": 1,
    "query_per_class": 1,
    "database_per_class": 3,
    "train_per_digit": 10,
}
CONFIG = TrainingConfig(
    dataset="digits100",
    dataset_options=OPTIONS,
    backbone="alexnet-narrow",
    head="csq",
    bits=16,
    objective="central",
    centers=freeze_centers(make_centers("csq", 16, 100, seed=0)),
    recipe=Recipe(epochs=2, lr=1e-3, head_factor=2.0),
    seed=0,
)
CLASSIFIER = replace(CONFIG, head="classifier", bits=100, objective="classification", centers=None)


def test_two_trainings_give_the_same_bits(tmp_path):
    first, second = (run(CONFIG, tmp_path / name) for name in ("a", "b"))
    for split in ("train", "validation", "query", "database"):
        assert np.array_equal(first.codes(split), second.codes(split))
    assert np.array_equal(first.outputs("query"), second.outputs("query"))
    assert first.history().equals(second.history())


def test_a_finished_training_is_not_run_again(tmp_path):
    first = run(CONFIG, tmp_path)
    written = (first.folder / "config.json").stat().st_mtime_ns
    assert run(CONFIG, tmp_path).folder == first.folder
    assert (first.folder / "config.json").stat().st_mtime_ns == written


def test_codes_are_the_signs_of_the_outputs_and_the_network_comes_back(tmp_path):
    done = run(CONFIG, tmp_path)
    outputs = done.outputs("query")
    assert np.array_equal(done.codes("query"), np.where(outputs >= 0, 1, -1))
    assert done.codes("database").shape == (300, 16)
    assert done.centers_by_epoch().shape == (3, 100, 16)
    state = done.trained()[0].state_dict()
    assert all(torch.isfinite(value).all() for value in state.values())


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 1},
        {"objective_options": {"lambda_pairwise": 0.0}},
        {"recipe": Recipe(epochs=3, lr=1e-3, head_factor=2.0)},
        {"dataset_options": OPTIONS | {"noise": 0.2}},
        {"centers": freeze_centers(make_centers("csq", 16, 100, seed=1))},
        {"backbone_from": CLASSIFIER},
    ],
)
def test_whatever_changes_numbers_changes_the_key(change):
    assert run_key(replace(CONFIG, **change)) != run_key(CONFIG)


def test_a_backbone_is_trained_once_and_handed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path))
    child = replace(CONFIG, backbone_from=CLASSIFIER)
    expected = [CLASSIFIER, child, child.with_seed(1)]
    assert list(missing([child, child.with_seed(1)], "test").values()) == expected
    runs = sweep([GridPoint({}, child), GridPoint({}, child.with_seed(1))], profile="test")["run"]
    assert missing([child, child.with_seed(1)], "test") == {}
    assert [done.config.seed for done in runs] == [0, 1]
    trained = find(CLASSIFIER, tmp_path / "test" / "runs")
    assert trained.history()["accuracy"].between(0, 1).all()


def test_side_by_side_gives_the_same_codes_as_one_after_the_other(tmp_path, monkeypatch):
    points = [GridPoint({}, CONFIG), GridPoint({}, CONFIG.with_seed(1))]
    codes = []
    for jobs in (1, 2):
        monkeypatch.setenv("HASHCENTERS_RESULTS", str(tmp_path / str(jobs)))
        codes.append([done.codes("query") for done in sweep(points, profile="test", jobs=jobs)["run"]])
    assert all(np.array_equal(one, two) for one, two in zip(*codes, strict=True))


@pytest.mark.parametrize("name", ["state.safetensors", "outputs.safetensors", "config.json"])
def test_a_damaged_result_is_set_aside_and_computed_again(tmp_path, name):
    done = run(CONFIG, tmp_path)
    before = done.codes("query")
    file = done.folder / name
    file.write_bytes(file.read_bytes()[:-4])
    again = run(CONFIG, tmp_path)
    assert np.array_equal(again.codes("query"), before)
    assert file.with_name(name + ".damaged").exists()


@pytest.mark.parametrize(
    "edit",
    [
        lambda note: note["config"]["recipe"].update(lr=0.5),
        lambda note: note["config"].update(seed=1),
        lambda note: note["history"].pop(),
        lambda note: note.update(seconds=0.0),
        lambda note: note.update(sha256="0" * 64),
    ],
)
def test_an_edited_note_is_noticed(tmp_path, edit):
    done = run(CONFIG, tmp_path)
    file = done.folder / "config.json"
    note = json.loads(file.read_text())
    edit(note)
    file.write_text(json.dumps(note))
    with pytest.raises(InputError, match=r"config\.json does not hold what was written into it"):
        done.history()
    assert len(run(CONFIG, tmp_path).history()) == 2
    assert file.with_name("config.json.damaged").exists()


def test_a_note_without_a_checksum_is_read(tmp_path):
    """As a training has it that was killed just before it was sealed, or ended before notes had one."""
    done = run(CONFIG, tmp_path)
    file = done.folder / "config.json"
    note = json.loads(file.read_text())
    del note["sha256"]
    file.write_text(json.dumps(note))
    assert run(CONFIG, tmp_path).seconds() == done.seconds() == note["seconds"]


def test_a_damaged_checkpoint_is_set_aside(tmp_path):
    folder = tmp_path / run_key(CONFIG)
    folder.mkdir()
    (folder / "checkpoint.safetensors").write_bytes(b"no checkpoint")
    assert len(run(CONFIG, tmp_path).history()) == 2
    assert (folder / "checkpoint.safetensors.damaged").exists()


def of_another_network(tensors, note):
    return {name: value[..., :1].contiguous() if value.ndim > 1 else value for name, value in tensors.items()}, note


def of_other_moments(tensors, note):
    return {name: value[:1] if name.startswith("optimiser.0.exp") else value for name, value in tensors.items()}, note


def of_fewer_centers(tensors, note):
    return {name: value for name, value in tensors.items() if name != "centers.1"}, note


@pytest.mark.parametrize("change", [of_another_network, of_other_moments, of_fewer_centers])
def test_a_checkpoint_that_does_not_fit_is_set_aside_and_leaves_no_trace(tmp_path, monkeypatch, caplog, change):
    whole = run(CONFIG, tmp_path / "whole")
    folder = tmp_path / "again" / run_key(CONFIG)
    kept = []
    monkeypatch.setattr(loop, "save_tensors", lambda path, tensors, note: kept.append((tensors, note)))
    run(CONFIG, tmp_path / "kept")
    monkeypatch.undo()
    folder.mkdir(parents=True)
    save_tensors(folder / "checkpoint.safetensors", *change(*kept[0]))
    again = run(CONFIG, tmp_path / "again")
    assert np.array_equal(again.outputs("query"), whole.outputs("query"))
    assert (folder / "checkpoint.safetensors.damaged").exists()
    [said] = caplog.messages
    assert "checkpoint.safetensors cannot be used (" in said


def test_what_a_killed_writer_left_goes_with_the_next_try(tmp_path):
    folder = tmp_path / run_key(CONFIG)
    folder.mkdir()
    (folder / ".checkpoint-x1y2.tmp.safetensors").write_bytes(b"half")
    run(CONFIG, tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == [
        *(".lock", "config.json", "outputs.safetensors", "state.safetensors")
    ]


def test_code_that_changed_after_it_was_imported_names_no_training(monkeypatch):
    code_fingerprint.cache_clear()
    states = dict(loaded.AT_START)
    monkeypatch.setattr(loaded, "AT_START", states | {"hashcenters/losses/repmet.py": (0, 0)})
    assert code_fingerprint(CONFIG.names())
    monkeypatch.setattr(loaded, "AT_START", states | {"hashcenters/losses/central.py": (0, 0)})
    code_fingerprint.cache_clear()
    with pytest.raises(InputError, match=r"lib/hashcenters/losses/central\.py was changed after this process"):
        code_fingerprint(CONFIG.names())


def test_modules_that_vanish_while_they_are_noted_count_for_nothing(tmp_path):
    (tmp_path / "one" / "__pycache__").mkdir(parents=True)
    for name in ("__init__.py", "two.py", "__pycache__/three.py"):
        (tmp_path / "one" / name).touch()
    (tmp_path / "one" / ".#two.py").symlink_to("what an editor has just removed")
    assert loaded.states(tmp_path, "*.py").keys() == {"one/__init__.py", "one/two.py"}


def test_files_are_noted_before_any_other_is_imported():
    program = "import sys, hashcenters.limits; print(*(name for name in sys.modules if name.split('.')[0] in sys.argv))"
    houses = ("basics", "hashcenters", "workbook", "chapters", "shelf")
    printed = subprocess.check_output([sys.executable, "-c", program, *houses], text=True)
    assert printed.split() == ["basics.loaded", "basics", "hashcenters", "hashcenters.limits"]  # as they were done


LONG = replace(CONFIG, recipe=replace(CONFIG.recipe, epochs=12))


def test_a_killed_training_goes_on_and_ends_with_the_same_bits(tmp_path):
    program = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path; from test_runs import LONG;"
        "from hashcenters.training.run import run; run(LONG, Path(sys.argv[1]))"
    )
    arguments = [
        sys.executable,
        "-c",
        program,
        str(tmp_path / "killed"),
        str(Path(__file__).parent),
    ]
    process = subprocess.Popen(arguments)
    checkpoint = tmp_path / "killed" / run_key(LONG) / "checkpoint.safetensors"
    waited = time.monotonic() + 600
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < waited:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert checkpoint.exists(), "the training ended before it could be killed"
    resumed, straight = run(LONG, tmp_path / "killed"), run(LONG, tmp_path / "straight")
    assert np.array_equal(resumed.outputs("query"), straight.outputs("query"))
    assert resumed.history().equals(straight.history())
    assert not checkpoint.exists()


def test_the_optimiser_follows_the_recipe():
    network = build_network(CONFIG)
    recipe = Recipe(lr=5e-4, head_factor=5.0, optimiser="sgd", momentum=0.9, weight_decay=1e-4, batch_size=32)
    made = make_optimiser(network, build_objective(CONFIG, network), recipe)
    assert isinstance(made, torch.optim.SGD)
    assert {group["name"]: group["lr"] for group in made.param_groups} == {
        "backbone": 5e-4,
        "hash_layer": 2.5e-3,
    }
    assert all(group["momentum"] == 0.9 and group["weight_decay"] == 1e-4 for group in made.param_groups)
    held = [id(parameter) for group in made.param_groups for parameter in group["params"]]
    assert sorted(held) == sorted(id(parameter) for parameter in network.parameters())


def test_learned_centers_are_given_to_the_optimiser():
    config = replace(CONFIG, objective="repmet", objective_options={})
    config = replace(config, recipe=replace(config.recipe, weight_decay=0.1))
    network = build_network(config)
    made = make_optimiser(network, build_objective(config, network), config.recipe)
    assert [group["name"] for group in made.param_groups] == ["backbone", "hash_layer", "centers"]
    assert [group["weight_decay"] for group in made.param_groups] == [0.1, 0.1, 0.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda root: run(replace(CONFIG, device="cuda"), root), "finds no CUDA device"),
        (lambda root: run(replace(CONFIG, dataset="digit100"), root), "digit100"),
        (lambda root: run(replace(CONFIG, backbone="resnet51"), root), "backbone must be one of"),
        (lambda root: run(replace(CONFIG, recipe=Recipe(epochs=1, lr=1e30)), root), "loss must stay finite"),
        (lambda root: Recipe(epochs=0), "epochs >= 1"),
        (lambda root: Recipe(optimiser="lion"), "optimiser must be one of"),
    ],
)
@pytest.mark.skipif(torch.cuda.is_available(), reason="the first case needs a machine without CUDA")
def test_bad_input(call, message, tmp_path):
    with pytest.raises(InputError, match=message):
        call(tmp_path)


def test_a_results_folder_that_cannot_be_written(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(InputError, match="cannot write"):
        run(CONFIG, blocked / "runs")
