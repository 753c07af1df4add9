"""Methods against each other: tables of means, paired differences with intervals, and what follows from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool

from chapters.shared.scores import per_query_mean, select, validation_map
from hashcenters.datasets.splits import HashingData
from hashcenters.training.run import Run
from workbook.claims import Trend, trend
from workbook.tables import mean_std

Verdict = dict[str, Any]


def ablation_table(scores: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Methods down, code lengths across, mean ± standard deviation of mAP; and how many trainings converged."""
    summary = mean_std(scores, [by, "bits"], "mAP")
    table = summary.pivot(index=by, columns="bits", values="mAP")
    table = table.loc[scores[by].unique()]
    table.columns = [f"{bits} bits" for bits in table.columns]
    converged = scores.groupby(by)["converged"].agg(["sum", "size"]).loc[table.index]
    table["converged"] = [f"{done} of {trained}" for done, trained in converged.itertuples(index=False)]
    return table.reset_index()


def difference(better: pd.DataFrame, worse: pd.DataFrame, data: HashingData) -> Trend:
    """Paired difference of AP over queries, each averaged over trainings (the seeds) first."""
    differences = per_query_mean(better, data) - per_query_mean(worse, data)
    return trend(differences[np.isfinite(differences)])


def compare_methods(
    runs: pd.DataFrame, data: HashingData, *, better: str, bits: Sequence[int], by: str
) -> pd.DataFrame:
    """One method minus each other: mean difference of AP over queries, its 95 % interval, and the verdict.

    Args:
        runs: trainings with labels `bits` and `by`.
        data: what they learned from.
        better: the method that is expected to win.
        bits: code lengths to compare at.
        by: the label that names methods.
    """
    rows = []
    for length in bits:
        first = select(runs, bits=length, **{by: better})
        for other in runs[by].unique()[runs[by].unique() != better]:
            found = difference(first, select(runs, bits=length, **{by: other}), data)
            rows.append((length, f"{better} − {other}", found.mean, found.low, found.high, found.verdict))
    return pd.DataFrame(rows, columns=["bits", "difference", "mean", "low", "high", "verdict"])


def described(compared: pd.DataFrame) -> str:
    """The rows of `compare_methods` in one line, for evidence.

    Args:
        compared: columns difference, mean, low, high; and bits where there are several lengths.
    """
    several = compared["bits"].nunique() > 1
    return "; ".join(
        f"{f'{row.bits} bits ' if several else ''}{row.difference}: {row.mean:+.4f} [{row.low:+.4f}, {row.high:+.4f}]"
        for row in compared.itertuples()
    )


def judge_differences(differences: np.ndarray) -> Verdict:
    """Verdict and interval of paired differences; fewer than two leave the matter open."""
    if len(differences) < 2:
        return {"verdict": "inconclusive", "difference": f"{differences.mean():+.4f}, one pair only"}
    found = trend(differences)
    return {"verdict": found.verdict, "difference": str(found)}


def draw_row(kind: str, scores: pd.DataFrame, data: HashingData) -> dict[str, Any]:
    """One row of CSQ's Table 1: mean and sample standard deviation of mAP over draws of the centers."""
    mean, deviation = scores["mAP"].mean(), 100 * np.std(scores["mAP"], ddof=1)
    return {
        "data": kind,
        "mAP": f"{mean:.4f} ± {deviation:.2f} pp",
        "mAP_mean": mean,
        "mAP_std_pp": deviation,
        "draws": len(scores),
        "converged": int(scores["converged"].sum()),
        "dataset": data.name,
        "protocol": data.protocol,
    }


def data_across(rows: pd.DataFrame) -> pd.DataFrame:
    """Table 1 as it is printed, a column a data set: numbers of different protocols never share a column.

    Args:
        rows: of `draw_row`.
    """
    shown = rows.set_index("data").drop(columns=["mAP_mean", "mAP_std_pp"]).astype(str)
    return shown.T.rename_axis(index="quantity", columns=None).reset_index()


def judge_draws(table: pd.DataFrame) -> Verdict:
    """Whether draws differ as little as the paper's (at most 0.35 percentage points).

    Args:
        table: rows of `draw_row`.
    """
    largest, draws = table["mAP_std_pp"].max(), table["draws"].min()
    return {
        "verdict": "trend" if largest <= 0.35 else "not-shown",
        "observed": "; ".join(f"{row.data} {row.mAP}" for row in table.itertuples()),
        "draws": draws,
        "largest": largest,
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
    found = difference(pair["mean"], pair["sum"], data)
    return {
        "verdict": "finding" if found.verdict == "trend" else found.verdict,
        "observed": f"mAP {means['mean']:.4f} with the squared mean, {means['sum']:.4f} with the sum; "
        f"{wrong['mean']:.1%} and {wrong['sum']:.1%} of the bits of queries are wrong",
        "difference": found,
        "weight": weight,
        "holding": int(np.ceil(1 / (weight * np.tanh(1)))),
        "length": bits,
    }


def judge_convergence(histories: pd.DataFrame) -> Verdict:
    """Whether validation samples end nearer to their own center than to any other, in every training.

    Args:
        histories: columns epoch, own_distance, other_distance, bits, seed.
    """
    first, last = (histories[histories.epoch == end] for end in (histories.epoch.min(), histories.epoch.max()))
    judged = judge_differences((last.other_distance - last.own_distance).to_numpy())
    parts = [
        f"{bits} bits: {part.own_distance.mean():.1f} to the own, {part.other_distance.mean():.1f} to the next"
        for bits, part in last.groupby("bits")
    ]
    return judged | {
        "observed": "; ".join(parts),
        "first": first.own_distance.mean(),
        "last": last.own_distance.mean(),
    }
