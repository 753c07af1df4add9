"""What this workbook is about, as data: its documents, their claims and published numbers, where sources disagree."""

from functools import cache
from typing import Any, TypeVar

from basics.schema import Struct, convert
from basics.yaml import read_yaml
from workbook.project import catalogue_folder

T = TypeVar("T")


class Workbook(Struct, frozen=True):
    """What the report says of the workbook as a whole.

    Args:
        name: in the bar of every page.
        title: of the front page's window.
        heading: of the front page.
        lead: one paragraph on what was done.
        search: what the search field of the scoreboard suggests.
        register: one paragraph on the register of discrepancies.
        emblem: a square picture, a text a row, `#` for a dark cell.
        emblem_alt: what it shows, for readers who cannot see it.
        packages: whose versions the report names, those that numbers depend on most.
        documents: full title of each document that is judged, by its short name.
    """

    name: str
    title: str
    heading: str
    lead: str
    search: str
    register: str
    emblem: tuple[str, ...]
    emblem_alt: str
    packages: tuple[str, ...]
    documents: dict[str, str]


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


def documents() -> dict[str, str]:
    """The full title of each document by its short name."""
    return workbook().documents
