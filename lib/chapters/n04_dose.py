"""Chapter 04, the dose of λ1: how near outputs come to ±1 as L_Q weighs more, on training images and on queries."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.figure import Figure

from chapters.shared.comparisons import Verdict, as_finding, deciding, described, judge_rows
from chapters.shared.derived import Comparison, difference_table, listed_table, run_record
from chapters.shared.encoding import of_training_split
from chapters.shared.scores import converged
from workbook import style
from workbook.intervals import crossing

DOSE, SIZE = "lambda_1", "mean |y|"
Magnitudes = Mapping[str, Float[np.ndarray, "seeds doses items"]]


def magnitudes(runs: pd.DataFrame) -> Magnitudes:
    """Mean |y| of every item, of training images and of queries.

    Args:
        runs: trainings of several doses, labels `lambda_1` and `seed`, each seed with each dose.
    """
    trained = runs.pivot(index="seed", columns=DOSE, values="run").to_numpy()
    outputs = {"training images": of_training_split, "queries": lambda run: run.outputs("query")}
    return {
        part: np.array([[np.abs(find(run)).mean(axis=1, dtype=float) for run in row] for row in trained])
        for part, find in outputs.items()
    }


def dose_scores(runs: pd.DataFrame, sizes: Magnitudes) -> pd.DataFrame:
    """Mean |y| of every training: columns λ1, bits, seed, a column a part, converged.

    Args:
        runs: see `magnitudes`.
        sizes: from `magnitudes`.
    """
    rows = []
    for row, (seed, own) in enumerate(runs.groupby("seed")):
        for column, (dose, bits, run) in enumerate(own.sort_values(DOSE)[[DOSE, "bits", "run"]].to_numpy()):
            means = {part: size[row, column].mean() for part, size in sizes.items()}
            rows.append({"λ1": dose, "bits": bits, "seed": seed, **means, "converged": converged(run.history())})
    return pd.DataFrame(rows).sort_values("λ1", kind="stable", ignore_index=True)


def dose_table(scores: pd.DataFrame, sizes: Magnitudes) -> pd.DataFrame:
    """Mean and deviation of |y| over the seeds, a row a dose, a column a part.

    Args:
        scores: from `dose_scores`.
        sizes: from `magnitudes`.
    """
    return listed_table(scores, by="λ1", measures=[*sizes])


def dose_steps(scores: pd.DataFrame, sizes: Magnitudes) -> pd.DataFrame | None:
    """What every step from one dose to the next changes, on each part: `difference_table`, all steps one family; None
    where there is one dose.

    Args:
        scores: from `dose_scores`.
        sizes: from `magnitudes`.
    """
    doses, bits = scores["λ1"].unique(), int(scores["bits"].iloc[0])
    if len(doses) < 2:
        return None
    settled = scores.groupby("λ1")["converged"].all()
    steps = [
        Comparison(bits, _step(part, high), _step(part, low), crossing(more), bool(settled[low] and settled[high]))
        for part, size in sizes.items()
        for (low, high), more in zip(pairwise(doses), np.diff(size, axis=1).swapaxes(0, 1), strict=True)
    ]
    runs = [
        run_record(_step(part, row["λ1"]), bits, row["seed"], row["converged"], **{SIZE: row[part]})
        for part in sizes
        for row in scores.to_dict("records")
    ]
    return difference_table(steps, runs, margin=0.0, measure=SIZE)


def _step(part: str, dose: float) -> str:
    """What is measured at one dose, as a side of a step."""
    return f"{part} {dose:g}"


def judge_dose(steps: pd.DataFrame | None, scores: pd.DataFrame, sizes: Magnitudes) -> Verdict:
    """Whether outputs come nearer to ±1 with every step of the weight of L_Q, on both parts; the weakest decides.

    Args:
        steps: from `dose_steps`.
        scores: from `dose_scores`.
        sizes: from `magnitudes`.
    """
    means = scores.groupby("λ1")[[*sizes]].mean()
    parts = [f"{part} {', '.join(f'{value:.3f}' for value in means[part])}" for part in sizes]
    observed = f"mean |y| at λ1 = {', '.join(f'{dose:g}' for dose in means.index)}: {'; '.join(parts)}"
    if steps is None:
        return {"verdict": "inconclusive", "observed": observed, "why": "one dose has no steps"}
    found = judge_rows(steps, over="seeds and items")
    return as_finding(found | {"observed": observed, "why": f"{found['why']}: {described(deciding(steps))}"})


@style.look()
def dose_lines(scores: pd.DataFrame, sizes: Magnitudes) -> Figure:
    """Mean |y| against λ1, a line a part, with the deviation of the seeds.

    Args:
        scores: from `dose_scores`.
        sizes: from `magnitudes`.
    """
    drawn, axes = style.figure(columns=1, height=2.4)
    by_dose = scores.groupby("λ1")[[*sizes]]
    means, deviations = by_dose.mean(), by_dose.std().fillna(0.0)
    for number, part in enumerate(sizes):
        line = style.line_style(number)
        axes.errorbar(means.index, means[part], deviations[part], label=part, capsize=2, **line)
    axes.set(xlabel="weight λ1 of the quantization loss", ylabel="mean magnitude |y| of outputs")
    axes.legend()
    return drawn
