"""Methods against each other: tables of means, paired differences with intervals, and what follows from them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float64

from basics.errors import InputError
from chapters.shared.scores import converged, per_query_mean, query_precisions, select, validation_map
from hashcenters.datasets.splits import HashingData
from hashcenters.training.run import Run
from workbook.claims import side, weakest
from workbook.intervals import Mean, crossed, holm, mean_of, spread_of_rows, these_runs
from workbook.tables import mean_std

Verdict = dict[str, Any]
Precisions = Callable[[Run, HashingData], np.ndarray]  # one number a query, nan where it has no label
PRINTED_DEVIATIONS = (0.13, 0.35)  # percentage points, the smallest and the largest of Table 1
MARGIN = 0.005  # of mAP: falling short by half a point still counts as "at least as well"
DRAW_LIMIT = 1.0  # percentage points: the upper end of the interval that five draws leave to the paper's largest, 0.35


def ablation_table(scores: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods down, code lengths across, mean ± standard deviation of mAP; and how many trainings converged."""
    summary = mean_std(scores, [by, "bits"], "mAP")
    table = summary.pivot(index=by, columns="bits", values="mAP")
    table = table.loc[scores[by].unique()]
    table.columns = [f"{bits} bits" for bits in table.columns]
    converged = scores.groupby(by)["converged"].agg(["sum", "size"]).loc[table.index]
    table["converged"] = [f"{done} of {trained}" for done, trained in converged.itertuples(index=False)]
    return table.reset_index()


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


def judge_family(family: Sequence[Mean], settled: Sequence[bool], *, margin: float = 0.0) -> pd.DataFrame:
    """A row a comparison of one family: its mean, its interval at the level of Holm's procedure, and the verdict.

    One run a side leaves a comparison `inconclusive`, and so does a training without a plateau where the interval
    alone would speak of a `trend`. Two sides that agree everywhere are `identical`.

    Args:
        family: differences, (the one that should win) − (the other).
        settled: whether all trainings of each comparison reached their plateau.
        margin: how far "at least as well" may fall short, 0 for "better".

    Returns:
        Columns mean, low, high, verdict.
    """
    rows = []
    for one, (low, high), plateau in zip(family, holm(family, against=-margin), settled, strict=True):
        verdict = "identical" if one.identical else side(low, high, of=-margin)
        verdict = "inconclusive" if verdict in ("trend", "identical") and not plateau else verdict
        rows.append({"mean": one.estimate, "low": low, "high": high, "verdict": verdict})
    return pd.DataFrame(rows)


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
        bits, difference; mean, low, high of AP for other seeds and queries, which `verdict` follows from;
        low and high, these trainings: the 95 % interval for other queries, not for other seeds; seeds, converged.
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
) -> pd.DataFrame:
    """`compare_methods` for given pairs of methods, the one that should win first."""
    rows, family = [], []
    for length, (first, second) in product(bits, pairs):
        sides = [select(runs, bits=length, **{by: name}) for name in (first, second)]
        differences = paired_differences(*sides, data)
        family.append(crossed(differences))
        low, high = these_runs(differences).interval()
        named = {"bits": length, "difference": f"{_bracketed(first)} − {_bracketed(second)}"}
        settled = all_converged(*sides)
        rows.append(
            named
            | {
                "low, these trainings": low,
                "high, these trainings": high,
                "seeds": len(differences),
                "converged": settled,
            }
        )
    about = pd.DataFrame(rows)
    judged = judge_family(family, about["converged"].tolist(), margin=margin)
    return pd.concat([about[["bits", "difference"]], judged, about.iloc[:, 2:]], axis=1)


def _bracketed(name: str) -> str:
    """A name that can stand in a difference."""
    return f"({name})" if " + " in name else name


def described(compared: pd.DataFrame) -> str:
    """The rows of `compare_methods` in one line.

    Args:
        compared: columns mean, low, high; difference and bits where they tell the rows apart.
    """
    told = [name for name in ("bits", "difference") if name in compared]
    told = [name for name in told if name == "difference" or len(told) == 1 or compared["bits"].nunique() > 1]
    names = [[f"{row[name]} bits" if name == "bits" else row[name] for name in told] for _, row in compared.iterrows()]
    ends = compared[["mean", "low", "high"]].itertuples(index=False)
    return "; ".join(f"{' '.join(name)}: {with_interval(*row)}" for name, row in zip(names, ends, strict=True))


def with_interval(mean: float, low: float, high: float) -> str:
    """A difference and its interval, or that one seed has none.

    >>> with_interval(-0.004, -0.012, 0.003), with_interval(0.1, float("nan"), float("nan"))
    ('−0.0040 [−0.0120, +0.0030]', '+0.1000 (one seed, no interval)')
    """
    interval = "(one seed, no interval)" if np.isnan(low) else f"[{low:+.4f}, {high:+.4f}]"
    return f"{mean:+.4f} {interval}".replace("-", "−")


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


def _place(low: float, high: float, settled: bool, *, bound: float) -> str:
    """Where an interval lies, in words."""
    if np.isnan(low):
        return "missing (one seed is no evidence)"
    shown = f"{bound or 0:g}".replace("-", "−")
    found = {"trend": f"above {shown}", "not-shown": f"below {shown}", "inconclusive": f"around {shown}"}
    place = "0 (identical everywhere)" if low == high == 0 else found[side(low, high, of=bound)]
    return place if settled else f"{place} with trainings short of their plateau (no trend)"


def overall(verdicts: Iterable[str], *, margin: float = 0.0) -> str:
    """The weakest verdict; identical sides are "at least as well" as each other, and not "better"."""
    return weakest(("trend" if margin else "not-shown") if verdict == "identical" else verdict for verdict in verdicts)


def draw_row(kind: str, scores: pd.DataFrame, data: HashingData) -> dict[str, Any]:
    """One row of CSQ's Table 1: mean and standard deviation of mAP over draws of the centers.

    Args:
        kind: of the data.
        scores: a row a training, with labels `method` (the draw) and `seed`; several seeds a draw tell the spread of
            draws from that of trainings.
        data: what they learned from.
    """
    spread = spread_of_rows(100 * scores.pivot(index="method", columns="seed", values="mAP").to_numpy())
    low, high = spread.interval()
    mean, deviation = scores["mAP"].mean(), spread.estimate
    return {
        "data": kind,
        "mAP": f"{mean:.4f} ± {deviation:.2f} pp",
        "95 % interval of the ±": f"{low:.2f} to {high:.2f} pp",
        "mAP_mean": mean,
        "spread": spread,
        "draws": scores["method"].nunique(),
        "seeds a draw": scores["seed"].nunique(),
        "converged": f"{scores['converged'].sum()} of {len(scores)}",
        "dataset": data.name,
        "protocol": data.protocol,
    }


def data_across(rows: pd.DataFrame) -> pd.DataFrame:
    """Table 1 as it is printed, a column a data set: numbers of different protocols never share a column.

    Args:
        rows: of `draw_row`.
    """
    shown = rows.set_index("data").drop(columns=["mAP_mean", "spread"]).astype(str)
    return shown.T.rename_axis(index="quantity", columns=None).reset_index()


def judge_draws(table: pd.DataFrame) -> Verdict:
    """Whether draws of the centers differ by less than a point, by the interval of their standard deviation.

    Args:
        table: rows of `draw_row`.
    """
    ends = holm(table["spread"].tolist(), against=DRAW_LIMIT)
    verdict = weakest(side(-high, -low, of=-DRAW_LIMIT) for low, high in ends)
    settled = all(count == total for count, total in table["converged"].str.split(" of "))
    several = (table["seeds a draw"] > 1).all()
    parts = [
        f"intervals of σ from {table['draws'].min()} draws at the level of Holm's procedure, "
        f"{'apart from the spread of trainings' if several else 'with all else fixed'}: "
        + "; ".join(f"{name} {low:.2f} to {high:.2f}" for name, (low, high) in zip(table["data"], ends, strict=True)),
        f"the bound is what five draws leave open of the paper's own {PRINTED_DEVIATIONS[1]:g}",
        *([] if settled else ["trainings without a plateau earn no trend"]),
    ]
    return {
        "verdict": "inconclusive" if verdict == "trend" and not settled else verdict,
        "observed": "; ".join(f"{row.data} {row.mAP}" for row in table.itertuples()),
        "why": "; ".join(parts),
        "printed": PRINTED_DEVIATIONS,
        "limit": DRAW_LIMIT,
    }


def wrong_signs(run: Run, data: HashingData) -> Bool[np.ndarray, "n_query bits"]:
    """Which bits of the queries' outputs have another sign than the center of their class, or of most of theirs."""
    labels, centers = data.query.labels, run.config.center_array()
    wanted = centers[labels] if labels.ndim == 1 else labels.astype(np.float32) @ centers
    return run.outputs("query") * wanted < 0


def wrong_bits(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """How many bits of queries have another sign than their center, and how firmly.

    Returns:
        One row a training: loss, seed, validation mAP, wrong bits (share, 0–1) and |y| of wrong bits (mean).
    """
    rows = []
    for loss, seed, run in runs[["loss", "seed", "run"]].itertuples(index=False):
        outputs, wrong = run.outputs("query"), wrong_signs(run, data)
        rows.append(
            {
                "loss": loss,
                "seed": seed,
                "validation mAP": validation_map(run, data),
                "wrong bits": wrong.mean(),
                "|y| of wrong bits": np.abs(outputs[wrong]).mean() if wrong.any() else np.nan,
            }
        )
    return pd.DataFrame(rows)


def judge_scale(
    runs: pd.DataFrame, data: HashingData, *, forms: Mapping[str, str], bits: int, weight: float
) -> Verdict:
    """Whether the text's L_Q, a sum over bits, costs retrieval beside the squared mean.

    Args:
        runs: trainings with both forms at the same seeds, and any others.
        data: what they learned from.
        forms: the label `loss` of the `mean` and of the `sum`.
        bits: length of the codes to look at.
        weight: λ1 of both.
    """
    pair = {form: select(runs, loss=loss, bits=bits) for form, loss in forms.items()}
    means = {form: np.nanmean(per_query_mean(part, data)) for form, part in pair.items()}
    wrong = {form: np.mean([wrong_signs(run, data).mean() for run in part["run"]]) for form, part in pair.items()}
    differences, settled = paired_differences(pair["mean"], pair["sum"], data), all_converged(*pair.values())
    judged = judge_family([crossed(differences)], [settled]).assign(converged=settled, difference="squared mean − sum")
    verdict = overall(judged["verdict"])
    return {
        "verdict": "finding" if verdict == "trend" else verdict,
        "observed": f"mAP {means['mean']:.4f} with the squared mean, {means['sum']:.4f} with the sum, "
        f"{described(judged)}; {wrong['mean']:.1%} and {wrong['sum']:.1%} of the bits of queries are wrong",
        "weight": weight,
        "holding": int(np.ceil(1 / (weight * np.tanh(1)))),
        "length": bits,
        "why": why(judged),
    }


def judge_lengths(named: Mapping[int, Mean], settled: Sequence[bool]) -> pd.DataFrame:
    """`judge_family` over code lengths, as `described` and `why` take it.

    Args:
        named: the difference at every length.
        settled: whether all trainings of every length reached their plateau.
    """
    judged = judge_family([*named.values()], settled)
    return judged.assign(bits=[*named], converged=settled)


def judge_convergence(histories: pd.DataFrame) -> Verdict:
    """Whether validation samples end nearer to their own center than to any other, at every length.

    Args:
        histories: columns epoch, loss, own_distance, other_distance, bits, seed.
    """
    first, last = (histories[histories.epoch == end] for end in (histories.epoch.min(), histories.epoch.max()))
    gaps = {bits: ((part.other_distance - part.own_distance) / bits).to_numpy() for bits, part in last.groupby("bits")}
    settled = [
        all(converged(part) for _, part in of_length.groupby("seed")) for _, of_length in histories.groupby("bits")
    ]
    judged = judge_lengths({bits: mean_of(values) for bits, values in gaps.items()}, settled)
    parts = [
        f"{bits} bits: {part.own_distance.mean():.1f} to the own, {part.other_distance.mean():.1f} to the next"
        for bits, part in last.groupby("bits")
    ]
    return {
        "verdict": overall(judged["verdict"]),
        "observed": f"{'; '.join(parts)}; the own distance fell from {first.own_distance.mean():.1f} to "
        f"{last.own_distance.mean():.1f} bits",
        "difference": described(judged),
        "why": why(judged, over="seeds"),
    }
