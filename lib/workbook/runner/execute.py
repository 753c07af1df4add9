"""Executes one notebook in a child process and puts the result where it belongs, whole or not at all."""

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basics.files import write_json
from workbook.runner.freshness import notebook_output, record_path
from workbook.runner.graph import Notebook
from workbook.runner.processes import Child, Event, end_group
from workbook.runner.scrub import scrub

CHILD = f"{__package__}.child"
GRACE_SECONDS = 20


@dataclass(frozen=True)
class Outcome:
    """How an execution ended.

    Args:
        seconds: wall-clock time.
        cells: code cells that were started.
        error: `Name: message` of what stopped it, None if it went through.
    """

    seconds: float
    cells: int
    error: str | None


def execute(
    notebook: Notebook,
    *,
    profile: str,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    timeout: float | None = None,
    on_cell: Callable[[int, int], None] = lambda position, total: None,
) -> Outcome:
    """Execute a notebook; it appears under the profile's results even where it failed, up to the failure.

    Args:
        notebook: the source.
        profile: whose results.
        parameters: values to inject after the parameters cell.
        environment: variables for the kernel, added to this process's own.
        timeout: seconds after which the notebook is stopped and counts as failed, None for never.
        on_cell: called with position and number of code cells when one starts.

    Raises:
        InputError: the results folder cannot be written.
    """
    began = time.monotonic()
    draft = record_path(profile, notebook.name).with_suffix(".running.ipynb")
    kernel_folder = record_path(profile, notebook.name).with_suffix(".kernel")
    draft.unlink(missing_ok=True)
    shutil.rmtree(kernel_folder, ignore_errors=True)
    kernel_folder.mkdir(mode=0o700)
    job = {
        "source": str(notebook.path.resolve()),
        "output": str(draft.resolve()),
        "parameters": dict(parameters),
    }
    execution = _Execution(Child(CHILD, job, {**environment, **_own_folders(kernel_folder)}))
    try:
        error = execution.follow(on_cell, timeout)
    finally:
        execution.stop()
        shutil.rmtree(kernel_folder, ignore_errors=True)
    content = _read_draft(draft, notebook)
    if error and not execution.in_notebook:
        _mark(content, execution.index, error)
    write_json(notebook_output(profile, notebook.name), scrub(content))
    draft.unlink(missing_ok=True)
    return Outcome(time.monotonic() - began, execution.cells, error)


def _own_folders(folder: Path) -> dict[str, str]:
    """Variables that keep a kernel's files out of the user's home, and the user's start-up files out of it."""
    place = str(folder.absolute())
    return {"JUPYTER_RUNTIME_DIR": place, "IPYTHONDIR": place}


@dataclass
class _Execution:
    """The child that executes a notebook, what it told so far, and how to end it with its kernel."""

    child: Child
    cells: int = 0
    index: int | None = None
    kernel: int | None = None
    ended: bool = False
    failure: dict[str, str] | None = None
    timed_out: float | None = None

    def follow(self, on_cell: Callable[[int, int], None], timeout: float | None) -> str | None:
        """Take in events until the child has ended; what stopped the notebook, as one line."""
        timer = threading.Timer(timeout, self._time_out, [timeout]) if timeout else None
        if timer:
            timer.daemon = True
            timer.start()
        try:
            for event in self.child.events():
                self._take(event, on_cell)
        finally:
            if timer:
                timer.cancel()
        return self._error()

    def _take(self, event: Event, on_cell: Callable[[int, int], None]) -> None:
        if "kernel" in event:
            self.kernel = event["kernel"]
        elif "cell" in event:
            self.cells, self.index = event["cell"], event["index"]
            on_cell(event["cell"], event["of"])
        else:
            self.ended, self.failure = True, event["end"]

    def _time_out(self, timeout: float) -> None:
        """End the kernel; the child then keeps what there is, and is ended itself if it does not."""
        self.timed_out = timeout
        if self.kernel is not None:
            end_group(self.kernel)
            with suppress(subprocess.TimeoutExpired):
                self.child.process.wait(GRACE_SECONDS)
                return
        self.child.process.kill()

    def stop(self) -> None:
        """Make sure that nothing of this execution is left."""
        if self.child.process.poll() is None and self.kernel is not None:
            end_group(self.kernel)  # it leads a group of its own, of the processes that it started
        self.child.close()

    @property
    def in_notebook(self) -> bool:
        """Whether papermill itself wrote the failure into the notebook."""
        return self.failure is not None and self.failure["name"] != "DeadKernelError" and not self.timed_out

    def _error(self) -> str | None:
        if self.ended and self.failure is None:
            return None
        if self.timed_out:
            return f"TimeoutError: the notebook took more than {self.timed_out:g} seconds"
        if self.failure:
            return " ".join(f"{self.failure['name']}: {self.failure['message']}".split())
        return f"RuntimeError: the process that executes it {self.child.complaint()}"


def _read_draft(draft: Path, notebook: Notebook) -> dict[str, Any]:
    """The executed notebook as far as it got; the source where there is nothing whole."""
    try:
        return json.loads(draft.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return json.loads(notebook.path.read_text(encoding="utf-8"))


def _mark(content: dict[str, Any], index: int | None, error: str) -> None:
    """Write an error below the cell where it happened, in place."""
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    cell = code[0] if index is None or index >= len(content["cells"]) else content["cells"][index]
    name, _, message = error.partition(": ")
    output = {"output_type": "error", "ename": name, "evalue": message, "traceback": [error]}
    cell.setdefault("outputs", []).append(output)
