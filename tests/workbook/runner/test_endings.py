"""How a notebook can end other than by its last cell, and what is left of the processes that it started."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from test_run import alive
from waiting import wait_until

from basics.paths import project_root
from workbook.runner import execute
from workbook.runner.graph import load_notebook
from workbook.runner.scrub import scrub

WORD = 400_000
LEAVES = {"01_exit": "import sys\nsys.exit()", "02_raise": "raise SystemExit(0)"}
GONE_TEXT = "the last cell"
GONE = f"print({GONE_TEXT!r})"
# a worker in the kernel's group, then a call that lets no other thread work, as many of a C library are
HOLDS = """import ctypes, os, pathlib, subprocess
worker = subprocess.Popen(["sleep", "300"])
pathlib.Path(os.environ["NOTES"]).write_text(f"{os.getpid()} {worker.pid}")
ctypes.PyDLL(None).sleep(300)"""
DIES = """import os, pathlib, signal, subprocess
worker = subprocess.Popen(["sleep", "300"])
pathlib.Path(os.environ["NOTES"]).write_text(f"{os.getpid()} {worker.pid}")
os.kill(os.getpid(), signal.SIGKILL)"""
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads process states from /proc")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, workbook_in: Any) -> tuple[Any, str]:
    """A workbook of notebooks that leave early, and what its run printed."""
    book = workbook_in(tmp_path_factory.mktemp("left"))
    for name, code in LEAVES.items():
        book.write(name, code, GONE)
    book.write("03_at_its_end", "print(1)", "import sys\nsys.exit()", " ")
    book.write("04_long_words", f"print('x' * {WORD}); print('~/' * {WORD // 2})", f"print('\\x1b[1;' * {WORD // 4})")
    return book, book.run("--timeout", "600", code=1)


def test_a_notebook_that_leaves_before_its_last_cell_has_failed(left: tuple[Any, str]) -> None:
    book, output = left
    assert book.states(output) == {
        "01_exit": "failed",
        "02_raise": "failed",
        "03_at_its_end": "done",
        "04_long_words": "done",
    }
    assert "left before its last cell" in output
    assert GONE_TEXT not in book.text("01_exit")
    assert "its last run failed" in book.run("--list", "--only", "01")


def test_what_it_says_is_where_it_stopped(left: tuple[Any, str]) -> None:
    cells = left[0].executed("01_exit")["cells"]
    assert [[output.get("ename") for output in cell.get("outputs", [])][:1] for cell in cells][3] == ["SystemExit"]


def test_scrubbing_counts_as_time_of_the_notebook(workbook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def slow_at_first(content: dict[str, Any]) -> dict[str, Any]:
        calls.append(content)
        if len(calls) == 1 and threading.current_thread() is not threading.main_thread():
            threading.Event().wait()
        return scrub(content)

    for name, value in workbook.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(execute, "scrub", slow_at_first)
    monkeypatch.setattr(execute, "GRACE_SECONDS", 0.1)
    notebook = load_notebook(workbook.write("01_quick", "print(1)"))
    (workbook.results / "fresh").mkdir(parents=True)
    environment = {"PYTHONPATH": str(project_root() / "lib")}
    outcome = execute.execute(notebook, profile="embedded", parameters={}, environment=environment, timeout=15.0)
    assert outcome.error == "TimeoutError: the notebook took more than 15 seconds"


TAKEN = """import socket, sys
from pathlib import Path
from jupyter_client.manager import AsyncKernelManager
from workbook.runner.execute import execute
from workbook.runner.graph import load_notebook

times, starts, start = int(sys.argv[2]), [], AsyncKernelManager.start_kernel

async def on_a_taken_port(self, **options):
    starts.append(self)
    if len(starts) <= times:
        self.shell_port, self.cache_ports = taken.getsockname()[1], False
    await start(self, **options)

AsyncKernelManager.start_kernel = on_a_taken_port
taken = socket.create_server(("127.0.0.1", 0))
outcome = execute(load_notebook(Path(sys.argv[1])), profile="embedded", parameters={}, environment={})
print(len(starts), outcome.error)"""


@pytest.mark.parametrize(("times", "error"), [(1, "None"), (2, "RuntimeError: Kernel died before replying")])
def test_a_kernel_whose_port_another_process_has_taken_starts_once_more(workbook: Any, times: int, error: str) -> None:
    (workbook.results / "fresh").mkdir(parents=True)
    command = [sys.executable, "-c", TAKEN, str(workbook.write("01_quick", "print(1)")), str(times)]
    environment = workbook.environment() | {"PYTHONPATH": str(project_root() / "lib")}
    printed = subprocess.check_output(command, env=os.environ | environment, text=True)
    assert printed.startswith(f"2 {error}")
    assert ("1\n" in workbook.text("01_quick")) is (times == 1)


def processes(note: Path) -> list[int]:
    """The kernel and its worker, once both are noted."""
    wait_until(lambda: note.exists() and len(note.read_text().split()) == 2)
    return [int(number) for number in note.read_text().split()]


@needs_proc
def test_a_kernel_that_holds_the_interpreter_ends_with_a_killed_run(workbook: Any, tmp_path: Path) -> None:
    workbook.write("01_holds", HOLDS)
    process = workbook.start(env=workbook.environment() | {"NOTES": str(tmp_path / "note")})
    started = processes(tmp_path / "note")
    process.kill()
    process.communicate()
    wait_until(lambda: not any(map(alive, started)))


@needs_proc
def test_a_kernel_that_dies_alone_takes_its_workers_with_it(workbook: Any, tmp_path: Path) -> None:
    workbook.write("01_dies", DIES)
    output = workbook.run(code=1, env=workbook.environment() | {"NOTES": str(tmp_path / "note")})
    assert "DeadKernelError" in output
    wait_until(lambda: not any(map(alive, processes(tmp_path / "note"))))


@needs_proc
def test_a_guard_ends_the_group_of_a_process_that_died_alone(tmp_path: Path) -> None:
    code = f"""import os, subprocess, sys
from pathlib import Path
from workbook.runner.processes import guard_group
guard_group(os.getppid())
worker = subprocess.Popen(["sleep", "300"])
Path({str(tmp_path / "note")!r}).write_text(f"{{os.getpid()}} {{worker.pid}}")
worker.wait()"""
    leader = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    started = processes(tmp_path / "note")
    leader.kill()
    leader.wait()
    wait_until(lambda: not any(map(alive, started)))
