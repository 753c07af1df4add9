"""A grid of trainings on a cluster, attempted again until nothing is missing.

Ray works in a process of its own, which ends when a node does. A notebook's kernel so holds no Ray state, and a node
that dies at any moment cannot stall a sweep: the next attempt takes what is missing to the nodes that live.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.files import write_bytes

from hashcenters.cluster.address import check
from hashcenters.training.config import TrainingConfig
from hashcenters.training.run import find, run_key

PATIENCE = 5  # attempts in a row that finish nothing
VISIBLE_SECONDS = 60.0  # a network file system may show files of other machines late


def train_all(cells: Sequence[TrainingConfig], root: Path, address: str) -> None:
    """Run trainings on a cluster until all are finished under `root`.

    Args:
        cells: the trainings; those that they start from are finished.
        root: folder of all trainings.
        address: `host:port` of the head node.

    Raises:
        InputError: the cluster does not answer, a training is refused, or `PATIENCE` attempts in a row finish
            nothing.
    """
    fruitless = 0
    waiting = {key: cell for cell in cells if find(cell, root) is None and (key := run_key(cell))}
    while waiting:
        check(address)
        job = {
            "address": address,
            "root": str(root.absolute()),
            "cells": {key: asdict(cell) for key, cell in waiting.items()},
        }
        events, complaint = attempt(job)
        for refusal in (event["error"] for event in events if "error" in event):
            raise InputError(refusal)
        wait_for([root / event["finished"] / "config.json" for event in events])
        still = {key: cell for key, cell in waiting.items() if find(cell, root) is None}
        fruitless = fruitless + 1 if len(still) == len(waiting) else 0
        if fruitless == PATIENCE:
            raise InputError(f"the cluster at {address} finished none of {len(still)} trainings: {complaint}")
        waiting = still


def wait_for(files: Sequence[Path]) -> None:
    """Wait until files that other machines have written are seen here."""
    deadline = time.monotonic() + VISIBLE_SECONDS
    while not all(file.exists() for file in files) and time.monotonic() < deadline:
        time.sleep(0.2)


def attempt(job: dict[str, Any]) -> tuple[list[dict[str, str]], str]:
    """Run the driver on a job.

    Args:
        job: see `hashcenters.cluster.driver`, without `mark` and `starter`.

    Returns:
        the events that it told, and the last line of its complaints.
    """
    mark = Path(job["root"]) / f".cluster-{uuid.uuid4().hex}"
    write_bytes(mark, b"")
    own = {"mark": mark.name, "starter": os.getpid()}
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hashcenters.cluster.driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            output, _ = process.communicate(json.dumps(job | own))
        finally:
            process.kill()
            process.wait()
            mark.unlink(missing_ok=True)
        log.seek(0)
        complaints = [" ".join(line.split()) for line in log.read().splitlines() if line.strip()]
    code = f"its driver ended with exit code {process.returncode}"
    return [json.loads(line) for line in output.splitlines()], complaints[-1] if complaints else code
