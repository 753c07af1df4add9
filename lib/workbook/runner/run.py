"""Runs a plan: trainings first, beside notebooks that need none, then the rest, the report and a table of times."""

import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import shorten
from typing import Any

from basics import paths
from basics.errors import EXIT_INTERRUPTED, InputError
from basics.files import remove_unfinished, sha256, write_json
from basics.source import digests
from basics.text import columns, duration
from workbook.records import read_or_empty
from workbook.runner import manifest
from workbook.runner.execute import execute
from workbook.runner.freshness import digest, listing, record_path, write_record
from workbook.runner.plan import Plan
from workbook.runner.processes import skip_grammar
from workbook.runner.progress import Progress
from workbook.runner.trainer import Trainer

EXIT_FAILED = 1
EXIT_TERMINATED = 128 + signal.SIGTERM
PROBE_BYTES = 1 << 20
LONGEST_REMARK = 120
REPORT = "report"
STOPPED = "{}; every notebook that had finished is kept"

Row = tuple[str, str, str, str]  # of the table of times: notebook, state, time, and the error or what it waits for


def run(plan: Plan) -> int:
    """Do what is planned and return the exit code.

    Raises:
        InputError: the results folder cannot be written, or another run works on it.
    """
    began = time.monotonic()
    rows: list[Row] = []
    with _reserved(plan.profile.name):
        states = plan.states()
        print(plan.old_results(states), end="")
        with Progress() as progress, Trainer(plan, states, progress) as trainer:
            for name in plan.selected:
                rows.append(_do(plan, name, states[name], rows, progress, trainer))
        total = ("all", "", duration(time.monotonic() - began), "")
        print(columns([("notebook", "state", "time", ""), *_trained(trainer), *rows, total]), flush=True)
        print(build_report(plan.profile.name))
    return EXIT_FAILED if _blocked(rows) else 0


def train(plan: Plan) -> int:
    """Train what the notebooks that are not fresh ask for, execute none, and return the exit code.

    Raises:
        InputError: the results folder cannot be written, or another run works on it.
    """
    with _reserved(plan.profile.name), Progress() as progress, Trainer(plan, plan.states(), progress) as trainer:
        trainer.wait()
    for _, state, took, _ in _trained(trainer) or [("", "none to do", "", "")]:
        print(f"trainings: {state}{took and ' in '}{took}")
    return EXIT_FAILED if trainer.complaints else 0


def _trained(trainer: Trainer) -> list[Row]:
    """The line of the table of times about trainings, where there were any."""
    failed = f", {trainer.failed} failed" if trainer.failed else ""
    row = ("trainings", f"{trainer.total - trainer.failed} done{failed}", duration(trainer.seconds), "")
    return [row] if trainer.total else []


def _blocked(rows: list[Row]) -> set[str]:
    """The notebooks whose results are not to be read."""
    return {name for name, state, *_ in rows if state in ("failed", "skipped")}


@contextmanager
def _reserved(profile: str) -> Iterator[None]:
    """Hold the results folder of a profile, if it can be written; one line ends what is interrupted or terminated."""
    from filelock import FileLock, Timeout

    def terminate(number: int, frame: object) -> None:
        print(STOPPED.format("terminated"), file=sys.stderr)
        sys.exit(EXIT_TERMINATED)

    folder = paths.profile_results(profile)
    lock = folder / "fresh" / ".lock"
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        with FileLock(_writable(lock), timeout=0):
            remove_unfinished(folder, held=lock)
            yield
    except Timeout as error:
        raise InputError(f"another run_all.py works on {folder}; wait until it has ended") from error
    except KeyboardInterrupt:
        print(STOPPED.format("interrupted"), file=sys.stderr)
        sys.exit(EXIT_INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _writable(lock: Path) -> Path:
    """The place of a lock, once its folder is there and takes a file of some size, which has no name."""
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=lock.parent) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise InputError(f"cannot write {lock.parent}: {error.strerror}") from error
    return lock


def _do(plan: Plan, name: str, stale: str | None, rows: list[Row], progress: Progress, trainer: Trainer) -> Row:
    """Run one notebook unless it was fresh before the run, is so by now, or waits for one that failed."""
    fresh = (name, "fresh", "", "")
    if not stale:
        return fresh
    waits = [upstream for upstream in plan.notebooks[name].after if upstream in _blocked(rows)]
    if waits:
        return name, "skipped", "", f"needs {', '.join(waits)}"
    inputs = plan.inputs(name)
    why = plan.why(name, inputs)
    if why is None:
        return fresh
    trainer.wait_for(name)
    progress.cell(name, 0, 0)
    state, seconds, error = _execute(plan, name, inputs, progress, trainer)
    progress.finish(name, f"{name}: {state} in {seconds} ({shorten(error or why, LONGEST_REMARK)})")
    return name, state, seconds, shorten(error, LONGEST_REMARK)


def _execute(
    plan: Plan, name: str, inputs: dict[str, Any], progress: Progress, trainer: Trainer
) -> tuple[str, str, str]:
    """Execute one notebook and record what came of it: the state, the time and the error."""
    profile = plan.profile.name
    write_record(profile, name, state="running", inputs=inputs)
    outcome = execute(
        plan.notebooks[name],
        profile=profile,
        parameters=plan.values[name],
        environment=plan.environment(),
        timeout=plan.request.timeout,
        on_cell=lambda position, total: progress.cell(name, position, total),
    )
    state = "failed" if outcome.error else "done"
    write_record(profile, name, state=state, inputs=inputs)
    costs = manifest.cost_of(trainer.trainings(name), profile=profile, name=name, seconds=outcome.seconds)
    entry = manifest.entry(plan.parameters(name), outcome.seconds, outcome.cells, outcome.error, costs)
    manifest.write_manifest(profile, {name: entry}, known=plan.notebooks)
    return state, duration(outcome.seconds), outcome.error or ""


def build_report(profile: str) -> Path:
    """Build the report of a profile unless it is fresh, and return the path of its first page."""
    page = paths.profile_results(profile) / "index.html"
    if not page.is_file() or read_or_empty(record_path(profile, REPORT)) != _shown(profile, page):
        skip_grammar()
        from workbook.report.site import build

        page = build(profile)
        write_json(record_path(profile, REPORT), _shown(profile, page))
    return page


def _shown(profile: str, page: Path) -> dict[str, str]:
    """What the report shows, the code that draws it, and its pages as they are now."""
    made_by = manifest.manifest_path(profile)
    return {
        "artefacts": digest(manifest.artefacts(paths.profile_results(profile))),
        "library": digest(digests(["workbook.report.site:build"])),
        "manifest": sha256(made_by) if made_by.is_file() else "",
        "pages": digest([page.stat().st_mtime_ns, listing(page.parent / "html")]),
    }
