"""What was found, in a few sentences: chosen from the verdicts of a run by a list in the catalogue."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from basics.errors import InputError
from basics.schema import Struct
from workbook.catalogue import read_optional
from workbook.claims import VERDICTS, catalogue

MOST = 5


class Finding(Struct, frozen=True):
    """One entry of findings.yaml, in the order of importance.

    Args:
        claim: id of the catalogue whose verdict speaks.
        says: what to say, by verdict; where a run has another verdict, there is nothing to say.
        figures: ids of figures, the first of which that a run has is its picture.
        because: which text of the verdict stands below.
        notebook: two digits of the notebook, where several judge the claim.
    """

    claim: str
    says: dict[str, str]
    figures: tuple[str, ...]
    because: Literal["observed", "evidence"] = "observed"
    notebook: str = ""

    def __post_init__(self) -> None:
        if self.claim not in catalogue():
            raise InputError(f"findings.yaml names an unknown claim {self.claim!r}")
        unknown = set(self.says) - set(VERDICTS)
        if unknown:
            raise InputError(f"findings.yaml, {self.claim}: there is no verdict {sorted(unknown)[0]!r}")


@dataclass(frozen=True)
class Found:
    """A finding of a run.

    Args:
        headline: what was found, in a sentence.
        because: what stands behind it, with the numbers of the run.
        record: the verdict.
        figure: id of its picture.
    """

    headline: str
    because: str
    record: dict[str, Any]
    figure: str


@cache
def listed() -> tuple[Finding, ...]:
    """Everything that is worth saying, the most important first."""
    return tuple(read_optional("findings.yaml", list[Finding]))


def findings(claims: list[dict[str, Any]], exhibits: dict[str, Any], *, most: int = MOST) -> list[Found]:
    """The most important findings that the verdicts and figures of a run allow.

    Args:
        claims: the recorded verdicts.
        exhibits: the recorded figures and tables by id.
        most: how many at most.
    """
    found = [made for entry in listed() if (made := _found(entry, claims, exhibits))]
    return found[:most]


def _found(entry: Finding, claims: list[dict[str, Any]], exhibits: dict[str, Any]) -> Found | None:
    records = [r for r in claims if r["id"] == entry.claim and r["notebook"].startswith(entry.notebook)]
    figure = next((figure for figure in entry.figures if figure in exhibits), None)
    if not records or not figure or records[0]["verdict"] not in entry.says:
        return None
    record = records[0]
    return Found(entry.says[record["verdict"]], record[entry.because], record, figure)
