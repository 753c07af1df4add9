"""Waiting for what another process has to do, for as long as a busy machine may need."""

import json
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

SECONDS = 250.0  # what must not end by itself meanwhile sleeps for 300
Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found]) -> Found:
    """What a condition comes to, as soon as that is something."""
    deadline = time.monotonic() + SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
    return found


def jupyter_server(process: subprocess.Popen, runtime: Path) -> dict[str, Any]:
    """What a Jupyter server that is starting says of itself in its runtime folder."""

    def said() -> dict[str, Any] | None:
        assert process.poll() is None, process.stderr and process.stderr.read()
        for path in runtime.glob("jpserver-*.json"):
            with suppress(ValueError):  # it is just being written
                return json.loads(path.read_text())
        return None

    return wait_until(said)
