"""Kills of runs and of single processes of theirs, and what they cost."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from basics.errors import InputError
from benchmarks.attacks import PATIENCE, Book, Process

MOST_DELAY = 2.0  # seconds by which a kill comes after the moment that is waited for
MOST_FINISHED = 2  # trainings and notebooks that a killed run has finished, at least, of those that it has to
IN_A_ROW = 5
RUN, TRAINER, KERNEL, WORKER = "run_all.py", "workbook.runner.trainer", "workbook.runner.kernel", "loky.backend.popen"

Victims = Callable[[list[Process], subprocess.Popen[str]], list[Process]]


def _all(found: list[Process], _: subprocess.Popen[str]) -> list[Process]:
    return found if any(TRAINER in process.command or KERNEL in process.command for process in found) else []


def _run(found: list[Process], started: subprocess.Popen[str]) -> list[Process]:
    return [process for process in _all(found, started) if process.number == started.pid]


def _group(found: list[Process], started: subprocess.Popen[str]) -> list[Process]:
    return [process for process in _all(found, started) if process.group == started.pid]


def _child(command: str) -> Victims:
    """The first process with a command that the run itself started; not the guard that this one has."""
    return lambda found, started: [
        process for process in found if command in process.command and process.parent == started.pid
    ][:1]


def _worker(found: list[Process], _: subprocess.Popen[str]) -> list[Process]:
    return [process for process in found if WORKER in process.command][:1]


def _own_worker(found: list[Process], _: subprocess.Popen[str]) -> list[Process]:
    return [process for process in found if process.command.startswith("sleep")][:1]


# what is killed, by a name for the table: whom, with which signal, and whether the run itself is among it
KINDS: dict[str, tuple[Victims, signal.Signals, bool]] = {
    "the run alone": (_run, signal.SIGKILL, True),
    "the run's process group": (_group, signal.SIGKILL, True),
    "all of its processes": (_all, signal.SIGKILL, True),
    "the run, asked to end (SIGTERM)": (_run, signal.SIGTERM, True),
    "the process that trains, alone": (_child(TRAINER), signal.SIGKILL, False),
    "a worker that trains, alone": (_worker, signal.SIGKILL, False),
    "a notebook's kernel, alone": (_child(KERNEL), signal.SIGKILL, False),
}


@dataclass
class Tally:
    """How many kills of one kind there were, and what they cost.

    Args:
        kills: how many.
        lost_trainings, lost_notebooks: finished before a kill, and no longer after it.
        half_files: under a final name.
        processes_left: some seconds after the run had ended.
        unfinished_files: that are there after a run to the end.
        differing: trained codes and executed notebooks that are not those of an undisturbed run.
    """

    kills: int = 0
    lost_trainings: int = 0
    lost_notebooks: int = 0
    half_files: int = 0
    processes_left: int = 0
    unfinished_files: int = 0
    differing: int = 0

    @property
    def losses(self) -> int:
        """All that should not have happened."""
        return sum(vars(self).values()) - self.kills


def trials(kills: int, seed: int, say: Callable[[str], None] = print) -> dict[str, Tally]:
    """Kill runs of small workbooks, kind after kind, at random moments, and run each to its end.

    Args:
        kills: over all kinds; each kind has its share.
        seed: of the moments.
        say: called with a line a kill.

    Raises:
        InputError: the undisturbed run fails, so that nothing can be tried.
    """
    random = Random(seed)
    tallies = {name: Tally() for name in KINDS}
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        straight = Book.written(Path(name, "straight"))
        code, output = straight.run()
        if code:
            raise InputError(f"an undisturbed run must end with 0, got {code}: {output[-500:]}")
        for kind, count in _shares(kills):
            for folder in _chains(Path(name), kind, count):
                _chain(Book.written(folder.path), kind, folder.kills, straight, tallies[kind], random, say)
    return tallies


@dataclass(frozen=True)
class _Folder:
    path: Path
    kills: int


def _shares(kills: int) -> list[tuple[str, int]]:
    """How many kills of each kind."""
    return [(kind, len(range(index, kills, len(KINDS)))) for index, kind in enumerate(KINDS)]


def _chains(root: Path, kind: str, kills: int) -> Iterator[_Folder]:
    """Fresh folders: some kills one after the other where they end the run, one where it goes on without its victim."""
    step = IN_A_ROW if KINDS[kind][2] else 1
    for index, start in enumerate(range(0, kills, step)):
        folder = _Folder(root / f"{list(KINDS).index(kind)}-{index}", min(step, kills - start))
        yield folder
        shutil.rmtree(folder.path, ignore_errors=True)


def _chain(
    book: Book, kind: str, kills: int, straight: Book, tally: Tally, random: Random, say: Callable[[str], None]
) -> None:
    """Kill a workbook's runs some times, then run it to its end."""
    for _ in range(kills):
        found = _kill(book, kind, random)
        if found is None:
            continue
        before, after, left = found
        lost = [name for name, digest in before.items() if after.get(name) != digest]
        tally.kills += 1
        tally.lost_notebooks += sum(name[:2].isdigit() and name[2] == "_" for name in lost)
        tally.lost_trainings += sum(not (name[:2].isdigit() and name[2] == "_") for name in lost)
        tally.half_files += len(book.half_files())
        tally.processes_left += left
        say(f"killed: {kind}; {len(before)} finished before, {len(lost)} lost, {left} processes left")
    code, output = book.run()
    tally.unfinished_files += len(book.unfinished_files())
    expected, made = straight.outcome(), book.outcome()
    tally.differing += sum(made.get(name) != value for name, value in expected.items())
    if code:
        say(f"the run after it ended with {code}: {output[-500:]}")


def _kill(book: Book, kind: str, random: Random) -> tuple[dict[str, str], dict[str, str], int] | None:
    """Start a run and kill what a kind says: what was finished before and after, and how many processes were left.

    None where the run ended before anything could be killed.
    """
    victims, number, _ = KINDS[kind]
    enough = len(book.finished()) + random.randint(0, MOST_FINISHED)
    process = book.start()
    while process.poll() is None:
        if len(book.finished()) >= enough and victims(book.processes(), process):
            time.sleep(random.uniform(0, MOST_DELAY))
            break
        time.sleep(0.1)
    chosen = victims(book.processes(), process)
    before = book.finished()
    reached = 0
    for victim in chosen:
        with suppress(ProcessLookupError):
            os.kill(victim.number, number)
            reached += 1
    process.communicate(timeout=PATIENCE)
    left = book.left()
    for process_left in left:
        with suppress(ProcessLookupError):
            os.kill(process_left.number, signal.SIGKILL)
    return (before, book.finished(), len(left)) if reached else None
