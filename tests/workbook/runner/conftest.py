"""Small workbooks in temporary folders, and `run_all.py` over them."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from basics.paths import project_root

PARAMETERS = 'profile: str = "embedded"  # size of the work\ncount: int = 3  # how many'


def notebook(
    *code: str,
    parameters: str = PARAMETERS,
    after: Sequence[str] = (),
    grid_cells: Sequence[int] = (),
    **metadata: Any,
) -> dict[str, Any]:
    """A notebook with a title, a parameters cell and code cells; those of some numbers, from 1, are its grid."""
    tags = {0: ["parameters"], **{number: ["grid"] for number in grid_cells}}
    cells = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Title"]}]
    cells += [
        {
            "cell_type": "code",
            "id": f"code-{index}",
            "metadata": {"tags": tags[index]} if index in tags else {},
            "source": source.splitlines(keepends=True),
            "outputs": [],
            "execution_count": None,
        }
        for index, source in enumerate((parameters, *code))
    ]
    declared = {"after": list(after), **metadata}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"workbook": declared, "kernelspec": kernel},
        "cells": cells,
    }


# run_all.py without the report, whose making takes seconds and has tests of its own; it heeds Ctrl-C even where a shell
# started the tests in the background and has them and all their processes ignore it
RUN_ALL = f"""import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path.insert(0, {str(project_root() / "lib")!r})
from workbook.runner import command, run
run.build_report = lambda profile: f"report of {{profile}}"
sys.exit(command.main())
"""


@dataclass(frozen=True)
class Workbook:
    """A temporary workbook, its `notebooks/`, `profiles/` and `results/` in one folder."""

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results" / "embedded"

    @property
    def script(self) -> Path:
        """What runs it."""
        path = self.folder / "run.py"
        path.write_text(RUN_ALL)
        return path

    def copy(self, folder: Path) -> "Workbook":
        """The same workbook, with its results, elsewhere."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return Workbook(folder)

    def write(self, name: str, *code: str, **options: Any) -> Path:
        """Put a notebook there, or replace it."""
        path = self.folder / "notebooks" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook(*code, **options)))
        return path

    def profile(self, text: str, name: str = "embedded") -> None:
        """Write a profile's entries of notebooks."""
        path = self.folder / "profiles" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"name: {name}\ntitle: A test\nnotebooks: {text}\n")

    def environment(self) -> dict[str, str]:
        """The variables that make `run_all.py` work on this workbook."""
        moved = {
            f"HASHCENTERS_{name.upper()}": str(self.folder / name)
            for name in ("notebooks", "profiles", "results", "committed", "features")
        }
        return {**os.environ, **moved, "OMP_NUM_THREADS": "1", "COLUMNS": "200"}

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start `run_all.py`."""
        options = {"env": self.environment(), "cwd": self.folder} | options
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, str(self.script), *arguments], **(pipes | options))

    def run(self, *arguments: str, code: int = 0, **options: Any) -> str:
        """Run `run_all.py`, check its exit code, and return its standard output and error."""
        process = self.start(*arguments, **options)
        output, errors = process.communicate(timeout=600)
        assert process.returncode == code, output + errors
        return output + errors

    def on_terminal(self, *arguments: str) -> str:
        """Run `run_all.py` with a terminal as standard output, and return what it printed there."""
        reader, terminal = pty.openpty()
        process = self.start(*arguments, env=self.environment() | {"TERM": "xterm"}, stdout=terminal)
        os.close(terminal)
        output = b""
        while True:
            try:
                output += os.read(reader, 1 << 16)
            except OSError:  # Linux's way to say that the other end is closed
                break
        os.close(reader)
        process.communicate()
        assert process.returncode == 0, output
        return output.decode().replace("\r\n", "\n")

    def executed(self, name: str) -> dict[str, Any]:
        """The executed notebook."""
        return json.loads((self.results / "notebooks" / f"{name}.ipynb").read_text())

    def text(self, name: str) -> str:
        """Everything that the code cells of an executed notebook printed."""
        outputs = [output for cell in self.executed(name)["cells"] for output in cell.get("outputs", [])]
        return "".join("".join(output.get("text", [])) for output in outputs)

    def states(self, output: str) -> dict[str, str]:
        """Notebook → state in the table of times."""
        table = output[output.index("notebook  ") :].splitlines()[1:]
        return {words[0]: words[1] for words in map(str.split, table) if words and words[0][:2].isdigit()}


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    """An empty workbook with an `embedded` profile without entries."""
    return _empty(tmp_path)


@pytest.fixture(scope="session")
def workbook_in() -> Callable[[Path], Workbook]:
    """The maker of empty workbooks."""
    return _empty


def _empty(folder: Path) -> Workbook:
    book = Workbook(folder)
    book.profile("{}")
    return book


@pytest.fixture
def make_notebook() -> Callable[..., dict[str, Any]]:
    """The maker of notebooks."""
    return notebook
