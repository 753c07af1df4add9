"""Trains what notebooks ask for before they are executed, in a process of its own.

The process collects what the notebooks train and trains what is missing of it side by side; where trainings follow from
others, it collects again once these are done. What is finished when the process is killed is found by the next one, and
a training goes on after its last whole epoch.

The job is `notebooks` (path, parameters and profile of each), `jobs` and `count`. Told are, when everything is
collected, `{"to_do": keys}` and `{"notebook": name, "trainings": keys, "complete": bool, "error": null | text}` for
each notebook, then `{"done": key, "error": null | text}` for each training, `{"line": text}` on what goes before them
and `{"warning": text}` on what was damaged and is made again; only `{"missing": costs}`, these by key, for each
notebook where trainings are to be counted.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any

from basics.errors import InputError, one_line_errors
from workbook.runner.graph import Notebook, load_notebook
from workbook.runner.hooks import Trainings, find_hooks
from workbook.runner.plan import Plan
from workbook.runner.processes import Child, Event, Tell, begin
from workbook.runner.progress import Progress

MODULE = f"{__package__}.trainer"
LONGEST_LINE = 200


def _start(wanted: Sequence[tuple[Plan, str]], *, count: bool) -> Child:
    """The process that trains for some notebooks of a plan, or counts for those of several."""
    notebooks = [
        (str(plan.notebooks[name].path.resolve()), plan.parameters(name), plan.results) for plan, name in wanted
    ]
    jobs = max(parameters.get("jobs", 1) for _, parameters, _ in notebooks)
    return Child(MODULE, {"notebooks": notebooks, "jobs": jobs, "count": count}, wanted[0][0].environment())


def count_missing(parts: Sequence[tuple[Plan, Sequence[str]]]) -> list[dict[str, dict[str, dict[str, Any]]]]:
    """Cost by key of what is still to be trained for some notebooks of each plan; without those that train nothing.

    Raises:
        InputError: one of them does not say what it trains.
    """
    places = [(place, name) for place, (plan, names) in enumerate(parts) for name in names]
    places = [(place, name) for place, name in places if parts[place][0].notebooks[name].grid_cells]
    found: list[dict[str, dict[str, dict[str, Any]]]] = [{} for _ in parts]
    if not places:
        return found
    with _start([(parts[place][0], name) for place, name in places], count=True) as child:
        for (place, name), event in zip(places, child.events(), strict=False):
            found[place][name] = event["missing"]
        if child.process.returncode:
            raise InputError(child.last_line().removeprefix("error: "))
    return found


class Trainer:
    """The trainings of a run while a block runs: what is to do, what is done, which notebooks can be executed.

    It trains for the selected notebooks that are not fresh, and starts no process where none of them trains.

    Args:
        plan: of the run.
        states: why each notebook has to run, None for fresh ones.
        progress: shows how the trainings go.
    """

    def __init__(self, plan: Plan, states: dict[str, str | None], progress: Progress) -> None:
        names = [name for name in plan.selected if states[name] and plan.notebooks[name].grid_cells]
        self.total = self.failed = 0
        self.seconds = 0.0
        self.complaints: list[str] = []
        self._closing = False
        self._waiting = set(names)  # until it is known what they train
        self._trainings: dict[str, list[str]] = {}
        self._open: set[str] = set()
        self._progress, self._began = progress, time.monotonic()
        self._changed = threading.Condition()
        self._child = _start([(plan, name) for name in names], count=False) if names else None
        self._thread = threading.Thread(target=self._follow, name="trainer", daemon=True)

    def __enter__(self) -> "Trainer":
        if self._child:
            self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End the process, with what it has not finished."""
        if self._child:
            self._closing = True
            with self._child:
                self._child.end()
                self._thread.join()

    def _follow(self) -> None:
        """Take in events until the process has ended; what it leaves undone is left to the notebooks."""
        for event in self._child.events():
            with self._changed:
                self._take(event)
                self._changed.notify_all()
        with self._changed:
            if self._child.process.returncode and not self._closing:
                self.failed += len(self._open)
                self._complain(f"the trainings stopped: their process {self._child.complaint()}")
            self._waiting.clear()
            self._open.clear()
            self._changed.notify_all()

    def _take(self, event: Event) -> None:
        if "line" in event:
            self._progress.before_trainings(event["line"])
            return
        if "warning" in event:
            self._progress.say(event["warning"])
            return
        if "notebook" in event:
            self._trainings[event["notebook"]] = event["trainings"]
            self._waiting -= {event["notebook"]} if event["complete"] else set()
        elif "to_do" in event:
            self._open |= set(event["to_do"])
            self.total += len(event["to_do"])
        else:
            self._open -= {event["done"]}
            self.failed += event["error"] is not None
            self.seconds = time.monotonic() - self._began
        if event.get("error"):
            self._complain(event["error"])
        if self.total and "notebook" not in event:
            self._progress.trained(self.total - len(self._open), self.total, time.monotonic() - self._began)

    def _complain(self, line: str) -> None:
        self.complaints.append(line)
        self._progress.say(shorten(line, LONGEST_LINE))

    def wait_for(self, name: str) -> None:
        """Wait until the trainings of a notebook have ended, as far as it has any."""
        with self._changed:
            self._changed.wait_for(lambda: name not in self._waiting and self._open.isdisjoint(self.trainings(name)))

    def wait(self) -> None:
        """Wait until all trainings have ended."""
        if self._child:
            self._thread.join()

    def trainings(self, name: str) -> list[str]:
        """Keys of all trainings that a notebook reads."""
        return self._trainings.get(name, [])


def main() -> None:
    """Do the job that standard input describes."""
    job, tell = begin()
    notebooks = [(load_notebook(Path(path)), *of_plan) for path, *of_plan in job["notebooks"]]
    with one_line_errors():
        if not job["count"]:
            logging.getLogger("hashcenters").addHandler(_Warnings(tell))
            _train([pair for *pair, _ in notebooks], notebooks[0][2], job["jobs"], tell)
            return
        for notebook, parameters, profile in notebooks:
            with _says(notebook):
                tell({"missing": find_hooks().count(notebook, parameters, profile)})


class _Warnings(logging.Handler):
    """Tells the warnings of the library."""

    def __init__(self, tell: Tell) -> None:
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self.tell({"warning": record.getMessage()})


def _train(notebooks: list[tuple[Notebook, dict[str, Any]]], profile: str, jobs: int, tell: Tell) -> None:
    """Train what is missing for the notebooks, and collect again for those whose trainings follow from others."""
    failed: set[str] = set()

    def on_done(key: str, error: Exception | None) -> None:
        failed.update([key] if error else [])
        tell({"done": key, "error": error and f"training {key} failed: {_last_line(error)}"})

    while notebooks:
        wanted: Trainings = {}
        unfinished, events = [], []
        for notebook, parameters in notebooks:
            found, complete, error = {}, True, None
            try:
                with _says(notebook):
                    found, complete = find_hooks().collect(notebook, parameters, count=False)
            except InputError as stopped:
                error = str(stopped)
            wanted |= found
            unfinished += [] if complete else [(notebook, parameters)]
            trainings = list(found)
            events.append({"notebook": notebook.name, "trainings": trainings, "complete": complete, "error": error})
        missing = find_hooks().missing(wanted, profile)
        missing = {key: training for key, training in missing.items() if key not in failed}
        for event in ({"to_do": list(missing)}, *events):
            tell(event)
        find_hooks().train(missing, profile, jobs=jobs, on_done=on_done, on_line=lambda line: tell({"line": line}))
        notebooks = unfinished if missing else []


@contextmanager
def _says(notebook: Notebook) -> Iterator[None]:
    """Name the notebook in what stops its cells.

    Raises:
        InputError: they stopped.
    """
    try:
        yield
    except Exception as error:
        said = error if isinstance(error, InputError) else f"{type(error).__name__}: {_last_line(error)}"
        raise InputError(f"{notebook.name} does not say what it trains: {said}") from error


def _last_line(error: Exception) -> str:
    """The last line of an error's message."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]


if __name__ == "__main__":
    main()
