"""The register of discrepancies: where text, Algorithm 1, code, files and this workbook differ, and what it costs."""

from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
import yaml
from basics.errors import InputError

from hashcenters.claims import DOCUMENTS, catalogue
from hashcenters.results import read_claims
from hashcenters.tables import markdown_text

PARTIES = {
    "text": "Text",
    "algorithm": "Algorithm 1",
    "code": "Authors' code",
    "files": "Authors' files",
    "ours": "Ours",
}


@dataclass(frozen=True)
class Discrepancy:
    """One disagreement; a party that says nothing on it is empty.

    Args:
        id: short name.
        document: a key of `claims.DOCUMENTS`.
        topic: what it is about, in a few words.
        text: what the document says.
        text_place: where.
        algorithm: what CSQ's Algorithm 1 gives.
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
    text: str = ""
    text_place: str = ""
    algorithm: str = ""
    code: str = ""
    code_place: str = ""
    files: str = ""
    files_place: str = ""
    ours: str = ""
    known: str = ""
    known_source: str = ""
    claims: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        said = [party for party in PARTIES if getattr(self, party)]
        if self.document not in DOCUMENTS or len(said) < 2 or not self.ours:
            raise InputError(
                f"discrepancy {self.id} needs a document, what this workbook does, and another party"
            )
        for party in ("text", "code", "files"):
            if bool(getattr(self, party)) != bool(getattr(self, f"{party}_place")):
                raise InputError(
                    f"discrepancy {self.id} must name the place of its {party}, and only of that"
                )
        unknown = [claim for claim in self.claims if claim not in catalogue()]
        if unknown or bool(self.known) != bool(self.known_source):
            raise InputError(
                f"discrepancy {self.id} has claims that are not in the catalogue or no known source"
            )


@dataclass(frozen=True)
class Effect:
    """A measured effect: the verdict of a claim of this profile."""

    claim: str
    verdict: str
    observed: str
    notebook: str
    anchor: str
    data: str


def read_register(text: str) -> list[Discrepancy]:
    """Read a register from YAML: a list of entries with the fields of `Discrepancy`.

    Raises:
        InputError: a malformed entry.
    """
    known = {field.name for field in fields(Discrepancy)}
    entries: list[dict[str, Any]] = yaml.safe_load(text)
    for entry in entries:
        if not {"id", "document", "topic"} <= set(entry) <= known:
            raise InputError(f"discrepancies.yaml: malformed entry {entry!r}")
    return [Discrepancy(**entry | {"claims": tuple(entry.get("claims", ()))}) for entry in entries]


@cache
def register() -> list[Discrepancy]:
    """Every discrepancy, CSQ's first."""
    return read_register(
        resources.files("hashcenters").joinpath("discrepancies.yaml").read_text(encoding="utf-8")
    )


def effects(entry: Discrepancy, claims: list[dict[str, Any]]) -> list[Effect]:
    """What the notebooks of a profile measured about a discrepancy.

    Args:
        entry: the discrepancy.
        claims: from `results.read_claims`.
    """
    names = ("verdict", "observed", "notebook", "anchor", "data")
    return [
        Effect(record["id"], *(record[name] for name in names))
        for record in claims
        if record["id"] in entry.claims
    ]


def frame(profile: str) -> pd.DataFrame:
    """The register as a table, with the effects that were measured in a profile."""
    claims = read_claims(profile)
    lines = []
    for entry in register():
        said = {party: _with_place(entry, party) for party in PARTIES}
        measured = "; ".join(f"{e.observed} ({e.claim}: {e.verdict})" for e in effects(entry, claims))
        known = f"{entry.known} [{entry.known_source}]" if entry.known else ""
        about = {"document": entry.document, "topic": entry.topic}
        lines.append(about | said | {"known effect": known, "measured here": measured})
    return pd.DataFrame(lines)


def _with_place(entry: Discrepancy, party: str) -> str:
    place = getattr(entry, f"{party}_place", "")
    return f"{getattr(entry, party)} [{place}]" if place else getattr(entry, party)


def listing(profile: str) -> str:
    """The register as Markdown, one paragraph a discrepancy and one line a party."""
    claims = read_claims(profile)
    return "\n\n".join(_paragraph(entry, effects(entry, claims)) for entry in register())


def _paragraph(entry: Discrepancy, found: list[Effect]) -> str:
    said = [(label, _with_place(entry, party)) for party, label in PARTIES.items()]
    said += [("Known effect", f"{entry.known} [{entry.known_source}]" if entry.known else "")]
    said += [("Measured here", f"{e.observed} ({e.claim}: {e.verdict})") for e in found]
    lines = [f"- _{label}:_ {_markdown(text)}" for label, text in said if text]
    return "\n".join([f"**{entry.document}: {entry.topic}**", "", *lines])


def _markdown(text: str) -> str:
    """Text as Markdown in which only code between backticks is marked up."""
    parts = text.split("`")
    return "`".join(part if place % 2 else markdown_text(part) for place, part in enumerate(parts))
