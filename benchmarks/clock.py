"""Timing that survives a busy machine: the best of several rounds in which everything takes its turn."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Timing:
    """The best round of one task.

    Args:
        seconds: by the clock.
        core_seconds: of all cores together, which other programs lengthen less.
        result: what the task returned.
    """

    seconds: float
    core_seconds: float
    result: Any


def once(task: Callable[[], Any]) -> Timing:
    """Run a task and time it."""
    core, wall = time.process_time(), time.perf_counter()
    result = task()
    return Timing(time.perf_counter() - wall, time.process_time() - core, result)


def in_turns(tasks: Mapping[str, Callable[[], Any]], *, rounds: int) -> dict[str, Timing]:
    """Time tasks in turns, so that a busy spell hits all of them; each task's least seconds and core seconds."""
    found: dict[str, list[Timing]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            found[name].append(once(task))
    return {
        name: Timing(
            min(timing.seconds for timing in timings),
            min(timing.core_seconds for timing in timings),
            timings[-1].result,
        )
        for name, timings in found.items()
    }


def growth_exponent(sizes: np.ndarray, seconds: np.ndarray) -> float:
    """The e of seconds ≈ c · sizes^e, fitted by least squares on logarithms.

    >>> round(growth_exponent(np.array([1, 10, 100]), np.array([2, 20, 200])), 6)
    1.0
    """
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])
