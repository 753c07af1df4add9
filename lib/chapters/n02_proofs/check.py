"""The record of one check: what was looked at, over how many cases, and what broke it if anything did."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import sympy
from jaxtyping import Bool, Num

from basics.errors import InputError

Method = Literal["exhaustive", "symbolic", "numeric", "sampled"]
PROVING = ("exhaustive", "symbolic")
ROUNDING = 1e-9


@dataclass(frozen=True)
class Check:
    """One statement and what became of it.

    Args:
        statement: what should hold, in plain words.
        method: "exhaustive" (all cases, exact), "symbolic" (an identity of expressions), "numeric" (floating
            point, within a tolerance) or "sampled" (seeded cases out of more).
        cases: how many cases were looked at.
        deviation: the largest distance from what should hold, 0 where all is exact.
        counter_example: the first case that breaks the statement; None where it holds.
    """

    statement: str
    method: Method
    cases: int
    deviation: float | int = 0.0
    counter_example: str | None = None

    @property
    def holds(self) -> bool:
        """Whether no case broke the statement."""
        return self.counter_example is None

    @property
    def outcome(self) -> str:
        """What came out, without the statement."""
        if not self.holds:
            return f"fails at {self.counter_example}"
        return "holds identically" if self.method == "symbolic" else f"holds in all of {self.cases:,} cases"


def tally(statement: str, method: Method, cases: int, wrong: Iterable[str], deviation: float | int = 0.0) -> Check:
    """A check of cases that were looked at one by one.

    Args:
        statement: what should hold.
        method: see `Check`.
        cases: how many there were.
        wrong: the names of those that break it, the first of which is kept.
        deviation: see `Check`.
    """
    return Check(statement, method, cases, deviation, next(iter(wrong), None))


def identity(statement: str, **differences: sympy.Expr) -> Check:
    """A check that expressions are 0 whatever their symbols stand for.

    >>> x = sympy.symbols("x")
    >>> identity("binomial", square=(x + 1) ** 2 - x**2 - 2 * x).counter_example
    'square: off by 1'
    """
    rest = {name: sympy.simplify(difference) for name, difference in differences.items()}
    wrong = [f"{name}: off by {left}" for name, left in rest.items() if left != 0]
    return tally(statement, "symbolic", len(rest), wrong)


def compare(
    statement: str,
    method: Method,
    observed: Num[np.ndarray, "*cases"],
    expected: Num[np.ndarray, "..."] | float | int,
    *,
    names: Sequence[str],
    among: Bool[np.ndarray, "*cases"] | None = None,
    tolerance: float | int = 0.0,
) -> Check:
    """A check that two arrays agree in every entry.

    Args:
        statement: what should hold.
        method: see `Check`.
        observed: one value a case; NaN never agrees.
        expected: what each should be; a smaller array holds for every row.
        names: what the indices count, for the counter-example.
        among: True for the entries that are cases; all of them where left out.
        tolerance: largest absolute difference that still counts as equal.
    """
    off = np.abs(np.asarray(observed, dtype=np.float64) - expected)
    among = np.ones(off.shape, dtype=bool) if among is None else among
    wanted = np.broadcast_to(expected, off.shape)
    wrong = (
        ", ".join(f"{name} {i}" for name, i in zip(names, place, strict=True))
        + f": {observed[tuple(place)]:.6g} instead of {wanted[tuple(place)]:.6g}"
        for place in np.argwhere(~(off <= tolerance) & among).tolist()
    )
    return tally(statement, method, int(among.sum()), wrong, float(off[among].max(initial=0.0)))


def combine(statement: str, checks: Iterable[Check], *, labels: Iterable[object] | None = None) -> Check:
    """Several checks of one method as one: cases added up, the largest deviation, the first counter-example.

    Args:
        statement: what they show together.
        checks: at least one.
        labels: what tells them apart, put before the counter-example.

    Raises:
        InputError: no check, or checks of different methods.
    """
    checks = list(checks)
    if len({check.method for check in checks}) != 1:
        raise InputError(f"checks to combine must share one method, got {sorted({c.method for c in checks}) or 'none'}")
    before = [f"{label}: " for label in labels] if labels else [""] * len(checks)
    wrong = [f"{a}{c.counter_example}" for a, c in zip(before, checks, strict=True) if not c.holds]
    cases, deviation = sum(check.cases for check in checks), max(check.deviation for check in checks)
    return tally(statement, checks[0].method, cases, wrong, deviation)


def about(subject: str, check: Check) -> Check:
    """The same record with what it is about in front of its statement."""
    return replace(check, statement=f"{subject}: {check.statement}")


def verdict(*universal: Check, also: Iterable[Check] = ()) -> str:
    """The ledger's word for a claim that rests on these checks.

    Args:
        universal: the claim itself, for all that it speaks of.
        also: what else has to hold and proves nothing beyond its own cases: samples, floating point, the library.

    Returns:
        "contradicted" when one fails, "proved" when all hold and every universal one is exhaustive or symbolic,
        "inconclusive" when all hold but a universal one only in floating point or on samples.

    Raises:
        InputError: no universal check.
    """
    if not universal:
        raise InputError("a verdict needs at least one check of the claim itself, got none")
    if not all(check.holds for check in (*universal, *also)):
        return "contradicted"
    return "proved" if all(check.method in PROVING for check in universal) else "inconclusive"


def check_table(*checks: Check) -> pd.DataFrame:
    """One row a check, for reading; the column of counter-examples only where there is one.

    What is rounding alone, and differs between machines, is not spelled out.
    """
    table = pd.DataFrame(asdict(check) for check in checks)
    table["deviation"] = [f"below {ROUNDING:g}" if 0 < off < ROUNDING else f"{off:.3g}" for off in table["deviation"]]
    table.insert(4, "holds", ["yes" if check.holds else "no" for check in checks])
    found = [check.counter_example or "" for check in checks]
    return table.drop(columns="counter_example").assign(**{"counter-example": found} if any(found) else {})


def word(check: Check) -> str:
    """Whether a check holds, and where not, for a cell of a table."""
    return "holds" if check.holds else f"fails: {check.counter_example}"


def outcome_table(checks: dict[str, list[Check]], *, rows: str) -> pd.DataFrame:
    """The same statements on several subjects, one column a subject.

    Args:
        checks: for each subject the same statements in the same order.
        rows: heading of the statements.
    """
    words = {subject: [word(check) for check in found] for subject, found in checks.items()}
    return pd.DataFrame({rows: [check.statement for check in next(iter(checks.values()))], **words})
