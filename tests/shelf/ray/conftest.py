"""Real Ray nodes on this machine that end with the processes that were started and no others."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from hashcenters.training.config import TrainingConfig

NODE = (
    "--node-ip-address=127.0.0.1 --num-cpus=1 --object-store-memory=80000000 --disable-usage-stats"
    " --include-log-monitor=false --block"
)
# a dead node is noticed after 2 seconds, not 15; one that is slow to answer still has 10 for it
WATCHFUL = {"RAY_health_check_period_ms": "500", "RAY_health_check_failure_threshold": "4"}


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _has_joined(node: subprocess.Popen[bytes]) -> bool:
    """Wait for a node's word that it has joined; False where it ended without."""
    return any(b"Ray runtime started" in line for line in node.stdout)


@dataclass
class Cluster:
    """A cluster of nodes with one processor each on this machine."""

    folder: Path
    port: int = field(default_factory=free_port)
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def add(self) -> None:
        """Start the head node, or one more."""
        head = ["--head", f"--port={self.port}", "--include-dashboard=false", f"--temp-dir={self.folder}"]
        own = head if not self.started else [f"--address={self.address}"]
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", *own, *NODE.split()]
        node = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | WATCHFUL)
        self.started.append(node)

    def wait(self) -> None:
        """Wait until every node has joined; one that gives up, as on a busy machine, is started once more."""
        for node in list(self.started):
            if not _has_joined(node):
                assert node is not self.started[0], "the head node did not start"
                self.end(node)
                self.started.remove(node)
                self.add()
                assert _has_joined(self.started[-1])

    def end(self, node: subprocess.Popen[bytes]) -> None:
        """Kill a node with all its processes, as a power cut would."""
        with suppress(psutil.NoSuchProcess):
            processes = [psutil.Process(node.pid)]
            processes += processes[0].children(recursive=True)
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(processes, timeout=10)
        node.stdout.close()
        node.wait()


@pytest.fixture(scope="session", autouse=True)
def token() -> Iterator[None]:
    """Clusters of the tests let in those who have their token, as the documents say."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "token")
        patch.setenv("RAY_AUTH_TOKEN", uuid4().hex + uuid4().hex)
        yield


@pytest.fixture(scope="session")
def classifier(cell: TrainingConfig) -> TrainingConfig:
    """The training that others may start from."""
    return replace(cell, head="classifier", bits=100, objective="classification", centers=None)


@pytest.fixture(scope="session")
def make_cluster() -> type[Cluster]:
    """The maker of clusters."""
    return Cluster
