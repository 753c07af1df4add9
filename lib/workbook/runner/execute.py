"""Executes one notebook and puts the result where it belongs, whole or not at all.

Papermill works in a thread, so that a signal finds this process waiting and not amid papermill's own loop; the kernel
is a process of its own (see `kernel`).
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basics.files import write_json
from basics.paths import project_root
from workbook.runner.freshness import notebook_output, record_path
from workbook.runner.graph import Notebook
from workbook.runner.kernel import MODULE, STARTER
from workbook.runner.processes import end_group, skip_grammar
from workbook.runner.scrub import scrub

START_TIMEOUT = 120
GRACE_SECONDS = 20
SKIPPED = "skip-execution"  # nbclient's tag
STILLBORN = "Kernel died before replying"  # as where another process has taken one of its ports meanwhile: once more
LEFT = "SystemExit: the notebook left before its last cell with code"


@dataclass
class Execution:
    """How far an execution is, and how it ended.

    Args:
        seconds: wall-clock time.
        cells: code cells that were started.
        error: `Name: message` of what stopped it, None if it went through.
        marked: whether papermill wrote the error into the notebook.
        place: of the cell that was started last, from 0.
        kernel: its process, None before it was started.
        stopped: whether the kernel is to end.
        clean: the executed notebook, scrubbed, where it went through.
    """

    seconds: float = 0.0
    cells: int = 0
    error: str | None = None
    marked: bool = False
    place: int = 0
    kernel: int | None = None
    stopped: bool = False
    clean: dict[str, Any] | None = None

    def stop(self) -> None:
        """End the kernel, now or as soon as it has started, with all that it started."""
        self.stopped = True
        if self.kernel is not None:
            end_group(self.kernel)  # it leads a group of its own


def execute(
    notebook: Notebook,
    *,
    profile: str,
    parameters: Mapping[str, Any],
    environment: Mapping[str, str],
    timeout: float | None = None,
    on_cell: Callable[[int, int], None] = lambda position, total: None,
) -> Execution:
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
    folder = record_path(profile, notebook.name).with_suffix(".kernel").absolute()
    draft.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    # a kernel's files stay out of the user's home, and the user's start-up files out of the kernel
    own = {"JUPYTER_RUNTIME_DIR": str(folder), "IPYTHONDIR": str(folder), STARTER: str(os.getpid())}
    execution = Execution()
    options = {"parameters": dict(parameters), "kernel_manager_class": _manager(execution, {**environment, **own})}
    total = 1 + bool(parameters) + sum(bool(source.strip()) for source in notebook.code)  # with both of parameters
    arguments = (execution, notebook, draft, lambda position: on_cell(position, total), options)
    thread = threading.Thread(target=_work, args=arguments, name="papermill", daemon=True)
    try:
        thread.start()
        thread.join(timeout)
        if thread.is_alive():
            execution.error = f"TimeoutError: the notebook took more than {timeout:g} seconds"
    finally:
        execution.stop()  # one that died alone leaves what it had started
        thread.join(GRACE_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)
    clean = execution.clean
    if execution.error or clean is None:
        content = _read_draft(draft, notebook)
        if execution.error and not execution.marked:
            _mark(content, execution.place, execution.error)
        clean = scrub(content)
    write_json(notebook_output(profile, notebook.name), clean)
    draft.unlink(missing_ok=True)
    execution.seconds = time.monotonic() - began
    return execution


def _work(execution: Execution, notebook: Notebook, draft: Path, *arguments: Any) -> None:
    """Execute a notebook and scrub it, where it went through; papermill takes `sys.exit()` anywhere for an end."""
    _papermill(execution, notebook.path, draft, *arguments)
    if STILLBORN in (execution.error or "") and not execution.stopped:
        execution.error = None
        _papermill(execution, notebook.path, draft, *arguments)
    content = _read_draft(draft, notebook)
    if execution.error is None and _has_code(content["cells"][execution.place + 1 :]):
        execution.error, execution.marked = LEFT, True
    elif execution.error is None:
        execution.clean = scrub(content)


def _has_code(cells: list[dict[str, Any]]) -> bool:
    """Whether any of some cells would be executed."""
    code = [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
    return any(SKIPPED not in cell["metadata"].get("tags", []) for cell in code)


def _papermill(
    execution: Execution, source: Path, draft: Path, on_cell: Callable[[int], None], options: dict[str, Any]
) -> None:
    """Execute a notebook up to its end or an error, and note in `execution` how far it is."""
    skip_grammar()
    from papermill import execute_notebook
    from papermill.exceptions import PapermillExecutionError

    def start_cell(cell: Any, cell_index: int) -> None:
        execution.cells, execution.place = execution.cells + 1, cell_index
        on_cell(execution.cells)

    options |= {"on_cell_execute": start_cell, "start_timeout": START_TIMEOUT}
    options |= {"kernel_name": "python3", "language": "python", "progress_bar": False, "record_timing": False}
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # its translators warn of comments
    try:
        execute_notebook(source, draft, **options)
    except PapermillExecutionError as error:
        execution.error, execution.marked = " ".join(f"{error.ename}: {error.evalue}".split()), True
    except Exception as error:
        execution.error = execution.error or " ".join(f"{type(error).__name__}: {error}".split())


def _manager(execution: Execution, environment: dict[str, str]) -> type:
    """A kernel manager that knows one kernel: this interpreter, whatever kernels are installed."""
    skip_grammar()
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    own = {"env": os.environ | environment, "cwd": str(project_root())}
    own |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    class RunningInterpreter(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            command = [sys.executable, "-m", MODULE, "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="Python 3", language="python")

        async def start_kernel(self, **options: Any) -> None:
            self.connection_file = os.path.join(environment["JUPYTER_RUNTIME_DIR"], "kernel.json")
            await super().start_kernel(**options | own)
            execution.kernel = self.provisioner.pid
            if execution.stopped:
                execution.stop()

    return RunningInterpreter


def _read_draft(draft: Path, notebook: Notebook) -> dict[str, Any]:
    """The executed notebook as far as it got; the source where there is nothing whole."""
    try:
        return json.loads(draft.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return json.loads(notebook.path.read_text(encoding="utf-8"))


def _mark(content: dict[str, Any], index: int, error: str) -> None:
    """Write an error below the cell where it happened, or the first one with code, in place."""
    cells = content["cells"]
    cell = next(cell for cell in [*cells[index:], *cells] if cell["cell_type"] == "code")
    name, _, message = error.partition(": ")
    output = {"output_type": "error", "ename": name, "evalue": message, "traceback": [error]}
    cell.setdefault("outputs", []).append(output)
