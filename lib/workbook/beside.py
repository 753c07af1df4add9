"""Published numbers beside ours, in one table: what stands beside what is a list in the catalogue."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from basics.errors import InputError
from basics.frames import MISSING, cell
from basics.schema import Struct
from workbook.catalogue import read_optional
from workbook.claims import catalogue
from workbook.literature import Published, Source, published_tables

Reader = Callable[[str], pd.DataFrame | None]


class Beside(Struct, frozen=True):
    """One entry of beside.yaml: lines of a published table and where ours stand.

    Args:
        source: short name of the published table.
        group: what the lines have in common there, such as a data set.
        columns: heading of the joint table → column of the published table, and of ours where it has another name.
        rows: row of the published table → row of ours where it has another name.
        ours: id of our table; empty where ours are the numbers that claims hold against the published ones.
        by: its column that names rows.
        data: row of ours that says what it was measured on; empty where the protocol of the table does.
        claim: whose verdict stands beside; empty where no claim compares them.
        notebook: two digits of the notebook, where several judge the claim.
    """

    source: str
    group: str
    columns: dict[str, tuple[str, str]]
    rows: dict[str, str]
    ours: str = ""
    by: str = ""
    data: str = ""
    claim: str = ""
    notebook: str = ""

    def __post_init__(self) -> None:
        table = published_tables().get(self.source)
        if table is None:
            raise InputError(f"beside.yaml names an unknown table {self.source!r}")
        wrong = {name for name, _ in self.columns.values()} - set(table.columns) | set(self.rows) - set(table.rows)
        if wrong:
            raise InputError(f"beside.yaml: {self.source} has no {sorted(wrong)[0]!r}")
        if self.claim and self.claim not in catalogue():
            raise InputError(f"beside.yaml names an unknown claim {self.claim!r}")


@dataclass(frozen=True)
class Group:
    """Lines of the joint table that belong together.

    Args:
        entry: what was asked for.
        source: the published table.
        data: what ours were measured on, and with which network; empty where there are none.
        substitute: whether that stands in for the document's data.
        record: the verdict; empty without one, and beside nothing of ours.
        exhibit: id of our table; empty where there is none.
        lines: name → heading → published and ours.
    """

    entry: Beside
    source: Source
    data: str
    substitute: bool
    record: dict[str, Any]
    exhibit: str
    lines: dict[str, dict[str, tuple[str, str]]]


@cache
def listed() -> tuple[Beside, ...]:
    """Everything that can be compared, table by table."""
    return tuple(read_optional("beside.yaml", list[Beside]))


def headings() -> list[str]:
    """The columns of the joint table, those that begin with numbers by their size."""
    found = dict.fromkeys(heading for entry in listed() for heading in entry.columns)
    return sorted(found, key=lambda heading: int((re.match(r"\d+", heading) or ["0"])[0]))


def groups(claims: list[dict[str, Any]], exhibits: dict[str, Any], read: Reader) -> list[Group]:
    """The joint table of a run; of two groups with the same published columns the one that has numbers of ours.

    Args:
        claims: the recorded verdicts.
        exhibits: the recorded figures and tables by id.
        read: gives a recorded table by its id, None where there is none.
    """
    found: dict[str, Group] = {}
    for entry in listed():
        group, asked = _group(entry, claims, exhibits, read), str((entry.source, entry.columns))
        if asked not in found or (group.data and not found[asked].data):
            found[asked] = group
    return [*found.values()]


def frame(found: list[Group]) -> pd.DataFrame:
    """The joint table as plain lines.

    Args:
        found: see `groups`.
    """
    lines = []
    for group in found:
        about = {"table": group.entry.source, "data": group.entry.group, "ours on": group.data or MISSING}
        if group.substitute:
            about["ours on"] += " ◇"
        for name, cells in group.lines.items():
            pairs = {heading: cells.get(heading, ("", "")) for heading in headings()}
            numbers = {
                f"{heading}, {who}": pair[place]
                for heading, pair in pairs.items()
                for place, who in enumerate(("paper", "ours"))
            }
            lines.append(about | {"row": name} | numbers | {"verdict": group.record.get("verdict", MISSING)})
    return pd.DataFrame(lines)


def _group(entry: Beside, claims: list[dict[str, Any]], exhibits: dict[str, Any], read: Reader) -> Group:
    table = published_tables()[entry.source]
    numbers = {(number.row, number.column): number for number in table.numbers()}
    record = next((r for r in claims if r["id"] == entry.claim and r["notebook"].startswith(entry.notebook)), {})
    frame = read(entry.ours) if entry.ours else None
    lines: dict[str, dict[str, tuple[str, str]]] = {}
    for row, own in entry.rows.items():
        cells = {}
        for heading, (column, our_column) in entry.columns.items():
            number = numbers.get((row, column))
            ours = _cell(frame, entry.by, own or row, our_column) if entry.ours else _compared(number, claims)
            cells[heading] = (number.text if number else MISSING, ours)
        lines[row] = cells
    measured = any(ours != MISSING for cells in lines.values() for _, ours in cells.values())
    about = exhibits.get(entry.ours, {})
    data = _measured_on(entry, frame, about, record) if measured else ""
    data += "".join(f", {network}" for network in [_network(about, exhibits)] if data and network)
    substitute = bool(about.get("substitute") if entry.ours else record.get("substitute"))
    record = record if measured else {}  # no verdict beside nothing
    return Group(entry, table, data, measured and substitute, record, entry.ours if about else "", lines)


def _measured_on(entry: Beside, frame: pd.DataFrame | None, about: dict[str, Any], record: dict[str, Any]) -> str:
    if entry.data:
        column = next(ours for _, ours in entry.columns.values())
        return _cell(frame, entry.by, entry.data, column)
    return str(about.get("protocol", {}).get("dataset") or record.get("data", ""))


def _network(about: dict[str, Any], exhibits: dict[str, Any]) -> str:
    """The network behind a table of ours, and what of it is frozen; of the notebook where its table does not say."""
    same = (exhibit for exhibit in exhibits.values() if about and exhibit.get("notebook") == about.get("notebook"))
    protocols = [exhibit.get("protocol", {}) for exhibit in (about, *same)]
    named = (protocol.get("hash network") or protocol.get("backbone") for protocol in protocols)
    return next((str(name) for name in named if name), "")


def _cell(frame: pd.DataFrame | None, by: str, row: str, column: str) -> str:
    """A cell of our table; "–" where there is none."""
    if frame is None or by not in frame or column not in frame:
        return MISSING
    found = frame.loc[frame[by] == row, column]
    return cell(found.iloc[0]) if len(found) else MISSING


def _compared(number: Published | None, claims: list[dict[str, Any]]) -> str:
    """What a claim holds against a published number, with as many digits as that; measured on the same data."""
    if number is None:
        return MISSING
    found = [record["compare"][number.key] for record in claims if number.key in record["compare"]]
    return f"{found[0]:.{max(4, number.digits)}f}" if found else MISSING
