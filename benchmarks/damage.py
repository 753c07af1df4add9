"""Damaged files, full disks and starts at once: what was tried, and how often it ended as promised."""

import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from basics.errors import InputError
from benchmarks.attacks import PATIENCE, Book
from hashcenters.centers.generate import make_centers
from hashcenters.training.config import Recipe, TrainingConfig, freeze_centers
from hashcenters.training.run import run, run_key

WAYS = ("empty", "cut", "zeroed", "garbage", "one bit")
FUNCTION = """from hashcenters.kernels.compiled import compiled

@compiled(nogil=True)
def twice(x):
    return 2 * x
"""
SIZES = ("64k", "512k", "1m", "1100k", "2m")
INODES = (4, 6, 8, 10, 14)
STARTS = 5
ON_DISKS = "one line or a failed notebook, no half file; it goes on once there is room"


@dataclass
class Outcome:
    """How often one kind of damage was tried, and how often it ended as promised.

    Args:
        what: was damaged, and how.
        promised: what is to come of it.
        tried, kept: how often, and how often it came so.
        note: why nothing was tried, or what came instead.
    """

    what: str
    promised: str
    tried: int = 0
    kept: int = 0
    note: str = ""

    def count(self, kept: bool, instead: object = "") -> None:
        """Add one trial."""
        self.tried, self.kept = self.tried + 1, self.kept + kept
        self.note = self.note if kept else f"{instead}"[:80]


def damaged(content: bytes, way: str) -> bytes:
    """A file's content after an accident."""
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    parts = {"empty": b"", "cut": content[:middle], "zeroed": bytes(len(content)), "one bit": flipped}
    return parts[way] if way in parts else os.urandom(len(content))


def trials(say: Callable[[str], None] = print) -> list[Outcome]:
    """Try everything in temporary folders."""
    found = []
    for attempt in (compiled_code, checkpoints, finished_trainings, starts_at_once, small_disks, few_inodes):
        with tempfile.TemporaryDirectory(prefix="damage-") as name:
            outcome = attempt(Path(name))
        say(f"{outcome.what}: {outcome.kept} of {outcome.tried} as promised {outcome.note}")
        found.append(outcome)
    return found


def compiled_code(folder: Path) -> Outcome:
    """Both files of a compiled function, in every way."""
    outcome = Outcome("cache of compiled code, both files in 5 ways", "compiled again, the same result")
    _call(folder)
    for suffix in ("nbi", "nbc"):
        for way in WAYS:
            [file] = (folder / "__pycache__").glob(f"*.{suffix}")
            file.write_bytes(damaged(file.read_bytes(), way))
            try:
                outcome.count([_call(folder), _call(folder)] == [(42, 0), (42, 1)], way)
            except Exception as error:
                outcome.count(False, error)
    return outcome


def _call(folder: Path) -> tuple[int, int]:
    """What a function returns when its module is imported anew, and how many compiled forms were found."""
    (folder / "function.py").write_text(FUNCTION)
    spec = importlib.util.spec_from_file_location("function", folder / "function.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.twice(21), sum(module.twice.stats.cache_hits.values())


def small_training() -> TrainingConfig:
    """A training of half a second."""
    sizes = dict.fromkeys(("train_per_class", "validation_per_class", "query_per_class", "database_per_class"), 1)
    return TrainingConfig(
        dataset="digits100",
        dataset_options=sizes | {"train_per_digit": 10},
        backbone="alexnet-narrow",
        head="csq",
        bits=16,
        objective="central",
        centers=freeze_centers(make_centers("csq", 16, 100, seed=0)),
        recipe=Recipe(epochs=2, lr=1e-3),
        seed=0,
    )


def checkpoints(folder: Path) -> Outcome:
    """A checkpoint in every way, and one that is whole but of something else."""
    outcome = Outcome("checkpoint, in 5 ways and of another training", "set aside, trained from the start, same codes")
    config = small_training()
    straight = run(config, folder / "straight")
    whole = (straight.folder / "state.safetensors").read_bytes()
    for way in (*WAYS, "of another training"):
        place = folder / way / run_key(config) / "checkpoint.safetensors"
        place.parent.mkdir(parents=True)
        place.write_bytes(damaged(whole, way) if way in WAYS else whole)
        outcome.count(_same(lambda way=way: run(config, folder / way), straight) and not place.exists(), way)
    return outcome


def finished_trainings(folder: Path) -> Outcome:
    """Every file of a finished training in every way."""
    outcome = Outcome("finished training, its 3 files in 5 ways", "trained again, same codes")
    config = small_training()
    straight = run(config, folder / "straight")
    for name in ("config.json", "state.safetensors", "outputs.safetensors"):
        for way in WAYS:
            file = run(config, folder / "again").folder / name
            file.write_bytes(damaged(file.read_bytes(), way))
            outcome.count(_same(lambda: run(config, folder / "again"), straight), f"{name}, {way}")
    return outcome


def _same(train: Callable, straight: object) -> bool:
    """Whether a training comes out like another one."""
    try:
        done = train()
        return np.array_equal(done.codes("query"), straight.codes("query")) and len(done.history()) == 2
    except Exception:
        return False


def starts_at_once(folder: Path) -> Outcome:
    """Several starts on one profile: one works, the others say so in one line."""
    outcome = Outcome(f"{STARTS} starts at once on one profile", "one works, the others end in one line")
    book = Book.written(folder)
    started = [book.start("--only", "01") for _ in range(STARTS)]
    ended = [(process.communicate(timeout=PATIENCE)[0], process.returncode) for process in started]
    refused = [output for output, code in ended if code == 2]
    for output in refused:
        outcome.count(output.startswith("error: another run_all.py works on") and output.count("\n") == 1, output)
    for output, code in ended:
        if code != 2:
            outcome.count(code == 0 and "Traceback" not in output, output)
    return outcome


def small_disks(folder: Path) -> Outcome:
    """Results on disks that are too small, then with room."""
    outcome = Outcome(
        "disk too small for the results", "one line or a failed notebook, no half file; goes on with room"
    )
    return _on_disks(folder, outcome, [f"size={size}" for size in SIZES])


def few_inodes(folder: Path) -> Outcome:
    """Results on disks without room for more files, then with it."""
    outcome = Outcome(
        "disk without room for more files", "one line or a failed notebook, no half file; goes on with room"
    )
    return _on_disks(folder, outcome, [f"nr_inodes={count}" for count in INODES])


def _on_disks(folder: Path, outcome: Outcome, limits: list[str]) -> Outcome:
    straight = Book.written(folder / "straight")
    code, output = straight.run("--only", "01")
    if code:
        raise InputError(f"an undisturbed run must end with 0, got {code}: {output[-500:]}")
    for limit in limits:
        book = Book.written(folder / limit, results=folder / limit / "disk")
        with _disk(book.results, limit) as mounted:
            if not mounted:
                outcome.note = "not tried: a tmpfs cannot be mounted here"
                return outcome
            code, output = book.run("--only", "01")
            clean = code in (0, 1, 2) and "Traceback" not in output and not book.half_files()
            _mount(book.results, "remount,size=64m,nr_inodes=10000")
            again, _ = book.run("--only", "01")
            same = book.outcome() == straight.outcome()
            outcome.count(clean and again == 0 and same, f"{limit}: {code}, then {again}: {output[-60:]}")
    return outcome


@contextmanager
def _disk(place: Path, limit: str) -> Iterator[bool]:
    """A tmpfs of a limited size while the block runs; whether it could be mounted."""
    place.mkdir()
    mounted = _mount(place, limit)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=False)


def _mount(place: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
