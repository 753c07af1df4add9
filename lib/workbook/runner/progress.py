"""Shows how far a run is: live on a terminal, one line a cell and every few trainings elsewhere."""

import sys
import time

from basics.text import trainings_done

LINES_OF_TRAININGS = 12  # at most about so many
BEFORE = "before trainings"
SECONDS_OF_LINES = 30.0  # between two of them that are not about trainings


class Progress:
    """Lines that stay; on a terminal lines that move, too: the notebook with its cell, and the trainings."""

    def __init__(self) -> None:
        from rich import console, progress

        self._live = sys.stdout.isatty()
        self._said = -SECONDS_OF_LINES
        self._tasks: dict[str, tuple[progress.TaskID, float]] = {}  # with the time when each began
        self._bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.TextColumn("{task.fields[unit]}"),
            progress.TimeElapsedColumn(),
            console=console.Console(markup=False, emoji=False, highlight=False, soft_wrap=True),
            transient=True,
            disable=not self._live,
        )

    def __enter__(self) -> "Progress":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the moving lines away."""
        self._bar.stop()

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self._bar.console.print(line)

    def cell(self, notebook: str, position: int, total: int) -> None:
        """Code cell `position` of `total` starts; 0 of 0 is a notebook that starts."""
        unit = f"cell {position} of {total}" if position else ""
        began = self._move(notebook, position, total, unit)
        if position and not self._live:
            self.say(f"{notebook}: {unit}, {time.monotonic() - began:.1f} s")

    def before_trainings(self, line: str) -> None:
        """What goes before trainings says how far it is."""
        self._move(BEFORE, 0, 0, line)
        if not self._live and time.monotonic() - self._said >= SECONDS_OF_LINES:
            self._said = time.monotonic()
            self.say(line)

    def finish(self, task: str, line: str) -> None:
        """A notebook, or the trainings, ended; `line` says how."""
        self._bar.remove_task(self._tasks.pop(task)[0])
        self.say(line)

    def trained(self, done: int, total: int, seconds: float) -> None:
        """So many of all trainings have ended, after so many seconds."""
        if done and BEFORE in self._tasks:
            self._bar.remove_task(self._tasks.pop(BEFORE)[0])
        text = trainings_done(done, total, seconds)
        self._move("trainings", done, total, text)
        if done == total:
            self.finish("trainings", text)
        elif not self._live and done % (total // LINES_OF_TRAININGS + 1) == 0:
            self.say(text)

    def _move(self, task: str, done: int, total: int, unit: str) -> float:
        """Move a line, and return when it began."""
        if task not in self._tasks:
            self._tasks[task] = self._bar.add_task(task, total=None, unit=unit), time.monotonic()
        number, began = self._tasks[task]
        self._bar.update(number, completed=done, total=total or None, unit=unit)
        return began
