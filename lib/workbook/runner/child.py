"""Entry points of the processes that execute one notebook: papermill in the one, the kernel in the other.

Papermill's gets its job from `execute` (see `processes`) and tells `{"kernel": process id}`,
`{"cell": i, "of": n, "index": position}` and, last, `{"end": null | error}`.
The kernel is ipykernel in the running interpreter, gone with its workers when its starter is; ipykernel's own watch
ends the kernel alone, and processes that a notebook started for a sweep would work on.
"""

import atexit
import os
import sys
from typing import Any

from workbook.runner.processes import Tell, begin, end_group, skip_grammar, when_parent_ends

MODULE = f"{__package__}.child"
STARTER = "HASHCENTERS_KERNEL_STARTER"
START_TIMEOUT = 120


def main() -> None:
    """Start a kernel with ipykernel's arguments where there are any, or execute the notebook of a job."""
    if sys.argv[1:]:
        _be_kernel()
        return
    job, tell = begin()
    os.environ[STARTER] = str(os.getpid())
    skip_grammar()
    tell({"end": _execute(job, tell)})


def _be_kernel() -> None:
    os.environ.pop("JPY_PARENT_PID", None)
    when_parent_ends(int(os.environ.pop(STARTER)), lambda: end_group(os.getpgid(0)))
    # the last to be called at the end: to free all that torch has loaded takes a second or two
    atexit.register(os._exit, 0)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(sys.argv[1:])


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
            command = [sys.executable, "-m", MODULE, "-f", "{connection_file}"]
            return KernelSpec(argv=command, display_name="Python 3", language="python")

        async def start_kernel(self, **options: Any) -> None:
            self.connection_file = os.path.join(os.environ["JUPYTER_RUNTIME_DIR"], "kernel.json")
            await super().start_kernel(**options)
            tell({"kernel": self.provisioner.pid})

    return RunningInterpreter


if __name__ == "__main__":
    main()
