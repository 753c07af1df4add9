"""Runs a plan: trainings first, beside notebooks that need none, then the rest, the report and a table of times."""

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.files import sha256, write_bytes, write_json
from basics.source import digests
from basics.text import columns, duration
from workbook.runner import manifest
from workbook.runner.execute import Outcome, execute
from workbook.runner.freshness import digest, listing, read_record, record_path, write_record
from workbook.runner.plan import EXIT_INTERRUPTED, Plan
from workbook.runner.processes import skip_grammar
from workbook.runner.progress import Lines, make_progress
from workbook.runner.trainer import Trainer

EXIT_FAILED = 1
EXIT_TERMINATED = 128 + signal.SIGTERM
PROBE_BYTES = 1 << 20
LONGEST_REMARK = 120
REPORT = "report"
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
    with _reserved(plan.profile.name), _stoppable():
        for note in plan.old_results():
            print(note)
        with make_progress() as progress, Trainer(plan, progress) as trainer:
            for name in plan.selected:
                rows.append(_do(plan, name, rows, progress, trainer))
        print(_table([*_trained(trainer), *rows], time.monotonic() - began), flush=True)
        print(build_report(plan.profile.name))
    return EXIT_FAILED if any(row.state in ("failed", "skipped") for row in rows) else 0


def train(plan: Plan) -> int:
    """Train what the notebooks that are not fresh ask for, execute none, and return the exit code.

    Raises:
        InputError: the results folder cannot be written, or another run works on it.
    """
    with (
        _reserved(plan.profile.name),
        _stoppable(),
        make_progress() as progress,
        Trainer(plan, progress) as trainer,
    ):
        trainer.wait()
    rows = _trained(trainer)
    print("\n".join(f"trainings: {row.state} in {_time(row)}" for row in rows) or "trainings: none to do")
    return EXIT_FAILED if trainer.complaints else 0


def _trained(trainer: Trainer) -> list[Row]:
    """The line of the table of times about trainings, where there were any."""
    failed = f", {trainer.failed} failed" if trainer.failed else ""
    row = Row("trainings", f"{trainer.total - trainer.failed} done{failed}", trainer.seconds)
    return [row] if trainer.total else []


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
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C and a request to terminate end the run with one line."""

    def terminate(number: int, frame: object) -> None:
        print(STOPPED.format("terminated"), file=sys.stderr)
        sys.exit(EXIT_TERMINATED)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    except KeyboardInterrupt:
        print(STOPPED.format("interrupted"), file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _do(plan: Plan, name: str, rows: list[Row], progress: Lines, trainer: Trainer) -> Row:
    """Run one notebook unless it is fresh or waits for one that failed."""
    blocked = {row.name for row in rows if row.state in ("failed", "skipped")}
    waits = [upstream for upstream in plan.notebooks[name].after if upstream in blocked]
    if waits:
        return Row(name, "skipped", remark=f"needs {', '.join(waits)}")
    inputs = plan.inputs(name)
    why = plan.why(name, inputs)
    if why is None:
        return Row(name, "fresh")
    trainer.wait_for(name)
    progress.start(name)
    outcome = _execute(plan, name, inputs, progress, trainer.trainings(name))
    state = "failed" if outcome.error else "done"
    remark = outcome.error or why
    progress.finish(f"{name}: {state} in {duration(outcome.seconds)} ({shorten(remark, LONGEST_REMARK)})")
    return Row(name, state, outcome.seconds, outcome.error or "")


def _execute(plan: Plan, name: str, inputs: dict[str, Any], progress: Lines, trainings: Sequence[str]) -> Outcome:
    """Execute one notebook and record what came of it."""
    profile = plan.profile.name
    write_record(profile, name, state="running", inputs=inputs)
    outcome = execute(
        plan.notebooks[name],
        profile=profile,
        parameters=plan.values[name],
        environment=plan.environment(),
        timeout=plan.request.timeout,
        on_cell=progress.cell,
    )
    write_record(profile, name, state="failed" if outcome.error else "done", inputs=inputs)
    entry = manifest.entry(
        plan.parameters(name),
        seconds=outcome.seconds,
        cells=outcome.cells,
        error=outcome.error,
        trainings=manifest.cost_of(trainings, profile=profile, name=name, seconds=outcome.seconds),
    )
    manifest.write_manifest(profile, {name: entry}, known=plan.notebooks)
    return outcome


def _table(rows: list[Row], seconds: float) -> str:
    """The table of times."""
    lines = [(row.name, row.state, _time(row), shorten(row.remark, LONGEST_REMARK)) for row in rows]
    return columns([("notebook", "state", "time", ""), *lines, ("all", "", duration(seconds), "")])


def _time(row: Row) -> str:
    return "" if row.seconds is None else duration(row.seconds)


def build_report(profile: str) -> Path:
    """Build the report of a profile unless it is fresh, and return the path of its first page."""
    page = paths.profile_results(profile) / "index.html"
    shown = _shown(profile)
    if not page.is_file() or read_record(profile, REPORT) != shown | {"pages": _pages(page)}:
        skip_grammar()
        from workbook import report

        page = report.build(profile)
        write_json(record_path(profile, REPORT), _shown(profile) | {"pages": _pages(page)})
    return page


def _shown(profile: str) -> dict[str, Any]:
    """What the report shows, and the code that draws it."""
    made_by = manifest.manifest_path(profile)
    return {
        "artefacts": digest(manifest.artefacts(paths.profile_results(profile))),
        "library": digest(digests([f"workbook.{REPORT}:build"])),
        "manifest": sha256(made_by) if made_by.is_file() else "",
    }


def _pages(page: Path) -> str:
    """The built pages."""
    return digest([page.stat().st_mtime_ns, listing(page.parent / "html")])
