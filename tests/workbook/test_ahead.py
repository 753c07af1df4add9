"""Trainings in the idle time of notebooks: which, that they really run, and that nothing is left of the process."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from basics import paths
from filelock import FileLock
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import find, run_key
from hashcenters.workbook.ahead import train, trained_ahead
from hashcenters.workbook.freshness import write_record
from hashcenters.workbook.plan import Request, make_plan

TRAINING = 'profile: str = "embedded"\njobs: int = 2\ndevice: str = "cpu"'
GRID = """from hashcenters.training.config import Recipe, TrainingConfig

def cells(parameters):
    return [{cell!r}]
"""
WAITS = """import time
from pathlib import Path
deadline = time.monotonic() + 90
while not list(Path({runs!r}).glob("*/config.json")) and time.monotonic() < deadline:
    time.sleep(0.1)
print(len(list(Path({runs!r}).glob("*/config.json"))), "trained")"""


@pytest.fixture
def book(workbook: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A notebook without trainings and three with them; 03 follows from 02."""
    for name, value in workbook.environment().items():
        monkeypatch.setenv(name, value)
    workbook.write("01_plain", "1")
    workbook.write("02_trains", "2", parameters=TRAINING, grid="grid_of_tests:cells")
    workbook.write("03_alone", "3", parameters=TRAINING.replace("= 2", "= 1"), grid="grid_of_tests:cells")
    workbook.write("04_both", "4", parameters=TRAINING, grid=["grid_of_tests:first", "grid_of_tests:cells"])
    return workbook


def ahead(**request: Any) -> list[str]:
    return trained_ahead(make_plan(Request(**request)))


def test_notebooks_that_train_side_by_side_on_the_cpu(book: Any) -> None:
    assert ahead() == ["02_trains", "04_both"]
    assert ahead(only="01,02") == ["02_trains"]
    assert ahead(jobs=1) == []
    assert ahead(cluster="127.0.0.1:9") == []
    assert ahead(settings=["02.device=cuda"]) == ["04_both"]


def test_nothing_is_trained_for_fresh_notebooks(book: Any, cell: TrainingConfig) -> None:
    (book.folder / "grid_of_tests.py").write_text(GRID.format(cell=cell))
    plan = make_plan(Request())
    for name in plan.notebooks:
        write_record("embedded", name, state="running", inputs={})
    (book.results / "notebooks").mkdir(parents=True)
    (book.results / "notebooks" / "02_trains.ipynb").write_text("{}")
    write_record("embedded", "02_trains", state="done", inputs=plan.inputs("02_trains"))
    assert ahead() == ["04_both"]


def test_a_grid_of_several_functions(book: Any) -> None:
    plan = make_plan(Request())
    assert {name: plan.notebooks[name].grid for name in trained_ahead(plan)} == {
        "02_trains": ("grid_of_tests:cells",),
        "04_both": ("grid_of_tests:first", "grid_of_tests:cells"),
    }


def test_what_another_process_trains_is_passed_over(book: Any, cell: TrainingConfig) -> None:
    root = paths.runs_root("embedded")
    folder = root / run_key(cell)
    folder.mkdir(parents=True)
    with FileLock(folder / ".lock"):
        train([cell], "embedded", wait=False)
        assert find(cell, root) is None
    train([cell], "embedded", wait=False)
    assert find(cell, root) is not None


def processes_ahead(book: Any) -> list[Path]:
    """The processes that train ahead for a workbook."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command, environment = ((process / name).read_bytes() for name in ("cmdline", "environ"))
            if (
                b"hashcenters.workbook.ahead" in command
                and str(book.folder / "results").encode() in environment
            ):
                found.append(process)
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads processes from /proc")
def test_an_earlier_notebook_finds_the_training_of_a_later_one(book: Any, cell: TrainingConfig) -> None:
    """The first notebook ends when something was trained, which only the process beside it can do."""
    (book.folder / "grid_of_tests.py").write_text(GRID.format(cell=cell))
    book.write("01_plain", WAITS.format(runs=str(book.results / "runs")))
    process = book.start("--only", "01-02", env=book.environment() | {"PYTHONPATH": str(book.folder)})
    while not processes_ahead(book):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, output + errors
    assert book.states(output) == {"01_plain": "done", "02_trains": "done"}
    assert "1 trained" in book.text("01_plain")
    assert not processes_ahead(book)
