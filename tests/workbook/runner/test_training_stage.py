"""Trainings before notebooks: all that notebooks ask for once, with a line that says how far, and nothing lost."""

import json
import os
import re
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from hashcenters.training.config import TrainingConfig

PARAMETERS = 'profile: str = "embedded"\nseeds: list = [0]\njobs: int = 2'
COUNT = """from hashcenters.sweep import runs_root
print(len(list(runs_root(profile).glob("*/config.json"))), "finished before")"""
GRID = """from dataclasses import replace
from hashcenters.sweep import GridPoint, sweep
from hashcenters.training.config import Recipe, TrainingConfig
points = [GridPoint({{"seed": seed}}, replace({cell!r}, seed=seed)) for seed in seeds]
runs = sweep(points, profile=profile, jobs=jobs)"""
FOLLOWS = """later = [replace(run.config, seed=10 + len(run.history())) for run in runs["run"]]
more = sweep([GridPoint({}, config) for config in later], profile=profile, jobs=jobs)"""
READS = 'print(list(runs["seed"]), [run.codes("query").shape for run in runs["run"]])'


def write(book: Any, name: str, cell: TrainingConfig, *further: str, seeds: Any = (0,), **options: Any) -> None:
    """A notebook that trains one network a seed; `further` cells belong to its grid, too."""
    parameters = PARAMETERS.replace("[0]", str(list(seeds)))
    code = (COUNT, GRID.format(cell=cell), *further, READS)
    book.write(name, *code, parameters=parameters, grid_cells=range(2, len(code)), **options)


def finished(book: Any) -> dict[str, int]:
    """The finished trainings, with the time when each was."""
    return {path.parent.name: path.stat().st_mtime_ns for path in book.results.glob("runs/*/config.json")}


def processes_of(book: Any) -> list[str]:
    """What runs for a workbook."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (process / "environ").read_bytes()
            state = (process / "stat").read_text().rsplit(")", 1)[1].split()[0]
            if f"HASHCENTERS_RESULTS={book.folder / 'results'}".encode() in environment and state != "Z":
                found.append((process / "cmdline").read_text())
    return found


def test_notebooks_read_what_was_trained_once_for_all_of_them(workbook: Any, cell: TrainingConfig) -> None:
    write(workbook, "01_first", cell, seeds=[0, 1])
    write(workbook, "02_second", cell, FOLLOWS, seeds=[1, 2])
    output = workbook.run("--jobs", "2")
    assert workbook.states(output) == {"01_first": "done", "02_second": "done"}
    assert "trainings: 0 of 3\n" in output
    assert "trainings: 4 of 4, in " in output  # with the one that follows from others
    assert re.search(r"^trainings +4 done  ", output, re.MULTILINE)
    assert int(workbook.text("01_first").split()[0]) >= 2
    assert "[0, 1] [(100, 16), (100, 16)]" in workbook.text("01_first")
    assert workbook.text("02_second").startswith("4 finished before\n[1, 2] ")
    assert "trainings:" not in workbook.text("01_first") + workbook.text("02_second")
    costs = json.loads((workbook.results / "manifest.json").read_text())["notebooks"]
    assert [costs[name]["trainings"]["count"] for name in ("01_first", "02_second")] == [2, 3]
    assert len(finished(workbook)) == 4


def test_training_alone_and_the_run_after_it(workbook: Any, cell: TrainingConfig) -> None:
    write(workbook, "01_trains", cell, seeds=[0, 1])
    workbook.write("02_plain", "print(2)")
    live = workbook.on_terminal("train")
    assert "trainings: 2 of 2, in " in live
    assert "\x1b" in live
    assert sorted(path.name for path in workbook.results.iterdir()) == ["fresh", "runs"]
    before = finished(workbook)
    assert len(before) == 2
    assert workbook.run("train") == "trainings: none to do\n"
    output = workbook.run()
    assert workbook.states(output) == {"01_trains": "done", "02_plain": "done"}
    assert "trainings: " not in output and "2 of 2 trainings have not converged" in output
    assert finished(workbook) == before
    assert "--list exclude each other" in workbook.run("train", "--list", code=2)


def test_what_was_damaged_and_is_made_again_is_said(workbook: Any, cell: TrainingConfig) -> None:
    write(workbook, "01_trains", cell)
    workbook.run("train")
    [file] = workbook.results.glob("runs/*/outputs.safetensors")
    whole = file.read_bytes()
    file.write_bytes(whole[:1000])
    assert re.search(r"01_trains +1 ", workbook.run("--estimate"))
    assert re.search(r"01_trains +1 ", workbook.run("--estimate"))
    workbook.run("train")
    file.write_bytes(whole[:1000])
    lines = workbook.run("train").splitlines()
    [line] = [line for line in lines if "outputs.safetensors" in line]
    assert line.startswith(f"cannot read {file}: ")
    assert line.endswith("; the training runs again")
    assert lines[-1].startswith("trainings: 1 done in ")
    assert "damaged" in "".join(path.name for path in file.parent.iterdir())


def test_a_training_that_fails_is_one_line_and_stops_only_its_notebook(workbook: Any, cell: TrainingConfig) -> None:
    wild = replace(cell, recipe=replace(cell.recipe, epochs=1, lr=1e30))
    write(workbook, "01_fails", wild)
    write(workbook, "02_works", cell)
    workbook.write("03_says_nothing", "int('x')", grid_cells=[1])
    output = workbook.run(code=1)
    states = {"01_fails": "failed", "02_works": "done", "03_says_nothing": "failed"}
    assert workbook.states(output) == states
    [line] = [line for line in output.splitlines() if line.startswith("training ")]
    assert "failed: " in line
    assert "loss must stay finite" in line
    assert "03_says_nothing does not say what it trains: ValueError: invalid literal" in output
    assert re.search(r"^trainings +1 done, 1 failed  ", output, re.MULTILINE)
    assert "loss must stay finite" in json.dumps(workbook.executed("01_fails"))
    assert "1 failed" in workbook.run("train", "--only", "01", code=1)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads processes from /proc")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_a_signal_amid_the_trainings_loses_none(
    workbook: Any, cell: TrainingConfig, number: signal.Signals, code: int
) -> None:
    long = replace(cell, recipe=replace(cell.recipe, epochs=40))
    write(workbook, "01_trains", long, seeds=range(4))
    process = workbook.start()
    wait_until(lambda: finished(workbook) and len(list(workbook.results.glob("runs/*/checkpoint*"))) == 2)
    process.send_signal(number)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == code
    assert "Traceback" not in output + errors
    assert "stopped" not in output
    wait_until(lambda: not processes_of(workbook))
    before = finished(workbook)
    assert 1 <= len(before) < 4
    half = sorted(path.parent.name for path in workbook.results.glob("runs/*/checkpoint.safetensors"))
    assert half
    if number == signal.SIGKILL:
        output = workbook.run()
        assert workbook.states(output) == {"01_trains": "done"}
        assert f"trainings: 0 of {4 - len(before)}" in output
        after = finished(workbook)
        assert len(after) == 4
        assert {name: after[name] for name in before} == before


def test_a_trainer_that_is_killed_leaves_the_rest_to_the_notebooks(workbook: Any, cell: TrainingConfig) -> None:
    write(workbook, "01_trains", replace(cell, recipe=replace(cell.recipe, epochs=20)), seeds=range(3))
    process = workbook.start("--set", "jobs=1")
    wait_until(lambda: finished(workbook))
    [trainer] = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"workbook.runner.trainer" in read(path)
        and f"PPid:\t{process.pid}\n".encode() in read(path.parent / "status")
    ]
    os.kill(trainer, signal.SIGKILL)
    output, errors = process.communicate(timeout=600)
    assert process.returncode == 0, output + errors
    assert "the trainings stopped: their process ended with -9" in output
    done, lost = map(int, re.search(r"trainings +(\d) done, (\d) failed", output).groups())
    assert (done + lost, lost > 0) == (3, True)
    assert len(finished(workbook)) == 3


def read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
