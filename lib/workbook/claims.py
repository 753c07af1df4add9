"""The ledger of claims: what the documents say, the verdicts there are, and what a record must hold."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any

import msgspec

from basics.errors import InputError
from basics.schema import Struct
from basics.source import by_name
from workbook.catalogue import documents, read_entries


@dataclass(frozen=True)
class Look:
    """What a verdict means and how it is shown, in figures and on pages alike.

    Args:
        meaning: in a few words.
        sign: stands in front of its name.
        colour: RGB, `#rrggbb`; pages derive those of text and background from it.
    """

    meaning: str
    sign: str
    colour: str


NOT_JUDGED = "not-judged"
LOOKS = {
    "proved": Look("exact: exhaustive or symbolic", "✓", "#009E73"),
    "reproduced": Look("measured on the authors' own data, within the tolerance", "✓", "#66C2A4"),
    "trend": Look("shown on the data at hand: the interval, over runs and cases, lies on its side", "↗", "#0072B2"),
    "inconclusive": Look("open: the interval includes the bound, or too few runs, epochs or cases", "≈", "#F0E442"),
    "not-shown": Look("absent on the data at hand: the interval lies on the other side", "↯", "#E69F00"),
    "contradicted": Look("a counter-example is given", "✗", "#D55E00"),
    "finding": Look("ours, not the documents'", "★", "#CC79A7"),
    "needs-data": Look("cannot be judged without data that has to be fetched", "⤓", "#999999"),
    NOT_JUDGED: Look("no notebook has judged it in this profile", "…", "#DDDDDD"),
}
VERDICTS = {verdict: look.meaning for verdict, look in LOOKS.items() if verdict != NOT_JUDGED}


class Statement(Struct, frozen=True):
    """One entry of the catalogue.

    Args:
        id: short name.
        document: short name of the document.
        place: where in the document.
        statement: what it says, in our own words.
        notebook: two digits of the notebook that judges it.
        ours: whether it is a finding of this workbook and not a claim of the document.
        needs: what has to be fetched before it can be judged on the documents' own data; empty if nothing.
    """

    id: str
    document: str
    place: str
    statement: str
    notebook: Annotated[str, msgspec.Meta(pattern=r"^\d\d$")]
    ours: bool = False
    needs: str = ""

    def __post_init__(self) -> None:
        if self.document not in documents():
            raise InputError(f"{self.id} names an unknown document {self.document!r}")


@dataclass(frozen=True)
class Claim:
    """A verdict on one statement, as a notebook recorded it.

    Args:
        id: a name in the catalogue.
        verdict: a key of `VERDICTS`.
        observed: what was measured or derived.
        expected: what the document says.
        evidence: one line that says why.
        tolerance: the largest accepted difference, with its unit; None where none applies.
        data: what it was measured on.
        substitute: whether that stands in for the documents' own data.

    Raises:
        InputError: an unknown id or verdict, an empty or multi-line text, `reproduced` on substitute data.
    """

    id: str
    verdict: str
    observed: str
    expected: str
    evidence: str
    tolerance: str | None
    data: str
    substitute: bool = False

    def __post_init__(self) -> None:
        find_statement(self.id)
        if self.verdict not in VERDICTS:
            raise InputError(f"verdict must be one of {', '.join(VERDICTS)}, got {self.verdict!r}")
        for name in ("observed", "expected", "evidence", "data"):
            if not getattr(self, name).strip() or "\n" in getattr(self, name):
                raise InputError(f"{name} of {self.id} must be one line of text, got {getattr(self, name)!r}")
        if self.verdict == "reproduced" and self.substitute:
            raise InputError(f"{self.id} cannot be reproduced on substitute data ({self.data}); use trend")

    def record(self) -> dict[str, Any]:
        """The claim as it stands in claims.json."""
        return asdict(self)


@cache
def catalogue() -> dict[str, Statement]:
    """Every statement of the documents by id, in the documents' order.

    Raises:
        InputError: an entry is malformed or an id appears twice.
    """
    found: dict[str, Statement] = {}
    for statement in read_entries("claims.yaml", list[Statement]):
        if found.setdefault(statement.id, statement) is not statement:
            raise InputError(f"claims.yaml: {statement.id} appears twice")
    return found


@by_name("claims.yaml", "id")
def find_statement(name: str) -> Statement:
    """The statement with an id.

    Raises:
        InputError: there is none.
    """
    if name not in catalogue():
        raise InputError(f"claim must be in claims.yaml, got {name!r}")
    return catalogue()[name]


def side(low: float, high: float, *, of: float = 0.0) -> str:
    """The verdict on "more than a bound" that an interval gives; without an interval (nan) the matter is open.

    Args:
        low, high: of the interval.
        of: the bound: 0, or −δ where falling short by δ still counts as "at least as well".

    >>> side(0.01, 0.03), side(-0.004, 0.03), side(-0.004, 0.03, of=-0.005)
    ('trend', 'inconclusive', 'trend')
    """
    return "trend" if low > of else "not-shown" if high < of else "inconclusive"


def weakest(verdicts: Iterable[str]) -> str:
    """The verdict on an ordering that several comparisons speak to: that of the weakest of them.

    >>> weakest(["trend", "inconclusive", "trend"])
    'inconclusive'
    """
    found = set(verdicts)
    return next(name for name in ("not-shown", "inconclusive", "trend") if name in found)
