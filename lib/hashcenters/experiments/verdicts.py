"""Verdicts on the claims that trainings speak to: what was observed, what was expected, and why."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from hashcenters.claims import trend, weakest
from hashcenters.datasets.splits import HashingData
from hashcenters.experiments.csq import LAMBDA_PAIRWISE, LAMBDA_QUANTIZATION, SQUARED, TEXT, Cell
from hashcenters.experiments.scores import per_query_mean, select, validation_precisions
from hashcenters.experiments.views import magnitudes, wrong_signs
from hashcenters.training.run import Run

Verdict = dict[str, Any]


def judge_grid(cells: Sequence[Cell], runs: Sequence[Run], data: HashingData) -> Verdict:
    """Whether the document's λ1 and λ2 beat every other cell of the grid on the validation split.

    The weakest comparison decides: one cell that is better, by an interval over validation samples, and it is
    `not-shown`; one that cannot be told from it, and it is `inconclusive`.
    """
    found = {
        (cell.labels["lambda_1"], cell.labels["lambda_2"]): validation_precisions(run, data)
        for cell, run in zip(cells, runs, strict=True)
    }
    best = max(found, key=lambda pair: np.nanmean(found[pair]))
    named = {
        "observed": f"best cell: λ1 = {best[0]:g}, λ2 = {best[1]:g}",
        "expected": f"λ1 = {LAMBDA_QUANTIZATION:g}, λ2 = {LAMBDA_PAIRWISE:g}",
    }
    theirs = found.pop((LAMBDA_QUANTIZATION, LAMBDA_PAIRWISE), None)
    if theirs is None or not found:
        return {
            "verdict": "inconclusive",
            **named,
            "evidence": "the grid does not hold that pair and another",
        }
    compared = {pair: trend((theirs - other)[~np.isnan(theirs - other)]) for pair, other in found.items()}
    closest = min(compared, key=lambda pair: compared[pair].mean)
    return {
        "verdict": weakest(one.verdict for one in compared.values()),
        **named,
        "evidence": f"validation mAP of the document's pair minus that of λ1 = {closest[0]:g}, λ2 = {closest[1]:g}, "
        f"the best other cell: {compared[closest]}; the weakest of {len(compared)} comparisons decides; one seed",
    }


def judge_binarisation(cells: Sequence[Cell], runs: Sequence[Run], bits: Sequence[int]) -> Verdict:
    """Whether |y| grows by adding L_Q, over trainings paired by length and seed."""
    differences, means = [], {"L_C": [], "L_C + L_Q": []}
    for length in bits:
        for seed in sorted({cell.labels["seed"] for cell in cells}):
            chosen = [
                pair
                for pair in zip(cells, runs, strict=True)
                if pair[0].labels["bits"] == length and pair[0].labels["seed"] == seed
            ]
            found = {
                name: magnitudes(*zip(*chosen, strict=True), loss=name, bits=length).mean() for name in means
            }
            for name, value in found.items():
                means[name].append(value)
            differences.append(found["L_C + L_Q"] - found["L_C"])
    judged = judge_differences(np.array(differences))
    return {
        **judged,
        "observed": f"mean |y| {np.mean(means['L_C']):.3f} without and {np.mean(means['L_C + L_Q']):.3f} with L_Q",
        "expected": "outputs nearer to ±1 with L_Q",
        "evidence": f"change of mean |y| {judged['evidence']}, trainings paired by length and seed",
    }


def judge_differences(differences: np.ndarray) -> Verdict:
    """Verdict and interval of paired differences; fewer than two leave the matter open."""
    if len(differences) < 2:
        return {"verdict": "inconclusive", "evidence": f"{differences.mean():+.4f}, one pair only"}
    found = trend(differences)
    return {"verdict": found.verdict, "evidence": str(found)}


def judge_convergence(histories: pd.DataFrame) -> Verdict:
    """Whether validation samples end nearer to their own center than to any other, in every training.

    Args:
        histories: columns epoch, own_distance, other_distance, bits, seed.
    """
    last = histories[histories.epoch == histories.epoch.max()]
    first = histories[histories.epoch == histories.epoch.min()]
    judged = judge_differences((last.other_distance - last.own_distance).to_numpy())
    parts = [
        f"{bits} bits: {part.own_distance.mean():.1f} to the own, {part.other_distance.mean():.1f} to the next"
        for bits, part in last.groupby("bits")
    ]
    return {
        **judged,
        "observed": "; ".join(parts),
        "expected": "similar items at their common center, dissimilar ones at different centers",
        "evidence": f"distance to the nearest other center minus to the own, in bits: {judged['evidence']}; own "
        f"distance fell from {first.own_distance.mean():.1f} to {last.own_distance.mean():.1f} bits",
    }


def judge_scale(cells: Sequence[Cell], runs: Sequence[Run], data: HashingData, *, bits: int) -> Verdict:
    """Whether the text's L_Q, a sum over bits, costs retrieval beside the squared mean.

    Args:
        cells, runs: trainings with both forms at the same seeds, and any others.
        data: what they learned from.
        bits: length of the codes to look at.
    """
    first, second = (per_query_mean(cells, runs, data, loss=loss, bits=bits) for loss in (SQUARED, TEXT))
    found = trend((first - second)[np.isfinite(first)])
    share = {
        loss: np.mean([wrong_signs(run, data).mean() for run in select(cells, runs, loss=loss, bits=bits)])
        for loss in (SQUARED, TEXT)
    }
    return {
        "verdict": "finding" if found.verdict == "trend" else found.verdict,
        "observed": f"mAP {np.nanmean(first):.4f} with the squared mean, {np.nanmean(second):.4f} with the sum; "
        f"{share[SQUARED]:.1%} and {share[TEXT]:.1%} of the bits of queries are wrong",
        "expected": f"with λ1 = {LAMBDA_QUANTIZATION:g} the sum holds a wrong bit from "
        f"{int(np.ceil(1 / (LAMBDA_QUANTIZATION * np.tanh(1))))} bits on, and there are {bits}",
        "evidence": f"AP difference {found} over queries",
    }
