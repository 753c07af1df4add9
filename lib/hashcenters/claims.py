"""The ledger of claims: what the two documents say, the verdicts there are, and what a record must hold."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml
from basics.errors import InputError
from jaxtyping import Num
from scipy.special import stdtrit

VERDICTS = {
    "proved": "exact: exhaustive or symbolic",
    "reproduced": "measured on the authors' own data, within the tolerance",
    "trend": "the same ordering, paired runs, the interval of the difference excludes 0",
    "inconclusive": "the interval of the difference includes 0",
    "not-shown": "the ordering is absent or opposite on the data at hand",
    "contradicted": "a counter-example is given",
    "finding": "ours, not the documents'",
    "needs-data": "cannot be judged without data that has to be fetched",
}
DOCUMENTS = {
    "CSQ": "Central Similarity Quantization for Efficient Image and Video Retrieval (CVPR 2020), supplement",
    "SHC": "Image Retrieval with Well-Separated Semantic Hash Centers (ACCV 2022), supplement",
}
FEW = 10


@dataclass(frozen=True)
class Statement:
    """One entry of the catalogue.

    Args:
        id: short name, `csq-…` or `shc-…`.
        document: a key of `DOCUMENTS`.
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
    notebook: str
    ours: bool = False
    needs: str = ""


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
        data: what it was measured on; says "substitute" where that stands in for the documents' data.

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

    def __post_init__(self) -> None:
        if self.id not in catalogue():
            raise InputError(f"claim must be in lib/hashcenters/claims.yaml, got {self.id!r}")
        if self.verdict not in VERDICTS:
            raise InputError(f"verdict must be one of {', '.join(VERDICTS)}, got {self.verdict!r}")
        for name in ("observed", "expected", "evidence", "data"):
            if not getattr(self, name).strip() or "\n" in getattr(self, name):
                raise InputError(f"{name} of {self.id} must be one line of text, got {getattr(self, name)!r}")
        if self.verdict == "reproduced" and self.substitute:
            raise InputError(f"{self.id} cannot be reproduced on substitute data ({self.data}); use trend")

    @property
    def substitute(self) -> bool:
        """Whether the data stands in for the documents' own."""
        return "substitute" in self.data

    def record(self) -> dict[str, Any]:
        """The claim as it stands in claims.json."""
        return asdict(self)


@cache
def catalogue() -> dict[str, Statement]:
    """Every statement of both documents by id, in the documents' order.

    Raises:
        InputError: an entry is malformed or an id appears twice.
    """
    return read_catalogue(resources.files("hashcenters").joinpath("claims.yaml").read_text(encoding="utf-8"))


def read_catalogue(text: str) -> dict[str, Statement]:
    """Read a catalogue from YAML: a list of entries with the fields of `Statement`."""
    found: dict[str, Statement] = {}
    for entry in yaml.safe_load(text):
        try:
            statement = Statement(**entry)
        except TypeError as error:
            raise InputError(f"claims.yaml: malformed entry {entry!r}: {error}") from error
        if statement.document not in DOCUMENTS or not re.fullmatch(r"\d\d", statement.notebook):
            raise InputError(f"claims.yaml: {statement.id} names an unknown document or notebook")
        if statement.id in found:
            raise InputError(f"claims.yaml: {statement.id} appears twice")
        found[statement.id] = statement
    return found


@dataclass(frozen=True)
class Trend:
    """The outcome of a paired comparison.

    Args:
        verdict: `trend`, `not-shown` or `inconclusive`.
        mean: mean difference, in the unit of the differences.
        low: lower end of its interval.
        high: upper end of its interval.
        pairs: how many differences there were.
        level: probability of the interval (0–1).
    """

    verdict: str
    mean: float
    low: float
    high: float
    pairs: int
    level: float

    def __str__(self) -> str:
        interval = f"{100 * self.level:.0f} % interval {self.low:+.4f} to {self.high:+.4f}"
        return f"{self.mean:+.4f} ({interval}, {self.pairs} pairs)".replace("-", "−")


def trend(
    differences: Num[np.ndarray, " pairs"],
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Trend:
    """Judge an ordering by paired differences, one a query or one a seed: positive ones speak for it.

    From ten pairs on the interval is a percentile bootstrap of the mean; below, resampling a handful of
    values gives intervals that are far too narrow, so Student's t is used.

    Args:
        differences: (the method that should win) − (the other), paired.
        level: probability of the interval (0–1).
        resamples: bootstrap draws.
        seed: of the bootstrap.

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
    if not 0 < level < 1:
        raise InputError(f"level must lie between 0 and 1, got {level}")
    low, high = _interval(values, level=level, resamples=resamples, seed=seed)
    verdict = "trend" if low > 0 else "not-shown" if high < 0 else "inconclusive"
    return Trend(verdict, float(values.mean()), low, high, len(values), level)


def weakest(verdicts: Iterable[str]) -> str:
    """The verdict on an ordering that several comparisons speak to: that of the weakest of them.

    >>> weakest(["trend", "inconclusive", "trend"])
    'inconclusive'
    """
    found = set(verdicts)
    return next(name for name in ("not-shown", "inconclusive", "trend") if name in found)


def _interval(values: np.ndarray, *, level: float, resamples: int, seed: int) -> tuple[float, float]:
    """An interval for the mean: Student's t for few values, percentile bootstrap otherwise."""
    if len(values) < FEW:
        reach = stdtrit(len(values) - 1, 0.5 + level / 2) * values.std(ddof=1) / np.sqrt(len(values))
        return float(values.mean() - reach), float(values.mean() + reach)
    generator = np.random.default_rng(seed)
    block = max(1, 2_000_000 // len(values))
    means = [
        values[generator.integers(len(values), size=(min(block, resamples - start), len(values)))].mean(
            axis=1
        )
        for start in range(0, resamples, block)
    ]
    low, high = np.quantile(np.concatenate(means), [0.5 - level / 2, 0.5 + level / 2])
    return float(low), float(high)
