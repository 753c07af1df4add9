"""Grids: one row a training, collected without training, and a line where somebody waits."""

import errno
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import SafetensorError

from basics.errors import InputError
from hashcenters.sweep import (
    GridPoint,
    NotTrained,
    Pending,
    collecting,
    keyed,
    or_stand_in,
    sweep,
    train_all,
)
from hashcenters.training.run import DiskFull, Run, find, run, run_key


@pytest.fixture
def points(cell):
    """A grid of two trainings."""
    return [GridPoint({"seed": seed, "name": f"n{seed}"}, cell.with_seed(seed)) for seed in (0, 1)]


def test_one_row_a_training_with_its_labels(points, monkeypatch, capfd):
    monkeypatch.setenv("HASHCENTERS_BATCH", "1")
    frame = sweep([*points, points[0]], profile="test")
    assert list(frame.columns) == ["seed", "name", "run"]
    assert list(frame["seed"]) == [0, 1, 0]
    assert [found.config for found in frame["run"]] == [point.config for point in (*points, points[0])]
    assert capfd.readouterr() == ("", "")


def test_a_line_says_how_far_it_is_where_no_batch_run_does(points, monkeypatch, capfd):
    monkeypatch.delenv("HASHCENTERS_BATCH", raising=False)
    sweep(points, profile="test")
    output, errors = capfd.readouterr()
    assert output == ""
    parts = [part.strip() for part in errors.split("\r")]
    assert parts[1] == "trainings: 0 of 2"
    assert parts[2].startswith("trainings: 1 of 2, about ")
    assert parts[3].startswith("trainings: 2 of 2, in ")
    sweep(points, profile="test")
    assert capfd.readouterr() == ("", "")


def test_collecting_trains_nothing_and_hands_out_what_is_finished(points, results_elsewhere: Path):
    root = results_elsewhere / "test" / "runs"
    run(points[0].config, root)
    with collecting() as asked:
        frame = sweep(points, profile="test")
        assert sweep(points[:1], profile="test")["run"].iloc[0].history().shape[0] == 2
        pending = frame["run"].iloc[1]
        with pytest.raises(NotTrained, match="history was asked of a training that is still to be done"):
            pending.history()
    assert asked == keyed(point.config for point in points)
    assert isinstance(pending, Pending)
    assert isinstance(pending, Run)
    assert pending.config == points[1].config
    for ask in (lambda: pending.folder, lambda: pending.codes("query"), lambda: pending.trained()):
        with pytest.raises(NotTrained):
            ask()
    assert find(points[1].config, root) is None


def test_stand_ins_count_only(points):
    def grid():
        [first, _] = sweep(points, profile="test")["run"]
        return or_stand_in(lambda: first.seconds(), lambda: 3.0)

    with collecting() as asked, pytest.raises(NotTrained):
        grid()
    assert len(asked) == 2
    with collecting(stand_ins=True):
        assert grid() == 3.0
    assert or_stand_in(lambda: 4.0, lambda: 3.0) == 4.0


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_stops_only_what_starts_from_it(cell, tmp_path, jobs):
    wild = replace(cell, head="classifier", bits=100, objective="classification", centers=None)
    wild = replace(wild, recipe=replace(wild.recipe, epochs=1, lr=1e30))
    children = [replace(cell, backbone_from=wild, seed=seed) for seed in range(2 * jobs + 2)]
    told = {}
    trainings = keyed([wild, *children, cell])
    train_all(trainings, tmp_path, jobs=jobs, on_done=lambda key, error: told.update({key: error}))
    assert told.keys() == trainings.keys()
    assert [key for key, error in told.items() if error is None] == [run_key(cell)]
    assert all("loss must stay finite" in str(error) for error in told.values() if error)
    if jobs == 1:
        assert not any((tmp_path / run_key(child)).exists() for child in children)


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_training_warns_of_is_heard_wherever_it_runs(cell, tmp_path, caplog, jobs):
    trainings = keyed(replace(cell, seed=seed) for seed in range(2))
    for key in trainings:
        (tmp_path / key).mkdir()
        (tmp_path / key / "checkpoint.safetensors").write_bytes(b"cut")
    train_all(trainings, tmp_path, jobs=jobs, on_done=lambda *told_of: None)
    said = [message for message in caplog.messages if "checkpoint.safetensors cannot be used" in message]
    assert len(said) == len(trainings)


@pytest.mark.parametrize(
    "error",
    [
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        InputError("cannot write state.safetensors: Disk quota exceeded"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_a_full_disk_stops_all_trainings_in_one_line(cell, tmp_path, monkeypatch, error):
    tried, told = [], []

    def full(config, *arguments, **options):
        tried.append(config)
        raise error

    monkeypatch.setattr("hashcenters.training.run._run_anew", full)
    trainings = keyed(replace(cell, seed=seed) for seed in range(3))
    with pytest.raises(DiskFull, match=r"^cannot write .*: (No space left|Disk quota).*; what is finished is kept$"):
        train_all(trainings, tmp_path, jobs=1, on_done=lambda *told_of: told.append(told_of))
    assert len(tried) == 1
    assert not told


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a small disk")
def test_trainings_side_by_side_stop_on_a_small_disk_and_go_on_with_room(cell, tmp_path):
    mount = ["mount", "-t", "tmpfs", "tmpfs", str(tmp_path), "-o"]
    if subprocess.run([*mount, "size=600k"], capture_output=True, check=False).returncode:
        pytest.skip("a tmpfs cannot be mounted here")
    done = []
    try:
        trainings = keyed(replace(cell, seed=seed) for seed in range(12))
        with pytest.raises(DiskFull, match="No space left on device"):
            train_all(trainings, tmp_path, jobs=2, on_done=lambda *told_of: done.append(told_of))
        assert len(done) < len(trainings)
        assert all(error is None for _, error in done)
        assert not list(tmp_path.rglob("*.tmp*"))
        subprocess.run([*mount, "remount,size=64m"], check=True)
        train_all(trainings, tmp_path, jobs=2, on_done=lambda *told_of: None)
        assert all(find(config, tmp_path) for config in trainings.values())
    finally:
        subprocess.run(["umount", str(tmp_path)], check=False)


def test_other_errors_of_a_training_stay_what_they_are(cell, tmp_path, monkeypatch):
    def gone(*arguments, **options):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/pictures/1.jpg")

    monkeypatch.setattr("hashcenters.training.run._run_anew", gone)
    with pytest.raises(FileNotFoundError, match=r"/pictures/1\.jpg"):
        run(cell, tmp_path)


def test_a_failure_is_raised_after_the_others(cell, results_elsewhere: Path):
    wild = replace(cell, recipe=replace(cell.recipe, epochs=1, lr=1e30))
    points = [GridPoint({}, config) for config in (wild, cell)]
    with pytest.raises(InputError, match="loss must stay finite"):
        sweep(points, profile="test")
    assert find(cell, results_elsewhere / "test" / "runs") is not None
