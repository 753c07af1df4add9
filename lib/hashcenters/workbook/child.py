"""Executes one notebook with papermill, in a process of its own, and tells the starter how it goes.

The job comes as JSON on standard input, events leave as JSON lines on standard output:
`{"kernel": process id}`, `{"cell": i, "of": n, "index": position}` and, last, `{"end": null | error}`.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from hashcenters.workbook.kernel import STARTER
from hashcenters.workbook.lean import skip_grammar
from hashcenters.workbook.parent import when_parent_ends

Tell = Callable[[dict[str, Any]], None]
START_TIMEOUT = 120


def main() -> None:
    """Run the job that standard input describes."""
    job = json.load(sys.stdin)
    when_parent_ends(job["starter"], lambda: os._exit(1))
    tell = _events()
    os.environ[STARTER] = str(os.getpid())
    skip_grammar()
    tell({"end": _execute(job, tell)})


def _events() -> Tell:
    """Keep standard output for events; what the kernel or a library prints there goes to standard error."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(event: dict[str, Any]) -> None:
        print(json.dumps(event), file=stream, flush=True)

    return tell


def _execute(job: dict[str, Any], tell: Tell) -> dict[str, str] | None:
    """Execute the notebook; the error that stopped it, None if it went through."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            job["source"],
            job["output"],
            parameters=job["parameters"],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=START_TIMEOUT,
            kernel_manager_class=_kernel_manager(tell),
            record_timing=False,
            **_hooks(tell),
        )
    except PapermillExecutionError as error:
        return {"name": error.ename, "message": error.evalue}
    except DeadKernelError:
        return {"name": "DeadKernelError", "message": "the kernel died"}
    return None


def _hooks(tell: Tell) -> dict[str, Any]:
    """What nbclient calls when it starts with a notebook and with a cell."""
    total = 0
    position = 0

    def start_notebook(notebook: Any) -> None:
        nonlocal total
        total = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in notebook.cells)

    def start_cell(cell: Any, cell_index: int) -> None:
        nonlocal position
        position += 1
        tell({"cell": position, "of": total, "index": cell_index})

    return {"on_notebook_start": start_notebook, "on_cell_execute": start_cell}


def _kernel_manager(tell: Tell) -> type:
    """A kernel manager that knows one kernel: this interpreter, whatever kernels are installed."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class RunningInterpreter(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            command = [sys.executable, "-m", "hashcenters.workbook.kernel", "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="Python 3", language="python")

        async def start_kernel(self, **options: Any) -> None:
            self.connection_file = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "kernel.json")
            await super().start_kernel(**options)
            tell({"kernel": self.provisioner.pid})

    return RunningInterpreter


if __name__ == "__main__":
    main()
