"""Shows how far a run is: live on a terminal, one line a cell elsewhere."""

import sys
import time


class Lines:
    """One line a cell, for logs and pipes."""

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def start(self, notebook: str) -> None:
        """A notebook starts."""
        self._notebook, self._began = notebook, time.monotonic()

    def cell(self, position: int, total: int) -> None:
        """Code cell `position` of `total` starts."""
        elapsed = time.monotonic() - self._began
        print(f"{self._notebook}: cell {position} of {total}, {elapsed:.1f} s", flush=True)

    def finish(self, line: str) -> None:
        """The notebook ended; `line` says how."""
        print(line, flush=True)


class Live(Lines):
    """One line that moves, for terminals: notebook, bar, cell i of n, elapsed time."""

    def __enter__(self) -> "Lines":
        from rich import progress

        self._bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("cell {task.completed} of {task.total}"),
            progress.TimeElapsedColumn(),
            transient=True,
        )
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the moving line away."""
        self._bar.stop()

    def start(self, notebook: str) -> None:
        """A notebook starts."""
        self._task = self._bar.add_task(notebook, total=None)

    def cell(self, position: int, total: int) -> None:
        """Code cell `position` of `total` starts."""
        self._bar.update(self._task, completed=position, total=total)

    def finish(self, line: str) -> None:
        """The notebook ended; `line` says how."""
        self._bar.remove_task(self._task)
        self._bar.console.print(line, markup=False, highlight=False)


def make_progress() -> Lines:
    """The kind that suits standard output."""
    return Live() if sys.stdout.isatty() else Lines()
