"""Runs a plan: what is stale, one notebook after the other, then the report and a table of times."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.files import write_bytes

from hashcenters.workbook import manifest, site, trainings
from hashcenters.workbook.ahead import trainer
from hashcenters.workbook.execute import Outcome, execute
from hashcenters.workbook.freshness import write_record
from hashcenters.workbook.plan import EXIT_INTERRUPTED, Plan
from hashcenters.workbook.progress import Lines, make_progress
from hashcenters.workbook.text import columns, duration

EXIT_FAILED = 1
EXIT_TERMINATED = 128 + signal.SIGTERM
PROBE_BYTES = 1 << 20
LONGEST_REMARK = 120
STOPPED = "{}; every notebook that had finished is kept"


@dataclass(frozen=True)
class Row:
    """One line of the table of times.

    Args:
        name: of the notebook.
        state: `done`, `fresh`, `failed` or `skipped`.
        seconds: how long it ran, None where it did not.
        remark: the error, or what it waits for.
    """

    name: str
    state: str
    seconds: float | None = None
    remark: str = ""


def run(plan: Plan) -> int:
    """Do what is planned and return the exit code.

    Raises:
        InputError: the results folder cannot be written, or another run works on it.
    """
    began = time.monotonic()
    rows: list[Row] = []
    with _reserved(plan.profile.name), _terminable():
        try:
            for note in plan.old_results():
                print(note)
            with trainer(plan), make_progress() as progress:
                for name in plan.selected:
                    rows.append(_do(plan, name, rows, progress))
            print(_table(rows, time.monotonic() - began), flush=True)
            print(site.build(plan.profile.name))
        except KeyboardInterrupt:
            print(STOPPED.format("interrupted"), file=sys.stderr)
            return EXIT_INTERRUPTED
    return EXIT_FAILED if any(row.state in ("failed", "skipped") for row in rows) else 0


@contextmanager
def _reserved(profile: str) -> Iterator[None]:
    """Hold the results folder of a profile, after a test that something can be written there."""
    from filelock import FileLock, Timeout

    folder = paths.profile_results(profile) / "fresh"
    probe = folder / ".probe"
    write_bytes(probe, bytes(PROBE_BYTES))
    probe.unlink()
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        raise InputError(f"another run_all.py works on {folder.parent}; wait until it has ended") from error


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a request to terminate end the run as cleanly as Ctrl-C does."""

    def leave(number: int, frame: object) -> None:
        print(STOPPED.format("terminated"), file=sys.stderr)
        sys.exit(EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _do(plan: Plan, name: str, rows: list[Row], progress: Lines) -> Row:
    """Run one notebook unless it is fresh or waits for one that failed."""
    blocked = {row.name for row in rows if row.state in ("failed", "skipped")}
    waits = [upstream for upstream in plan.notebooks[name].after if upstream in blocked]
    if waits:
        return Row(name, "skipped", remark=f"needs {', '.join(waits)}")
    inputs = plan.inputs(name)
    why = plan.why(name, inputs)
    if why is None:
        return Row(name, "fresh")
    progress.start(name)
    outcome = _execute(plan, name, inputs, progress)
    state = "failed" if outcome.error else "done"
    remark = outcome.error or why
    progress.finish(f"{name}: {state} in {duration(outcome.seconds)} ({shorten(remark, LONGEST_REMARK)})")
    return Row(name, state, outcome.seconds, outcome.error or "")


def _execute(plan: Plan, name: str, inputs: dict[str, Any], progress: Lines) -> Outcome:
    """Execute one notebook and record what came of it."""
    profile, parameters = plan.profile.name, plan.parameters(name)
    write_record(profile, name, state="running", inputs=inputs)
    trained = trainings.finished(profile)
    outcome = execute(
        plan.notebooks[name],
        profile=profile,
        parameters=plan.values[name],
        environment=plan.environment(),
        timeout=plan.request.timeout,
        on_cell=progress.cell,
    )
    write_record(profile, name, state="failed" if outcome.error else "done", inputs=inputs)
    spent = {}
    if plan.notebooks[name].grid:
        spent = trainings.spent(profile, name, trained, outcome.seconds, jobs=parameters.get("jobs", 1))
    entry = manifest.entry(
        parameters, seconds=outcome.seconds, cells=outcome.cells, error=outcome.error, trainings=spent
    )
    manifest.write_manifest(profile, {name: entry}, known=plan.notebooks)
    return outcome


def _table(rows: list[Row], seconds: float) -> str:
    """The table of times."""
    lines = [(row.name, row.state, _time(row), shorten(row.remark, LONGEST_REMARK)) for row in rows]
    return columns([("notebook", "state", "time", ""), *lines, ("all", "", duration(seconds), "")])


def _time(row: Row) -> str:
    return "" if row.seconds is None else duration(row.seconds)
