"""Shows how far a run is: live on a terminal, one line a cell and every few trainings elsewhere."""

import sys
import time
from typing import Any

from basics.text import trainings_done

LINES_OF_TRAININGS = 12  # at most about so many


class Lines:
    """One line a cell, and every few trainings, for logs and pipes."""

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing to close."""

    def say(self, line: str) -> None:
        """Print a line that stays."""
        print(line, flush=True)

    def start(self, notebook: str) -> None:
        """A notebook starts."""
        self._notebook, self._began = notebook, time.monotonic()

    def cell(self, position: int, total: int) -> None:
        """Code cell `position` of `total` starts."""
        elapsed = time.monotonic() - self._began
        self.say(f"{self._notebook}: cell {position} of {total}, {elapsed:.1f} s")

    def finish(self, line: str) -> None:
        """The notebook ended; `line` says how."""
        self.say(line)

    def trained(self, done: int, total: int, seconds: float) -> None:
        """So many of all trainings have ended, after so many seconds."""
        if done in (0, total) or done % (total // LINES_OF_TRAININGS + 1) == 0:
            self.say(trainings_done(done, total, seconds))


class Live(Lines):
    """Lines that move, for terminals: the notebook with its cell and elapsed time, and the trainings."""

    def __enter__(self) -> "Lines":
        from rich import progress

        self._bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[unit]}"),
            progress.TimeElapsedColumn(),
            transient=True,
        )
        self._bar.start()
        self._trainings: Any = None
        return self

    def __exit__(self, *error: object) -> None:
        """Take the moving lines away."""
        self._bar.stop()

    def say(self, line: str) -> None:
        """Print a line that stays, above those that move."""
        self._bar.console.print(line, markup=False, highlight=False)

    def start(self, notebook: str) -> None:
        """A notebook starts."""
        self._task = self._bar.add_task(notebook, total=None, unit="")

    def cell(self, position: int, total: int) -> None:
        """Code cell `position` of `total` starts."""
        self._bar.update(self._task, completed=position, total=total, unit=f"cell {position} of {total}")

    def finish(self, line: str) -> None:
        """The notebook ended; `line` says how."""
        self._bar.remove_task(self._task)
        self.say(line)

    def trained(self, done: int, total: int, seconds: float) -> None:
        """So many of all trainings have ended, after so many seconds."""
        text = trainings_done(done, total, seconds)
        if self._trainings is None:
            self._trainings = self._bar.add_task("trainings", total=total, unit=text)
        self._bar.update(self._trainings, completed=done, total=total, unit=text)
        if done == total:
            self._bar.remove_task(self._trainings)
            self._trainings = None
            self.say(text)


def make_progress() -> Lines:
    """The kind that suits standard output."""
    return Live() if sys.stdout.isatty() else Lines()
