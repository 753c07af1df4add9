"""The ledger of claims: what the documents say, the verdicts there are, and what a record must hold."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Any

import msgspec
import numpy as np
from jaxtyping import Num
from scipy.special import stdtrit

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
    "trend": Look("the same ordering, paired runs, the interval of the difference excludes 0", "↗", "#0072B2"),
    "inconclusive": Look("the interval of the difference includes 0", "≈", "#F0E442"),
    "not-shown": Look("the ordering is absent or opposite on the data at hand", "↯", "#E69F00"),
    "contradicted": Look("a counter-example is given", "✗", "#D55E00"),
    "finding": Look("ours, not the documents'", "★", "#CC79A7"),
    "needs-data": Look("cannot be judged without data that has to be fetched", "⤓", "#999999"),
    NOT_JUDGED: Look("no notebook has judged it in this profile", "…", "#DDDDDD"),
}
VERDICTS = {verdict: look.meaning for verdict, look in LOOKS.items() if verdict != NOT_JUDGED}
FEW = 10  # pairs, from which on an interval is a bootstrap
LEVEL = 0.95  # probability of an interval
RESAMPLES = 10_000


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


@dataclass(frozen=True)
class Trend:
    """The outcome of a paired comparison.

    Args:
        verdict: `trend`, `not-shown` or `inconclusive`.
        mean: mean difference, in the unit of the differences.
        low: lower end of its interval.
        high: upper end of its interval.
        pairs: how many differences there were.
    """

    verdict: str
    mean: float
    low: float
    high: float
    pairs: int

    def __str__(self) -> str:
        interval = f"{100 * LEVEL:.0f} % interval {self.low:+.4f} to {self.high:+.4f}"
        return f"{self.mean:+.4f} ({interval}, {self.pairs} pairs)".replace("-", "−")


def trend(differences: Num[np.ndarray, " pairs"]) -> Trend:
    """Judge an ordering by paired differences, one a query or one a seed: positive ones speak for it.

    From ten pairs on the interval is a percentile bootstrap of the mean; below, resampling a handful of
    values gives intervals that are far too narrow, so Student's t is used.

    Args:
        differences: (the method that should win) − (the other), paired.

    Returns:
        `trend` when the interval lies above 0, `not-shown` when below, `inconclusive` when it includes 0.

    Raises:
        InputError: fewer than two differences, or one that is not finite.

    >>> print(trend(np.array([0.02, 0.03, 0.025])))
    +0.0250 (95 % interval +0.0126 to +0.0374, 3 pairs)
    """
    values = np.asarray(differences, dtype=float)
    if len(values) < 2 or not np.isfinite(values).all():
        raise InputError(f"a trend needs at least two finite differences, got {values.tolist()[:10]}")
    low, high = _interval(values)
    verdict = "trend" if low > 0 else "not-shown" if high < 0 else "inconclusive"
    return Trend(verdict, float(values.mean()), low, high, len(values))


def weakest(verdicts: Iterable[str]) -> str:
    """The verdict on an ordering that several comparisons speak to: that of the weakest of them.

    >>> weakest(["trend", "inconclusive", "trend"])
    'inconclusive'
    """
    found = set(verdicts)
    return next(name for name in ("not-shown", "inconclusive", "trend") if name in found)


def _interval(values: np.ndarray) -> tuple[float, float]:
    """An interval for the mean: Student's t for few values, percentile bootstrap otherwise."""
    if len(values) < FEW:
        reach = stdtrit(len(values) - 1, 0.5 + LEVEL / 2) * values.std(ddof=1) / np.sqrt(len(values))
        return float(values.mean() - reach), float(values.mean() + reach)
    generator = np.random.default_rng(0)
    block = max(1, 2_000_000 // len(values))  # draws at a time, so that many pairs fit into memory
    sizes = [min(block, RESAMPLES - start) for start in range(0, RESAMPLES, block)]
    means = [values[generator.integers(len(values), size=(n, len(values)))].mean(axis=1) for n in sizes]
    low, high = np.quantile(np.concatenate(means), [0.5 - LEVEL / 2, 0.5 + LEVEL / 2])
    return float(low), float(high)
