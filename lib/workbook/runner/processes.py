"""Processes that take one job, tell how it goes, and end with whoever started them, however that one ended.

The job comes as JSON on standard input, events leave as JSON lines on standard output.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from basics import paths

INTERVAL = 0.5

Event = dict[str, Any]
Tell = Callable[[Event], None]


def when_parent_ends(parent: int, act: Callable[[], None]) -> None:
    """Call `act` from a thread of its own as soon as the parent process is no longer `parent`.

    Args:
        parent: process id that the parent is known to have had; it may have ended already.
        act: must not return to work, such as `os._exit`.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(INTERVAL)
        act()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def guard_group(starter: int) -> None:
    """Let a process of its own end the group that this one leads as soon as this one or its starter has ended.

    It does so even where this one dies alone or is in a call that lets no other thread work. Where the system cannot
    wait for any process (other than Linux), `when_parent_ends` has to do.

    Args:
        starter: process id of the parent.
    """
    leader = os.getpid()
    if not hasattr(os, "pidfd_open") or os.fork():
        return
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.setpgid(0, 0)
        os.closerange(0, 3)  # whoever reads what the leader prints does not wait for this process
        waited_for = select.poll()
        for process in (leader, starter):
            waited_for.register(os.pidfd_open(process), select.POLLIN)
        waited_for.poll()
        end_group(leader)
    except ProcessLookupError:  # one of them had ended already
        end_group(leader)
    finally:
        os._exit(0)


def end_group(leader: int) -> None:
    """End a process that leads a group, and all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def skip_grammar() -> None:
    """Let jsonschema do without `rfc3987_syntax`, which compiles a grammar for two seconds when imported.

    nbformat brings jsonschema into every process that reads a notebook. The package is optional there: it checks
    texts that are to be internationalised addresses, which no notebook format asks for.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


class Child:
    """A module of this interpreter that runs as a process of its own, with whatever it starts in one group.

    It ends with the block that it is used in.

    Args:
        module: its `main` calls `begin`.
        job: what it is to do.
        environment: variables beside this process's own.
    """

    def __init__(self, module: str, job: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        self._job = json.dumps({"starter": os.getpid(), **job})
        self._ended = False
        self._log = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 (`__exit__` closes it)
        # a session of its own: Ctrl-C reaches this process only, which then ends the child
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=paths.project_root(),
            env=os.environ | environment,
            text=True,
            start_new_session=True,
        )

    def events(self) -> Iterator[Event]:
        """Hand over the job and wait for what the child tells, until it has ended."""
        with suppress(BrokenPipeError):
            self.process.stdin.write(self._job)
            self.process.stdin.close()
        for line in self.process.stdout:
            yield json.loads(line)
        self.process.wait()
        self.end()

    def last_line(self) -> str:
        """The last line that the child printed and did not tell."""
        self._log.seek(0)
        return ([line for line in self._log.read().splitlines() if line.strip()] or [""])[-1]

    def complaint(self) -> str:
        """How the child ended, with its last line."""
        return f"ended with {self.process.returncode}: {self.last_line()}"

    def end(self) -> None:
        """Make sure that nothing of the child is left."""
        if not self._ended:
            end_group(self.process.pid)
            self.process.wait()
            self._ended = True

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *error: object) -> None:
        """End the child and forget what it printed."""
        self.end()
        self.process.stdout.close()
        self._log.close()


def begin() -> tuple[dict[str, Any], Tell]:
    """The job of this process, and how it tells events; it ends with all that it started when its starter does.

    What it or a library prints goes to standard error.
    """
    job = json.load(sys.stdin)
    guard_group(job["starter"])
    when_parent_ends(job["starter"], lambda: end_group(os.getpid()))
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def tell(event: Event) -> None:
        stream.write(json.dumps(event) + "\n")
        stream.flush()

    return job, tell
