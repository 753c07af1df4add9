"""Chapter 04, the dose of λ1: how near outputs come to ±1 as L_Q weighs more, on training images and on queries."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
from jaxtyping import Float
from matplotlib.figure import Figure

from chapters.shared.comparisons import Verdict, all_converged, as_finding, deciding, described, judge_rows
from chapters.shared.derived import judge_family
from chapters.shared.encoding import of_training_split
from chapters.shared.readings import joined
from chapters.shared.scores import select
from workbook import style
from workbook.intervals import crossed

DOSE = "lambda_1"
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


def dose_table(runs: pd.DataFrame, sizes: Magnitudes) -> pd.DataFrame:
    """Mean |y| by part and dose, and its change from the smallest dose; all changes are one family.

    Args:
        runs: see `magnitudes`.
        sizes: from `magnitudes`.

    Returns:
        Columns part, λ1, mean |y|, deviation (standard, over seeds), change, low, high, converged.
    """
    doses = sorted(set(runs[DOSE]))
    settled = [all_converged(select(runs, **{DOSE: doses[0]}), select(runs, **{DOSE: dose})) for dose in doses]
    rows, family = [], []
    for part, size in sizes.items():
        for place, dose in enumerate(doses):
            by_seed = size[:, place].mean(axis=1)
            spread = by_seed.std(ddof=1) if len(by_seed) > 1 else np.nan
            rows.append({"part": part, "λ1": dose, "mean |y|": by_seed.mean(), "deviation": spread})
            family.append(crossed(size[:, place] - size[:, 0]))
    judged = judge_family(family, settled * len(sizes))
    return pd.concat([pd.DataFrame(rows), judged.drop(columns="verdict").rename(columns={"mean": "change"})], axis=1)


def judge_dose(runs: pd.DataFrame, sizes: Magnitudes) -> Verdict:
    """Whether outputs come nearer to ±1 with every step of the weight of L_Q, on both parts; the weakest decides.

    A step from or to trainings short of their plateau is open either way: longer ones may go elsewhere.

    Args:
        runs: see `magnitudes`.
        sizes: from `magnitudes`.
    """
    doses = sorted(set(runs[DOSE]))
    plateau = [all_converged(select(runs, **{DOSE: dose})) for dose in doses]
    settled = [both for _ in sizes for both in map(all, pairwise(plateau))]
    steps = [crossed(size[:, k + 1] - size[:, k]) for size in sizes.values() for k in range(len(doses) - 1)]
    names = [f"{part}, {low:g} to {high:g}" for part in sizes for low, high in pairwise(doses)]
    judged = judge_family(steps, settled).assign(difference=names)
    judged["verdict"] = judged["verdict"].where(judged["converged"], "inconclusive")
    parts = [f"{part} {', '.join(f'{value:.3f}' for value in size.mean(axis=(0, 2)))}" for part, size in sizes.items()]
    found = judge_rows(judged, over="seeds and items")
    observed = f"mean |y| at λ1 = {', '.join(f'{dose:g}' for dose in doses)}: {'; '.join(parts)}"
    return as_finding(found | {"observed": observed, "why": f"{found['why']}: {described(deciding(judged))}"})


def dose_reading(table: pd.DataFrame) -> str:
    """From which dose on the change can be told from 0.

    Args:
        table: from `dose_table`.
    """
    parts = []
    for part, rows in table.groupby("part", sort=False):
        seen = rows.loc[rows["low"] > 0, "λ1"]
        parts.append((f"from λ1 = {seen.min():g} on" if len(seen) else "at no weight") + f" ({part})")
    return f"The interval of the change of |y| lies above 0 {joined(parts)}."


@style.look()
def dose_lines(table: pd.DataFrame) -> Figure:
    """Mean |y| against λ1, a line a part, with the deviation of the seeds.

    Args:
        table: from `dose_table`.
    """
    drawn, axes = style.figure(columns=1, height=2.4)
    for number, (part, rows) in enumerate(table.groupby("part", sort=False)):
        line = style.line_style(number)
        axes.errorbar(rows["λ1"], rows["mean |y|"], rows["deviation"], label=part, capsize=2, **line)
    axes.set(xlabel="weight λ1 of the quantization loss", ylabel="mean magnitude |y| of outputs")
    axes.legend()
    return drawn
