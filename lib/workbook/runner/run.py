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
from workbook import committed
from workbook.compare import compare
from workbook.project import front_of
from workbook.records import read_or_empty
from workbook.runner import manifest
from workbook.runner.execute import execute
from workbook.runner.freshness import absent_data, digest, listing, read_record, record_path, write_record
from workbook.runner.hooks import find_hooks
from workbook.runner.listing import lacking
from workbook.runner.plan import Plan
from workbook.runner.processes import skip_grammar
from workbook.runner.progress import Progress
from workbook.runner.prose import follow_sources
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
        InputError: the results folder cannot be written, another run works on it, or every notebook that is to run on
            other data than the profile's lacks something before there are results of theirs.
    """
    began = time.monotonic()
    rows: list[Row] = []
    _check_other_data(plan)
    with _reserved(plan.results):
        states = plan.states()
        committed.take_over(plan.results, _never_run(plan))
        print(plan.old_results(states), end="")
        short = {name: line for name in plan.selected if states[name] and (line := lacking(plan, name))}
        able = {name: None if name in short else state for name, state in states.items()}
        with Progress() as progress, Trainer(plan, able, progress) as trainer:
            for name in plan.selected:
                if name in short:
                    progress.say(f"{name} needs {short[name]}")
                    rows.append((name, "failed", "", shorten(f"needs {short[name]}", LONGEST_REMARK)))
                else:
                    rows.append(_do(plan, name, states[name], rows, progress, trainer))
        total = ("all", "", duration(time.monotonic() - began), "")
        print(columns([("notebook", "state", "time", ""), *_trained(trainer), *rows, total]), flush=True)
        page = build_report(plan.results)
        print(remarks(plan, trainer), end="")
        print(page)
    return EXIT_FAILED if _blocked(rows) else 0


def _check_other_data(plan: Plan) -> None:
    """Refuse to begin results on other data than the profile's where no notebook could run."""
    if not plan.title or paths.profile_results(plan.results).is_dir():
        return
    if all(lines := [lacking(plan, name) for name in plan.selected]):
        raise InputError(f"{plan.selected[0]} needs {lines[0]}")


def _never_run(plan: Plan) -> list[str]:
    """The notebooks of which no run here left a record."""
    return [name for name in plan.notebooks if not read_record(plan.results, name)]


def remarks(plan: Plan, trainer: Trainer) -> str:
    """Lines on what a reader of the results should know: trainings, data that is not here, the committed results."""
    keys = [key for name in plan.selected for key in trainer.trainings(name)]
    absent = {folder for name in plan.selected for folder in absent_data(plan.notebooks[name])}
    lines = [*find_hooks().remarks(keys, plan.results), *find_hooks().ways_to(absent)]
    folders = paths.committed_results(plan.results), paths.profile_results(plan.results)
    if folders[0].is_dir():
        page = folders[1] / "html" / "compare.html"
        lines += [compare(*folders).summary(), *([f"  all of it: {page}"] if page.is_file() else [])]
    return "".join(f"{line}\n" for line in lines)


def train(plan: Plan) -> int:
    """Train what the notebooks that are not fresh ask for, execute none, and return the exit code.

    Raises:
        InputError: as of `run`.
    """
    _check_other_data(plan)
    with _reserved(plan.results), Progress() as progress, Trainer(plan, plan.states(), progress) as trainer:
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
    if not stale:
        return name, "fresh", "", ""
    waits = [upstream for upstream in plan.notebooks[name].after if upstream in _blocked(rows)]
    if waits:
        return name, "skipped", "", f"needs {', '.join(waits)}"
    inputs = plan.inputs(name)
    why = plan.why(name, lambda: inputs)
    if why is None:
        return name, "fresh", "", ""
    trainer.wait_for(name)
    progress.cell(name, 0, 0)
    state, seconds, error = _execute(plan, name, inputs, progress, trainer)
    progress.finish(name, f"{name}: {state} in {seconds} ({shorten(error or why, LONGEST_REMARK)})")
    return name, state, seconds, shorten(error, LONGEST_REMARK)


def _execute(
    plan: Plan, name: str, inputs: dict[str, Any], progress: Progress, trainer: Trainer
) -> tuple[str, str, str]:
    """Execute one notebook and record what came of it: the state, the time and the error."""
    profile = plan.results
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
    if not outcome.error:
        absent = absent_data(plan.notebooks[name])
        committed.keep(profile, name, absent=absent, parameters=plan.parameters(name))
    write_record(profile, name, state=state, inputs=inputs)
    costs = manifest.cost_of(trainer.trainings(name), profile=profile, name=name, seconds=outcome.seconds)
    entry = manifest.entry(plan.parameters(name), outcome.seconds, outcome.cells, outcome.error, costs)
    manifest.write_manifest(profile, {name: entry}, known=plan.notebooks, title=plan.title)
    return state, duration(outcome.seconds), outcome.error or ""


def publish(plan: Plan) -> str:
    """Make the results of a profile's runs the committed ones, if they are what its notebooks make now; says what was.

    Notebooks that have not been run here stay as they are committed.

    Raises:
        InputError: nothing was run here or committed, a notebook that was run here is not fresh, or
            `committed.publish` refuses.
    """
    never = _refuse_nothing(plan, "publish")
    with _reserved(plan.results):
        for name in plan.notebooks:
            if name not in never and (why := plan.why(name)):
                raise InputError(f"{name} cannot be published: {why}; run it again")
        build_report(plan.results)
        written, removed = committed.publish(plan.results)
    return f"{paths.committed_results(plan.results)}: {written} files written, {removed} removed"


def _refuse_nothing(plan: Plan, aim: str) -> list[str]:
    """The notebooks that were never run here; refuses where that is all of them and nothing is committed."""
    never = _never_run(plan)
    if len(never) == len(plan.notebooks) and not paths.committed_results(plan.results).is_dir():
        raise InputError(f"no notebook of profile {plan.results} has been run here, so there is nothing to {aim}")
    return never


def report(plan: Plan) -> Path:
    """Build the report from what is there, running nothing: the committed results where no run here made others.

    Raises:
        InputError: nothing was run here or committed.
    """
    _refuse_nothing(plan, "show")
    with _reserved(plan.results):
        committed.take_over(plan.results, _never_run(plan))
        return build_report(plan.results)


def build_report(profile: str) -> Path:
    """Build the report of a profile with the prose of the sources unless it is fresh; returns its first page's path."""
    follow_sources(profile)
    page = paths.profile_results(profile) / "index.html"
    if not page.is_file() or read_or_empty(record_path(profile, REPORT)) != _shown(profile, page):
        skip_grammar()
        from workbook.report.site import build

        page = build(profile)
        manifest.note_artefacts(profile)
        write_json(record_path(profile, REPORT), _shown(profile, page))
    return page


def _shown(profile: str, page: Path) -> dict[str, str]:
    """What the report shows, the code that draws it, and its pages as they are now."""
    made_by = manifest.manifest_path(profile)
    shown = [paths.committed_results(name) for name in dict.fromkeys((profile, front_of(profile)))]
    return {
        "artefacts": digest(manifest.artefacts(paths.profile_results(profile))),
        "committed": digest([manifest.artefacts(folder) for folder in shown]),
        "library": digest(digests(["workbook.report.site:build"])),
        "manifest": sha256(made_by) if made_by.is_file() else "",
        "pages": digest([page.stat().st_mtime_ns, listing(page.parent / "html")]),
    }
