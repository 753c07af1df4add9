"""Tables that follow from single runs and nothing else, so that they can be worked out again without any training.

Such a table carries its runs and the name of its kind in `attrs`; `Results.table` writes both down, and
`chapters.verify` works the table out again. Nothing here imports torch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from basics.errors import InputError
from workbook.claims import side
from workbook.intervals import Crossing, Mean, holm, mean_of
from workbook.run_table import DERIVED, declare
from workbook.tables import mean_std

Verdict = dict[str, Any]
# kinds of tables
MEANS, LISTED, DIFFERENCES, LEVELS, STORED = "means", "listed", "differences", "levels", "stored"
AVERAGES = "averages"
SEARCH, POINTS = "search", "points"
MARGIN = 0.005  # of mAP: falling short by half a point still counts as "at least as well"
MAP, VALIDATION = "mAP", "validation mAP"  # what most runs are measured by
NAMED = ": "  # between a method and what is stored, where both name a run
RUN_KINDS = {"bits": int, "seed": int, "converged": bool}  # of what tells runs apart; `method` is text


def run_record(method: object, bits: int, seed: int, converged: bool, **measured: float) -> dict[str, Any]:
    """One run, as `run_table.declare` takes it; what it is `measured` by goes by its name."""
    told = {"method": str(method), "bits": int(bits), "seed": int(seed), "converged": bool(converged)}
    return told | {name: float(value) for name, value in measured.items()}


def records_of(scores: pd.DataFrame, *, by: str, measures: Sequence[str] = (MAP,)) -> list[dict[str, Any]]:
    """The runs of a table of scores; `by` is the column that names methods."""
    told = scores[[by, "bits", "seed", "converged"]].itertuples(index=False)
    measured = scores[[*measures]].astype(float).to_dict("records")
    return [run_record(*row, **values) for row, values in zip(told, measured, strict=True)]


def settled_as(scored: pd.DataFrame, frame: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """The rows of a frame, each of which has converged where the training of its method, length and seed has.

    Args:
        scored: columns `by`, bits, seed and converged, with every training of the frame once.
        frame: columns `by`, bits, seed.
        by: the column that names methods.
    """
    known = scored.set_index([by, "bits", "seed"])["converged"]
    return frame.assign(converged=known.loc[pd.MultiIndex.from_frame(frame[known.index.names])].to_numpy())


def by_method(make: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """How a table is made from the table of runs, where `method` is the column that it goes by."""

    def again(runs: pd.DataFrame, *, by: str, **options: Any) -> pd.DataFrame:
        return make(runs.rename(columns={"method": by}), by=by, **options)

    return again


def converged_counts(scores: pd.DataFrame, by: list[str]) -> pd.Series:
    """How many runs of each group converged, as "9 of 10"."""
    counts = scores.groupby(by)["converged"].agg(["sum", "size"])
    return counts["sum"].astype(int).astype(str) + " of " + counts["size"].astype(str)


def ablation_table(scores: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods down, code lengths across, mean ± standard deviation of mAP; and how many trainings converged."""
    summary = mean_std(scores, [by, "bits"], "mAP")
    table = summary.pivot(index=by, columns="bits", values="mAP")
    table = table.loc[scores[by].unique()]
    table.columns = [f"{bits} bits" for bits in table.columns]
    table["converged"] = converged_counts(scores, [by])
    return declare(table.reset_index(), MEANS, records_of(scores, by=by), by=by)


def averages_table(scores: pd.DataFrame, *, by: str, measures: Sequence[str]) -> pd.DataFrame:
    """Methods down, the mean of each measure over seeds across, as numbers; how many runs converged.

    Args:
        scores: columns `by`, bits, seed, converged and the measures.
        by: the column that names methods.
        measures: the names of what is measured.

    Returns:
        `by`, the measures (missing where one run lacks it), converged.
    """
    table = scores.groupby(by, sort=False)[[*measures]].mean(skipna=False)
    table["converged"] = converged_counts(scores, [by])
    runs = records_of(scores, by=by, measures=measures)
    return declare(table.reset_index(), AVERAGES, runs, by=by, measures=[*measures])


def listed_table(scores: pd.DataFrame, *, by: str, measures: Sequence[str]) -> pd.DataFrame:
    """Methods and code lengths down, mean ± standard deviation of each measure across; how many runs converged.

    Args:
        scores: columns `by`, bits, seed, converged and the measures.
        by: the column that names methods.
        measures: the names of what is measured.
    """
    rows = [by, "bits"]
    table = pd.concat([mean_std(scores, rows, name).set_index(rows)[name] for name in measures], axis=1)
    table["converged"] = converged_counts(scores, rows)
    runs = records_of(scores, by=by, measures=measures)
    return declare(table.reset_index(), LISTED, runs, by=by, measures=[*measures])


def search_again(runs: pd.DataFrame, *, parts: Sequence[str], bits: int) -> pd.DataFrame:
    """Means of what a search has scored, a column a length, from the best to the worst at one of them.

    Args:
        runs: the names of all parts of a method are its `method`.
        parts: what a method is made of.
        bits: the length.
    """
    names = runs["method"].str.split(NAMED, expand=True).set_axis([*parts], axis=1)
    means = names.join(runs).groupby([*parts, "bits"], sort=False)[VALIDATION].mean().unstack("bits")
    table = means.sort_values(bits, ascending=False, kind="stable").rename(columns="{} bits".format)
    table = table.rename_axis(columns=None).reset_index()
    return declare(table, SEARCH, records_of(runs, by="method", measures=[VALIDATION]), parts=[*parts], bits=bits)


def named_by(frame: pd.DataFrame, by: Sequence[str]) -> list[str]:
    """A name for every row, of the values that it has in some columns.

    >>> named_by(pd.DataFrame({"λ1": [0.0, 0.05], "λ2": [0.2, 0.2]}), ["λ1", "λ2"])
    ['λ1 = 0.0, λ2 = 0.2', 'λ1 = 0.05, λ2 = 0.2']
    """
    return [", ".join(f"{name} = {row[name]}" for name in by) for row in frame[[*by]].to_dict("records")]


def points_table(scores: pd.DataFrame, *, by: Sequence[str], value: str) -> pd.DataFrame:
    """The points of a grid down, and the mean of what its trainings were scored by over their seeds.

    Args:
        scores: columns `by`, bits, seed, converged and `value`.
        by: coordinates of a point, numbers whose names hold neither "," nor "=".
        value: the name of what was scored.
    """
    named = scores.assign(method=named_by(scores.astype(dict.fromkeys(by, float)), by))
    return points_again(pd.DataFrame(records_of(named, by="method", measures=[value])), value=value)


def points_again(runs: pd.DataFrame, *, value: str) -> pd.DataFrame:
    """`points_table` from the table of runs, where the coordinates of a point are its `method`."""
    means = runs.groupby("method", sort=False)[value].mean()
    points = [dict(part.split(" = ") for part in name.split(", ")) for name in means.index]
    table = pd.DataFrame(points).astype(float).assign(**{value: means.to_numpy()})
    return declare(table, POINTS, records_of(runs, by="method", measures=[value]), value=value)


def stored_table(scores: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods and code lengths down, what is stored of an item across, mean ± standard deviation of mAP.

    Args:
        scores: columns `by`, bits, seed, stored, mAP, converged.
        by: the column that names methods.
    """
    summary = mean_std(scores, [by, "bits", "stored"], "mAP")
    order = summary[[by, "bits"]].drop_duplicates()
    table = summary.pivot(index=[by, "bits"], columns="stored", values="mAP")[summary["stored"].unique()]
    table = table.loc[pd.MultiIndex.from_frame(order)].reset_index().rename_axis(columns=None)
    named = scores.assign(**{by: scores[by] + NAMED + scores["stored"]})
    return declare(table, STORED, records_of(named, by=by), by=by)


def stored_again(runs: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """`stored_table` from the table of runs."""
    names = runs["method"].str.rpartition(NAMED)
    return stored_table(runs.assign(**{by: names[0], "stored": names[2]}), by=by)


def judge_family(family: Sequence[Mean], settled: Sequence[bool], *, margin: float = 0.0) -> pd.DataFrame:
    """A row a comparison of one family: its mean, its interval at the level of Holm's procedure, and the verdict.

    One run a side leaves a comparison `inconclusive`, and so does a training without a plateau where the interval
    alone would speak of a `trend`. Two sides that agree everywhere are `identical`.

    Args:
        family: differences, (the one that should win) − (the other).
        settled: whether all trainings of each comparison reached their plateau.
        margin: how far "at least as well" may fall short, 0 for "better".

    Returns:
        Columns mean, low, high, verdict, converged.
    """
    rows = []
    for one, (low, high), done in zip(family, holm(family, against=-margin), settled, strict=True):
        verdict = "identical" if one.identical else side(low, high, of=-margin)
        verdict = "inconclusive" if verdict in ("trend", "identical") and not done else verdict
        rows.append({"mean": one.estimate, "low": low, "high": high, "verdict": verdict, "converged": bool(done)})
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Comparison:
    """One method minus another at one length.

    Args:
        bits: code length.
        better, worse: the method that should win, and the other.
        found: their differences.
        settled: whether all trainings of both reached their plateau.
    """

    bits: int
    better: str
    worse: str
    found: Crossing
    settled: bool

    def about(self) -> dict[str, Any]:
        """What the table of runs does not say: how much queries differ."""
        squares = {"cases": self.found.cases, "of_cases": self.found.of_cases, "rest": self.found.rest}
        return {"bits": int(self.bits), "better": str(self.better), "worse": str(self.worse), **squares}

    def row(self) -> dict[str, Any]:
        """What is neither mean, interval nor verdict over seeds and queries."""
        low, high = self.found.these_runs().interval()
        return {
            "bits": self.bits,
            "difference": f"{_bracketed(self.better)} − {_bracketed(self.worse)}",
            "low, these trainings": low,
            "high, these trainings": high,
            "seeds": len(self.found.by_run),
            "converged": self.settled,
        }


def difference_table(
    compared: Sequence[Comparison], runs: Iterable[Mapping[str, Any]], *, margin: float, measure: str = MAP
) -> pd.DataFrame:
    """Comparisons of one family, a row each.

    Args:
        compared: methods and lengths, the one that should win first.
        runs: `run_record` of every training in it.
        margin: see `judge_family`.
        measure: by which they are compared.

    Returns:
        bits, difference; mean, low, high of the measure (AP) for other seeds and queries, which `verdict` follows
        from; low and high, these trainings: the 95 % interval for other queries, not for other seeds; seeds, converged.
    """
    about = pd.DataFrame([one.row() for one in compared])
    judged = judge_family([one.found.mean() for one in compared], about["converged"].tolist(), margin=margin)
    table = pd.concat([about.iloc[:, :2], judged.drop(columns="converged"), about.iloc[:, 2:]], axis=1)
    options = {"margin": margin, "measure": measure, "compared": [one.about() for one in compared]}
    return declare(table, DIFFERENCES, runs, **options)


def differences_again(
    runs: pd.DataFrame, *, margin: float, compared: Sequence[Mapping[str, Any]], measure: str = MAP
) -> pd.DataFrame:
    """`difference_table` from the table of runs, and from what it says itself of how much queries differ."""
    rebuilt = []
    for row in compared:
        sides = [runs[(runs["bits"] == row["bits"]) & (runs["method"] == row[name])] for name in ("better", "worse")]
        better, worse = (dict(zip(part["seed"], part[measure], strict=True)) for part in sides)
        by_run = tuple(better[seed] - worse[seed] for seed in better if seed in worse)
        if not by_run:
            raise InputError(f"{row['better']} and {row['worse']} must share a seed at {row['bits']} bits")
        found = Crossing(by_run, *(row[name] for name in ("cases", "of_cases", "rest")))
        settled = all(part["converged"].all() for part in sides)
        rebuilt.append(Comparison(row["bits"], row["better"], row["worse"], found, settled))
    return difference_table(rebuilt, records_of(runs, by="method", measures=[measure]), margin=margin, measure=measure)


def level_table(scores: pd.DataFrame, *, by: str, measure: str, bar: float) -> pd.DataFrame:
    """Whether each method's mean lies above a bar at each length, over seeds; all rows are one family.

    Args:
        scores: columns `by`, bits, seed, converged and the measure.
        by: the column that names methods.
        measure: what is held against the bar.
        bar: the least that is asked for.

    Returns:
        `by`, bits; mean, low, high, verdict and converged as `judge_family` has them; seeds.
    """
    groups = scores.groupby([by, "bits"], sort=False)
    means = [mean_of(part[measure].to_numpy()) for _, part in groups]
    judged = judge_family(means, [bool(part["converged"].all()) for _, part in groups], margin=-bar)
    if bar > 0:  # a level of 0 in every run
        judged["verdict"] = judged["verdict"].replace("identical", "not-shown")
    table = pd.concat([pd.DataFrame([*groups.groups], columns=[by, "bits"]), judged], axis=1)
    table["seeds"] = groups.size().to_numpy()
    runs = records_of(scores, by=by, measures=[measure])
    return declare(table, LEVELS, runs, by=by, measure=measure, bar=bar)


def judged_against(table: pd.DataFrame, *, margin: float) -> pd.DataFrame:
    """The comparisons of `difference_table` as one family once more, by another margin.

    Args:
        table: as it was made, with its `attrs`.
        margin: see `judge_family`.
    """
    known = table.attrs[DERIVED]
    again = differences_again(pd.DataFrame(known["runs"]), **known["options"] | {"margin": margin})
    again.attrs = table.attrs
    return again


def with_interval(mean: float, low: float, high: float) -> str:
    """A difference and its interval, or that one seed has none.

    >>> with_interval(-0.004, -0.012, 0.003), with_interval(0.1, float("nan"), float("nan"))
    ('−0.0040 [−0.0120, +0.0030]', '+0.1000 (one seed, no interval)')
    """
    interval = "(one seed, no interval)" if np.isnan(low) else f"[{low:+.4f}, {high:+.4f}]"
    return f"{mean:+.4f} {interval}".replace("-", "−")


def speaks_of(compared: pd.DataFrame, names: Iterable[str]) -> bool:
    """Whether each name occurs in some difference of a table of comparisons."""
    return all(compared["difference"].str.contains(name, regex=False).any() for name in names)


def _bracketed(name: str) -> str:
    """A name that can stand in a difference."""
    return f"({name})" if " + " in name or " = " in name else name
