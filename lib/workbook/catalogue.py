"""What this workbook is about, as data: its documents, their claims and published numbers, where sources disagree."""

from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from basics.schema import Struct, convert
from basics.yaml import read_yaml
from workbook.project import catalogue_folder

T = TypeVar("T")


class Links(Struct, frozen=True):
    """Where a document and its authors' files can be found.

    Args:
        paper: address of the document.
        code: address of the authors' repository; empty where there is none.
        commit: the one that was read.
        lines: other commits, each with the files whose lines were counted in its text.
    """

    paper: str
    code: str = ""
    commit: str = ""
    lines: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    def file(self, place: str) -> tuple[str, str]:
        """A file of the authors, with lines as in `a.py#L3-L5`, or a folder with a `/` at its end: in words, and where.

        >>> Links("", "https://x", "c2", {"c1": ("a.py",)}).file("a.py#L3-L5")
        ('a.py, lines 3–5', 'https://x/blob/c1/a.py#L3-L5')
        """
        path, sign, lines = place.partition("#")
        at = next((commit for commit, files in self.lines.items() if lines and path in files), self.commit)
        plain = "?plain=1" if lines and path.endswith(".md") else ""  # a page that is shown as text has no lines
        words = lines.replace("L", "").replace("-", "–")
        named = f"{path}, line{'s' if '–' in words else ''} {words}" if lines else path
        kind = "tree" if path.endswith("/") else "blob"
        return named, f"{self.code}/{kind}/{at}/{quote(path.rstrip('/'))}{plain}{sign}{lines}"


class Way(Struct, frozen=True):
    """Something that a reader may want to do.

    Args:
        wish: what, in the reader's words.
        how: in a sentence or two; code stands between backticks.
        commands: to be typed in the project's folder, in order.
        notebook: two digits of the notebook that shows it; empty for none.
    """

    wish: str
    how: str
    commands: tuple[str, ...] = ()
    notebook: str = ""


class Workbook(Struct, frozen=True):
    """What the report says of the workbook as a whole.

    Args:
        name: in the bar of every page.
        title: of the front page's window.
        heading: of the front page.
        lead: one paragraph on what was done.
        search: what the search field suggests.
        beside: one paragraph on how to read published numbers beside ours.
        register: one paragraph on the register of discrepancies.
        emblem: a square picture, a text a row, `#` for a dark cell.
        emblem_alt: what it shows, for readers who cannot see it.
        packages: whose versions the report names, those that numbers depend on most.
        documents: full title of each document that is judged, by its short name.
        units: in which the effects of discrepancies are measured, those that matter most first.
        links: of the documents, by their short names.
        ways: what readers may want to do themselves.
        spelled: what readers write for beginnings of names such as `kind:name@64`.
    """

    name: str
    title: str
    heading: str
    lead: str
    search: str
    beside: str
    register: str
    emblem: tuple[str, ...]
    emblem_alt: str
    packages: tuple[str, ...]
    documents: dict[str, str]
    units: tuple[str, ...] = ()
    links: dict[str, Links] = msgspec.field(default_factory=dict)
    ways: tuple[Way, ...] = ()
    spelled: dict[str, str] = msgspec.field(default_factory=dict)


def read_entries(name: str, kind: type[T] | Any) -> T:
    """The content of a catalogue file.

    Args:
        name: of the file, in the catalogue's folder.
        kind: what it must hold: a `Struct`, or a list of one.

    Raises:
        InputError: a field is missing, unknown or of another type, or an entry contradicts itself.
    """
    return convert(read_yaml(catalogue_folder() / name), kind, where=name)


@cache
def workbook() -> Workbook:
    """What this workbook is about."""
    return read_entries("about.yaml", Workbook)


def read_optional(name: str, kind: type[T] | Any) -> T:
    """The content of a catalogue file that a workbook need not have; an empty list without it.

    Raises:
        InputError: see `read_entries`.
    """
    return read_entries(name, kind) if (catalogue_folder() / name).is_file() else []


def documents() -> dict[str, str]:
    """The full title of each document by its short name."""
    return workbook().documents
