"""The register of discrepancies: where text, algorithm, code, files and this workbook differ, and what it costs."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import pandas as pd

from basics.errors import InputError
from basics.frames import markdown_text
from basics.schema import Struct
from workbook.catalogue import documents, read_entries, workbook
from workbook.claims import catalogue
from workbook.results import read_claims

PARTIES = {
    "text": "Text",
    "algorithm": "Algorithm 1",
    "code": "Authors' code",
    "files": "Authors' files",
    "ours": "Ours",
}


class Measure(Struct, frozen=True):
    """Where the results of a run say what a discrepancy costs.

    Args:
        exhibit: id of a recorded table, or of a figure with its table.
        rows: column → values of the rows that count; empty for all.
        columns: whose numbers count: their range, or the size of the only one; empty where the rows are to be read.
        unit: of the effect, one of `units` in about.yaml.
        factor: from the table's numbers to the unit.
    """

    exhibit: str
    rows: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    columns: tuple[str, ...] = ()
    unit: str = ""
    factor: float = 1.0

    def __post_init__(self) -> None:
        if bool(self.columns) != (self.unit in workbook().units):
            raise InputError(
                f"the unit of {self.exhibit} must be one of {', '.join(workbook().units)}, got {self.unit!r}"
            )

    def of(self, frame: pd.DataFrame) -> tuple[float, str] | None:
        """The size of the effect in its unit (0 where rows are to be read) and in words; None without rows."""
        for column, values in self.rows.items():
            frame = frame[frame[column].astype(str).isin(values)] if column in frame else frame[:0]
        if frame.empty or not set(self.columns) <= set(frame):
            return None
        if not self.columns:
            return 0.0, "; ".join(f"{name}: {value}" for name, value in frame.iloc[0].items() if name not in self.rows)
        numbers = [self.factor * _number(value) for column in self.columns for value in frame[column]]
        size = max(numbers) - min(numbers) if len(numbers) > 1 else abs(numbers[0])
        return None if math.isnan(size) else (size, f"{size:.3g} {self.unit}")


def _number(cell: Any) -> float:
    """The number at the front of a cell such as "0.8545 ± 0.0050"."""
    return float(str(cell).split()[0].replace("−", "-"))


class Discrepancy(Struct, frozen=True):
    """One disagreement; a party that says nothing on it is empty.

    Args:
        id: short name.
        document: short name of the document.
        topic: what it is about, in a few words.
        text: what the document says.
        text_place: where.
        algorithm: what its printed algorithm gives.
        code: what the authors' released code does.
        code_place: which file and function.
        files: what the authors' released files hold.
        files_place: which files.
        ours: what this workbook does, with the name of the argument where there is one.
        known: an effect that was published, or counted in the released files.
        known_source: where that comes from; must be given with `known`.
        claims: ids of the catalogue whose verdicts measure the effect here.
        at: paths in the authors' repository, with lines as in `a.py#L3-L5`; folders with a `/` at their end.
        measure: where the results say how large the effect is.
    """

    id: str
    document: str
    topic: str
    ours: str
    text: str = ""
    text_place: str = ""
    algorithm: str = ""
    code: str = ""
    code_place: str = ""
    files: str = ""
    files_place: str = ""
    known: str = ""
    known_source: str = ""
    claims: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    measure: Measure | None = None

    def __post_init__(self) -> None:
        pairs = {party: f"{party}_place" for party in ("text", "code", "files")} | {"known": "known_source"}
        halves = [field for field, other in pairs.items() if bool(getattr(self, field)) != bool(getattr(self, other))]
        placeless = [party for party in halves if party != "known"]
        unknown = [claim for claim in self.claims if claim not in catalogue()]
        problems = {
            f"needs a document, one of {', '.join(documents())}": self.document not in documents(),
            "needs another party than this workbook": len(self.said()) < 2,
            f"must name the place of its {' and '.join(placeless)}, and only of that": placeless,
            f"has claims that are not in the catalogue: {', '.join(unknown)}": unknown,
            "needs the source of its known effect, and only with one": "known" in halves,
        }
        for problem, found in problems.items():
            if found:
                raise InputError(f"discrepancy {self.id} {problem}")

    def said(self) -> dict[str, tuple[str, str]]:
        """Text and place of every party that says something; the place is empty where none is needed."""
        return {
            party: (getattr(self, party), getattr(self, f"{party}_place", ""))
            for party in PARTIES
            if getattr(self, party)
        }

    @property
    def addresses(self) -> dict[str, str]:
        """Where the authors' files can be read at the commit that was read, by path and lines."""
        links = workbook().links
        return dict(map(links[self.document].file, self.at)) if self.document in links else {}

    @property
    def known_effect(self) -> str:
        """The known effect with its source in brackets, empty without one."""
        return _with_place(self.known, self.known_source)


@cache
def register() -> list[Discrepancy]:
    """Every discrepancy, document by document."""
    return read_entries("discrepancies.yaml", list[Discrepancy])


def effects(entry: Discrepancy, claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the notebooks of a profile measured about a discrepancy: the recorded verdicts on its claims.

    Args:
        entry: the discrepancy.
        claims: from `results.read_claims`.
    """
    return [record for record in claims if record["id"] in entry.claims]


@dataclass(frozen=True)
class Ranked:
    """A discrepancy with what it costs in a run.

    Args:
        entry: the discrepancy.
        effect: its size in words; empty where none was measured.
        told: rows of an exhibit that are to be read instead; mostly empty.
        records: the verdicts on its claims.
    """

    entry: Discrepancy
    effect: str
    told: str
    records: tuple[dict[str, Any], ...]


def ranked(claims: list[dict[str, Any]], read: Callable[[str], pd.DataFrame | None]) -> list[Ranked]:
    """The register by what is known to matter: measured sizes by unit, then published effects, verdicts, the rest.

    Args:
        claims: from `results.read_claims`.
        read: gives the table of a recorded exhibit by its id, None where there is none.
    """
    units, found = workbook().units, []
    for entry in register():
        frame = read(entry.measure.exhibit) if entry.measure else None
        size, words = (entry.measure.of(frame) if entry.measure and frame is not None else None) or (0.0, "")
        measured = bool(words and entry.measure and entry.measure.unit)
        records = tuple(effects(entry, claims))
        place = (
            units.index(entry.measure.unit) if measured and entry.measure else len(units) + _less(entry, records, words)
        )
        found.append((place, -size, Ranked(entry, words if measured else "", "" if measured else words, records)))
    return [item for *_, item in sorted(found, key=lambda line: line[:2])]


def _less(entry: Discrepancy, records: tuple[dict[str, Any], ...], told: str) -> int:
    return 0 if entry.known else 1 if records else 2 if told else 3


def frame(profile: str) -> pd.DataFrame:
    """The register as a table, with the effects that were measured in a profile."""
    claims = read_claims(profile)
    lines = []
    for entry in register():
        parties = {party: _with_place(*entry.said().get(party, ("", ""))) for party in PARTIES}
        measured = "; ".join(map(_measured, effects(entry, claims)))
        about = {"document": entry.document, "topic": entry.topic}
        lines.append(about | parties | {"known effect": entry.known_effect, "measured here": measured})
    return pd.DataFrame(lines)


def listing(profile: str) -> str:
    """The register as Markdown, one paragraph a discrepancy and one line a party."""
    claims = read_claims(profile)
    return "\n\n".join(_paragraph(entry, effects(entry, claims)) for entry in register())


def _paragraph(entry: Discrepancy, found: list[dict[str, Any]]) -> str:
    said = [(PARTIES[party], _with_place(*words)) for party, words in entry.said().items()]
    said += [("Known effect", entry.known_effect)] if entry.known else []
    said += [("Measured here", _measured(record)) for record in found]
    lines = [f"- _{label}:_ {_markdown(text)}" for label, text in said]
    return "\n".join([f"**{entry.document}: {entry.topic}**", "", *lines])


def _with_place(text: str, place: str) -> str:
    return f"{text} [{place}]" if place else text


def _measured(record: dict[str, Any]) -> str:
    return f"{record['observed']} ({record['id']}: {record['verdict']})"


def _markdown(text: str) -> str:
    """Text as Markdown in which only code between backticks is marked up."""
    parts = text.split("`")
    return "`".join(part if place % 2 else markdown_text(part) for place, part in enumerate(parts))
