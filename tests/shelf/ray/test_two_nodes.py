"""A sweep on a real cluster of two nodes, one of which is killed in the middle."""

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from waiting import wait_until

from basics.errors import InputError
from hashcenters.sweep import GridPoint, sweep
from hashcenters.training.run import run, run_key
from shelf.ray.address import check

pytest.importorskip("ray")
LONG = 300.0
CELLS = 4


@contextmanager
def two_nodes(make_cluster: Callable[[Path], Any]) -> Iterator[Any]:
    """A head node and a second node of one processor each."""
    folder = Path(tempfile.mkdtemp(prefix="ray-"))  # paths of sockets must be short
    made = make_cluster(folder)
    try:
        made.add()
        wait_until(lambda: answers(made.address))
        made.add()
        made.wait()
        yield made
    finally:
        for node in reversed(made.started):
            made.end(node)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cluster(make_cluster: Callable[[Path], Any]) -> Iterator[Any]:
    """`two_nodes`, begun again where the head node of a busy machine ends while it starts."""
    with ExitStack() as stack:
        for tries_left in (2, 1, 0):
            try:
                made = stack.enter_context(two_nodes(make_cluster))
                break
            except AssertionError:
                if not tries_left:
                    raise
        yield made


def answers(address: str) -> bool:
    """Whether a head node does."""
    with suppress(InputError):
        check(address)
        return True
    return False


@pytest.mark.slow
def test_a_node_killed_in_the_middle_costs_no_training(cluster, cell, tmp_path, monkeypatch, results_elsewhere):
    monkeypatch.setenv("HASHCENTERS_CLUSTER", cluster.address)
    cells = [replace(cell, seed=seed, recipe=replace(cell.recipe, epochs=20)) for seed in range(CELLS)]
    root = results_elsewhere / "test" / "runs"
    first, second = (root / run_key(cell) for cell in cells[:2])
    first.mkdir(parents=True)
    found: list[Any] = []
    points = [GridPoint({}, cell) for cell in (*cells, cells[0])]
    thread = threading.Thread(target=lambda: found.extend(sweep(points, profile="test")["run"]))
    # whoever comes first waits for this lock, so that it is another that trains the second
    with FileLock(first / ".lock"):
        thread.start()
        wait_until((second / "checkpoint.safetensors").exists)
    # both nodes train
    wait_until(lambda: len(list(root.glob("*/checkpoint.safetensors"))) == 2)
    cluster.end(cluster.started[1])
    thread.join(timeout=LONG)
    assert [done.config for done in found] == [*cells, cells[0]]
    folders = Counter(path.parent.name for path in root.glob("*/config.json"))
    assert folders == Counter(map(run_key, cells))
    assert not list(root.glob(".cluster-*"))
    straight = run(cells[0], tmp_path / "straight")  # one of the two that the kill interrupted
    assert np.array_equal(found[0].outputs("query"), straight.outputs("query"))
