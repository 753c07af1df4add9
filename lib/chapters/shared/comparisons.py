"""Methods against each other: tables of means, paired differences with intervals, and what follows from them."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Float64

from basics.errors import InputError
from chapters.shared import derived
from chapters.shared.derived import MAP, MARGIN, Comparison, Verdict, ablation_table, difference_table, run_record
from chapters.shared.scores import converged, query_precisions, select
from hashcenters.datasets.splits import HashingData
from hashcenters.training.run import Run
from workbook.claims import side, weakest
from workbook.intervals import crossing
from workbook.run_table import RECORDED

__all__ = ["MARGIN", "ablation_table"]  # of this chapter's tables, from where nothing imports torch
Precisions = Callable[[Run, HashingData], np.ndarray]  # one number a query, nan where it has no label


def paired_differences(
    better: pd.DataFrame, worse: pd.DataFrame, data: HashingData, *, precisions: Precisions = query_precisions
) -> Float64[np.ndarray, "runs n_query"]:
    """Differences of AP, a row a seed that both sides share, a column a query with labels.

    Args:
        better: trainings of the side that should win, a row a seed.
        worse: trainings of the other side.
        data: what they learned from.
        precisions: another number a query than AP.

    Raises:
        InputError: the sides share no seed.
    """
    sides = [dict(zip(part["seed"], part["run"], strict=True)) for part in (better, worse)]
    shared = [seed for seed in sides[0] if seed in sides[1]]
    if not shared:
        raise InputError(f"a comparison is paired by seed, got seeds {[*sides[0]]} and {[*sides[1]]}")
    found = np.array([precisions(sides[0][seed], data) - precisions(sides[1][seed], data) for seed in shared])
    return found[:, np.isfinite(found).all(axis=0)]


def all_converged(*parts: pd.DataFrame) -> bool:
    """Whether every training reached its plateau."""
    return all(converged(run.history()) for part in parts for run in part["run"])


def compare_methods(
    runs: pd.DataFrame, data: HashingData, *, better: str, bits: Sequence[int], by: str, margin: float = 0.0
) -> pd.DataFrame:
    """One method minus each other, over seeds and queries; all rows are one family.

    Args:
        runs: trainings with labels `bits`, `seed` and `by`.
        data: what they learned from.
        better: the method that is expected to win.
        bits: code lengths to compare at.
        by: the label that names methods.
        margin: see `judge_family`.

    Returns:
        What `difference_table` makes of them.
    """
    others = [name for name in dict.fromkeys(runs[by]) if name != better]
    return compare_pairs(runs, data, pairs=[(better, other) for other in others], bits=bits, by=by, margin=margin)


def compare_pairs(
    runs: pd.DataFrame,
    data: HashingData,
    *,
    pairs: Sequence[tuple[str, str]],
    bits: Sequence[int],
    by: str,
    margin: float = 0.0,
    precisions: Precisions = query_precisions,
    measure: str = MAP,
) -> pd.DataFrame:
    """`compare_methods` for given pairs of methods, the one that should win first.

    Args:
        runs, data, bits, by, margin: as there.
        pairs: of methods.
        precisions, measure: another number a query than AP, and the name of its mean.
    """
    scored: dict[int, np.ndarray] = {}

    def once(run: Run, data: HashingData) -> np.ndarray:
        if id(run) not in scored:
            scored[id(run)] = precisions(run, data)
        return scored[id(run)]

    compared, records = [], {}
    for length, names in product(bits, pairs):
        sides = [select(runs, bits=length, **{by: name}) for name in names]
        found = crossing(paired_differences(*sides, data, precisions=once))
        compared.append(Comparison(length, *names, found, all_converged(*sides)))
        for name, part in zip(names, sides, strict=True):
            for seed, run in part[["seed", "run"]].itertuples(index=False):
                measured = {measure: np.nanmean(once(run, data))}
                records[name, length, seed] = run_record(name, length, seed, converged(run.history()), **measured)
    return difference_table(compared, records.values(), margin=margin, measure=measure)


def described(compared: pd.DataFrame) -> str:
    """The rows of `compare_methods` in one line.

    Args:
        compared: columns mean, low, high; difference and bits where they tell the rows apart.
    """
    told = [name for name in ("bits", "difference") if name in compared]
    told = [name for name in told if name == "difference" or len(told) == 1 or compared["bits"].nunique() > 1]
    names = [[f"{row[name]} bits" if name == "bits" else row[name] for name in told] for _, row in compared.iterrows()]
    ends = compared[["mean", "low", "high"]].itertuples(index=False)
    return "; ".join(f"{' '.join(name)}: {derived.with_interval(*row)}" for name, row in zip(names, ends, strict=True))


def why(compared: pd.DataFrame, *, margin: float = 0.0, over: str = "seeds and queries") -> str:
    """Why the rows of one claim come out as they do: what the intervals cover, where they lie, and which decides.

    Args:
        compared: of the claim, from `compare_methods`.
        margin: what they were judged with.
        over: what the intervals cover.
    """
    places = [_place(*row, bound=-margin) for row in compared[["low", "high", "converged"]].itertuples(index=False)]
    if len(places) == 1:
        return f"the interval over {over} is {places[0]}"
    counts = ", ".join(f"{places.count(place)} {place}" for place in dict.fromkeys(places))
    return (
        f"of {len(places)} intervals over {over}, each at the level of Holm's procedure for its family, {counts}; the "
        "weakest decides"
    )


def judge_rows(rows: pd.DataFrame, *, margin: float = 0.0, over: str = "seeds and queries", alike: str = "") -> Verdict:
    """What rows of a table show together, the weakest of them, and where they stand if the table was recorded.

    Args:
        rows: of a table that has the columns of `judge_family`, in its order.
        margin: what they were judged with.
        over: what the intervals cover.
        alike: the verdict where both sides agree everywhere: "at least as well" as each other, and not "better",
            unless given.
    """
    alike = alike or ("trend" if margin > 0 else "not-shown")
    verdicts = rows["verdict"].replace("identical", alike)
    judged = {"verdict": weakest(verdicts), "observed": described(rows), "why": why(rows, margin=margin, over=over)}
    if table := rows.attrs.get(RECORDED):
        places = {"table": table, "rows": [int(place) for place in rows.index]}
        judged["follows"] = [places | {"margin": margin or 0.0, "alike": alike}]
    return judged


def as_one(judged: Sequence[Verdict]) -> Verdict:
    """Several of `judge_rows` as one: the weakest verdict, what was observed and why one after the other."""
    said = {name: "; ".join(one[name] for one in judged) for name in ("observed", "why")}
    follows = [part for one in judged for part in one.get("follows", ())]
    return said | {"verdict": weakest(one["verdict"] for one in judged), "follows": follows}


def _place(low: float, high: float, settled: bool, *, bound: float) -> str:
    """Where an interval lies, in words."""
    if np.isnan(low):
        return "missing (one seed is no evidence)"
    shown = f"{bound or 0:g}".replace("-", "−")
    found = {"trend": f"above {shown}", "not-shown": f"below {shown}", "inconclusive": f"around {shown}"}
    place = "at 0 (identical everywhere)" if low == high == 0 else found[side(low, high, of=bound)]
    return place if settled else f"{place} with trainings short of their plateau (no trend)"


def named_rows(compared: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> pd.DataFrame:
    """The rows of `compare_pairs` that compare these methods.

    Raises:
        InputError: one of the pairs was not compared.
    """
    names = [f"{better} − {worse}" for better, worse in pairs]
    if missing := {*names} - {*compared["difference"]}:
        raise InputError(f"comparisons must hold {', '.join(sorted(missing))}, got {', '.join(compared['difference'])}")
    return compared[compared["difference"].isin(names)]


def deciding(judged: pd.DataFrame) -> pd.DataFrame:
    """The row of a family that decides: of those with the weakest verdict the one that reaches least far.

    Args:
        judged: of `judge_family`, with no margin.
    """
    verdicts = judged["verdict"].replace("identical", "not-shown")
    rows = judged[verdicts == weakest(verdicts)]
    return rows.loc[[rows["high"].fillna(rows["mean"]).idxmin()]]


def as_finding(judged: Verdict) -> Verdict:
    """A verdict on a question of our own: what is shown is a finding, what is not keeps its word."""
    return judged | {"verdict": "finding" if judged["verdict"] == "trend" else judged["verdict"]}
