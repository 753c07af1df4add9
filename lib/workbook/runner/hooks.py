"""What a project answers for the runner, which knows nothing of its subject.

`pyproject.toml` names the module that does, in `[tool.workbook]`: `hooks = "package.module"`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from basics.errors import InputError
from workbook.project import setting
from workbook.runner.graph import Notebook

Parameters = Mapping[str, Any]
Trainings = dict[str, Any]  # by key, the name of each one's folder under `runs/`; earlier ones first


@dataclass(frozen=True)
class Need:
    """Something that notebooks cannot do without.

    Args:
        what: its kind and name.
        missing: a line for each piece that is not there, with the step that brings it.
        note: what to know although nothing is missing.
        users: the notebooks that need it.
        size: what it takes to bring it, in words; empty where nothing does.
    """

    what: str
    missing: tuple[str, ...] = ()
    note: str = ""
    users: tuple[str, ...] = ()
    size: str = ""


@runtime_checkable
class Hooks(Protocol):
    """The functions of a project's module of hooks; a fresh run calls none that takes long."""

    def checked(self, parameters: Parameters) -> dict[str, Any]:
        """The parameters, with paths that do not depend on the working folder.

        Raises an `InputError` for values that no notebook can work with.
        """

    def folders(self, parameters: Parameters) -> dict[str, Path]:
        """The folders of data that parameters name, by a name for messages."""

    def needs(self, parameters: Parameters, *, sized: bool) -> Iterator[Need]:
        """What a notebook needs with these parameters, or only what has a size."""

    def other_data(self, parameters: Parameters, usual: Parameters) -> tuple[str, str]:
        """Name and title of results on other data than the usual parameters name; both empty where it is the same."""

    def remarks(self, trainings: Sequence[str], results: str) -> Iterable[str]:
        """Lines on finished trainings, by key, that a reader of the results should know."""

    def ways_to(self, folders: Collection[str]) -> Iterable[str]:
        """Lines on how folders of data that are not here can be had."""

    def check_cluster(self, address: str) -> None:
        """Raise an `InputError` unless a cluster answers there."""

    def collect(self, notebook: Notebook, parameters: Parameters, *, count: bool) -> tuple[Trainings, bool]:
        """The trainings of a notebook as far as they are known, and whether these are all.

        Where some follow from others that are still to be done, `count` lets others of their number stand in.
        """

    def count(self, notebook: Notebook, parameters: Parameters, profile: str) -> dict[str, dict[str, Any]]:
        """What is still to be trained for a notebook, by key, whether its data are there or not.

        Each has its cost: `seconds`, `where` (it takes so long, in words), `memory` and `disk` in bytes.
        """

    def missing(self, trainings: Trainings, profile: str) -> Trainings:
        """Those that are not finished, and what has to be trained before them."""

    def train(
        self,
        trainings: Trainings,
        profile: str,
        *,
        jobs: int,
        on_done: Callable[[str, Exception | None], None],
        on_line: Callable[[str], None],
    ) -> None:
        """Run trainings side by side.

        `on_done` is called with the key of each and what stopped it, `on_line` with lines of progress before that.
        """

    def verify(self, folder: Path) -> tuple[list[str], str]:
        """What does not hold of the results in a folder, a line each, and what was looked at, in a few words."""


def find_hooks() -> Hooks:
    """The project's module of hooks; only now is it imported.

    Raises:
        InputError: `pyproject.toml` names none that can be imported.
    """
    name = setting("hooks")
    try:
        return import_module(name)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"pyproject.toml must name a module as hooks in [tool.workbook], got {name!r} ({error})"
        ) from error
