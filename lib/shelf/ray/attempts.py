"""A grid of trainings on a cluster, attempted again until nothing is missing.

Ray works in a process of its own, which ends when a node does. A notebook's kernel so holds no Ray state, and a node
that dies at any moment cannot stall a sweep: the next attempt takes what is missing to the nodes that live.
"""

import json
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from typing import Any

from basics.errors import InputError
from basics.files import write_bytes
from hashcenters.sweep import OnDone, prerequisites
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import WithNetwork, find
from shelf.ray.address import check
from shelf.ray.node import FILES, MARK

DRIVER = "shelf.ray.driver"
LAST_FILE = FILES[-1]
LOOK_SECONDS = 1.0
PATIENCE = 5  # attempts in a row that finish nothing
VISIBLE_SECONDS = 60.0  # a network file system may show files of other machines late


def train_on_cluster(trainings: Mapping[str, TrainingConfig], root: Path, address: str, on_done: OnDone) -> None:
    """Run trainings on a cluster until all are finished under `root`.

    Args:
        trainings: by key; those that they start from come before them.
        root: folder of all trainings.
        address: `host:port` of the head node.
        on_done: called with the key of each training that is finished, and None.

    Raises:
        InputError: the cluster does not answer, a training is refused, or `PATIENCE` attempts in a row finish
            nothing.
    """
    depths = {key: len(prerequisites([config])) for key, config in trainings.items()}
    for depth in sorted(set(depths.values())):
        stage = {key: config for key, config in trainings.items() if depths[key] == depth}
        _train_stage(stage, root, address, on_done)


def _train_stage(trainings: Mapping[str, TrainingConfig], root: Path, address: str, on_done: OnDone) -> None:
    """Run trainings that do not wait for each other."""
    told: set[str] = set()

    def look() -> None:
        there = [key for key in trainings if key not in told and (root / key / LAST_FILE).exists()]
        for key in [key for key in there if find(trainings[key], root)]:
            told.add(key)
            on_done(key, None)

    waiting, before, fruitless, complaint = trainings, -1, 0, ""
    while waiting := {key: config for key, config in waiting.items() if find(config, root) is None}:
        fruitless = fruitless + 1 if len(waiting) == before else 0
        if fruitless == PATIENCE:
            raise InputError(f"the cluster at {address} finished none of {len(waiting)} trainings: {complaint}")
        before = len(waiting)
        check(address)
        cells = {key: asdict(config) | {MARK: isinstance(config, WithNetwork)} for key, config in waiting.items()}
        events, complaint = attempt({"address": address, "root": str(root.absolute()), "cells": cells}, look)
        for refusal in (event["error"] for event in events if "error" in event):
            raise InputError(refusal)
        wait_for([root / event["finished"] / LAST_FILE for event in events])
    look()


def wait_for(files: Sequence[Path]) -> None:
    """Wait until files that other machines have written are seen here."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while not all(file.exists() for file in files) and time.monotonic() < deadline:
        time.sleep(0.2)


def attempt(job: dict[str, Any], look: Callable[[], None]) -> tuple[list[dict[str, str]], str]:
    """Run the driver on a job.

    Args:
        job: see `shelf.ray.driver`, without `mark` and `starter`.
        look: called every `LOOK_SECONDS` meanwhile.

    Returns:
        the events that it told, and the last line of its complaints.
    """
    mark = Path(job["root"]) / f".cluster-{uuid.uuid4().hex}"
    write_bytes(mark, b"")
    request = json.dumps({**job, "mark": mark.name, "starter": os.getpid()})
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = Popen([sys.executable, "-m", DRIVER], stdin=PIPE, stdout=PIPE, stderr=log, text=True)
        try:
            output = _output_of(process, request, look)
        finally:
            process.kill()
            process.wait()
            mark.unlink(missing_ok=True)
        log.seek(0)
        complaints = [" ".join(line.split()) for line in log if line.strip()]
    code = f"its driver ended with exit code {process.returncode}"
    return [json.loads(line) for line in output.splitlines()], complaints[-1] if complaints else code


def _output_of(process: Popen[str], request: str | None, look: Callable[[], None]) -> str:
    """What a process prints until it ends."""
    while True:
        try:
            return process.communicate(request, timeout=LOOK_SECONDS)[0]
        except TimeoutExpired:
            request = None  # it has been sent
            look()
