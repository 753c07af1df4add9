"""The register of discrepancies: where text, algorithm, code, files and this workbook differ, and what it costs."""

from functools import cache
from typing import Any

import pandas as pd

from basics.errors import InputError
from basics.frames import markdown_text
from basics.schema import Struct
from workbook.catalogue import documents, read_entries
from workbook.claims import catalogue
from workbook.results import read_claims

PARTIES = {
    "text": "Text",
    "algorithm": "Algorithm 1",
    "code": "Authors' code",
    "files": "Authors' files",
    "ours": "Ours",
}


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
