"""What runs on the nodes of a cluster: workers that take training after training from one desk.

The driver imports this module, too; what takes seconds to import is left to the nodes.
"""

import os
import shutil
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.files import write_bytes

FILES = ("state.safetensors", "outputs.safetensors", "config.json")  # the last one makes a training finished
MARK = "with_network"  # whether the network of a training is asked for, beside its configuration

Ask = Callable[..., Any]  # the name of a method of the desk and its arguments to what it returns


class Desk:
    """Hands out trainings, one at a time to whoever asks, and keeps files for those who do not share its folder.

    Args:
        root: the folder of runs on the machine that asks for the trainings.
        cells: configurations by key, as `dataclasses.asdict` has them, with `MARK`.
    """

    def __init__(self, root: Path, cells: Mapping[str, dict[str, Any]]) -> None:
        self.root = root
        self.waiting = list(cells.items())[::-1]

    def take(self) -> tuple[str, dict[str, Any]] | None:
        """The next training, None when there is no more."""
        return self.waiting.pop() if self.waiting else None

    def close(self) -> None:
        """Hand out no more."""
        self.waiting.clear()

    def read(self, key: str) -> dict[str, bytes]:
        """The files of a finished training, by name."""
        return read_files(self.root / key)

    def write(self, key: str, files: Mapping[str, bytes]) -> None:
        """Put a finished training into the folder of runs."""
        write_files(self.root / key, files)


def ask(desk: Any, name: str, *arguments: Any) -> Any:
    """What a method of the desk returns, where the desk is a Ray actor."""
    import ray

    return ray.get(getattr(desk, name).remote(*arguments))


def read_files(folder: Path) -> dict[str, bytes]:
    """The files of a finished training, by name."""
    return {name: (folder / name).read_bytes() for name in FILES}


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put a training into a folder, in the order that keeps half of it from looking finished."""
    for name in FILES:
        write_bytes(folder / name, files[name])


def work(ask: Ask, root: Path, mark: str) -> list[dict[str, str]]:
    """Run trainings until the desk has no more.

    Args:
        ask: the desk.
        root: its folder of runs.
        mark: a file that was just made in it; a node that sees it shares the folder.

    Returns:
        `{"finished": key}` for every training, `{"error": text}` for one that was refused; the desk then closes.
    """
    events: list[dict[str, str]] = []
    while (taken := ask("take")) is not None:
        key, config = taken
        try:
            train(key, config, ask, root if (root / mark).exists() else None)
            events.append({"finished": key})
        except InputError as error:
            events.append({"error": f"node {socket.gethostname()}: {error}"})
            ask("close")
    return events


def train(key: str, config: Mapping[str, Any], ask: Ask, shared: Path | None) -> None:
    """Run one training in the shared folder of runs, or in the node's own and hand it over.

    Args:
        key: the name of its folder on the machine that asks for it.
        config: the training.
        ask: the desk.
        shared: the folder of runs, None where the node does not share it.

    Raises:
        InputError: the node has other code or data, or the training is refused.
    """
    from hashcenters.sweep import prerequisites
    from hashcenters.training.run import WithNetwork, run, run_key
    from hashcenters.training.stored import restore_config

    cell = restore_config({name: value for name, value in config.items() if name != MARK})
    cell = WithNetwork(**vars(cell)) if config.get(MARK) else cell
    if run_key(cell) != key:
        raise InputError("its code or its data differ from those of the machine that asks")
    if shared is not None:
        run(cell, shared)
        return
    root = own_root()
    for start in map(run_key, prerequisites([cell])):
        if not (root / start / FILES[-1]).exists():
            write_files(root / start, ask("read", start))
    folder = run(cell, root).folder
    ask("write", key, read_files(folder))
    shutil.rmtree(folder)


def own_root() -> Path:
    """Where a node that does not share the folder of runs keeps trainings until it has handed them over."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hashcenters" / "runs"
