"""Chapter 05, learned centers against fixed ones: how centers move, and the verdict (CSQ supplement, section 4)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from chapters.shared.comparisons import MARGIN, Verdict, described, judge_family, overall, why, with_interval
from chapters.shared.readings import joined
from chapters.shared.scores import converged, select
from hashcenters.centers.separation import separation
from hashcenters.codes import binarise
from workbook import style
from workbook.intervals import mean_of, prediction
from workbook.literature import Published

BINARY = 0.95  # mean |c| from which on centers count as binary


def center_paths(runs: pd.DataFrame) -> pd.DataFrame:
    """How the binarised centers of methods that learn them stand after every epoch.

    Args:
        runs: trainings of one seed, labels method and bits.

    Returns:
        columns method, bits, epoch, minimum and mean (distances between centers, in bits), moved (bits in which a
        center differs from its start, mean) and duplicates.
    """
    rows = []
    for method, bits, run in runs[["method", "bits", "run"]].itertuples(index=False):
        path = [binarise(centers) for centers in run.centers_by_epoch()]
        for epoch, centers in enumerate(path):
            found, moved = separation(centers), float((centers != path[0]).sum(axis=1).mean())
            rows.append((method, bits, epoch, found.minimum, found.mean, moved, found.duplicates))
    return pd.DataFrame(rows, columns=["method", "bits", "epoch", "minimum", "mean", "moved", "duplicates"])


def final_separation(runs: pd.DataFrame) -> pd.DataFrame:
    """Separation of the centers that trainings end with: method, bits, distances, duplicates."""
    rows = []
    for method, bits, run in runs[["method", "bits", "run"]].itertuples(index=False):
        found = separation(binarise(run.centers_by_epoch()[-1]))
        measured = (found.minimum, found.mean, found.below_half, found.duplicates, found.upper_bound)
        rows.append((method, bits, *measured))
    measures = ["minimum", "mean", "pairs below K/2", "duplicates", "upper bound"]
    return pd.DataFrame(rows, columns=["method", "bits", *measures])


def judge_fixed(compared: pd.DataFrame, *, learned: Sequence[str], bits: int) -> Verdict:
    """Whether CSQ's centers retrieve at least as well as each learned kind at one length.

    Args:
        compared: rows of `compare_methods`, judged with `MARGIN`.
        learned: names of the kinds that learn their centers.
        bits: the length that decides, where CSQ's centers are Hadamard rows.
    """
    chosen = select(compared, bits=bits)
    chosen = chosen[chosen["difference"].str.contains("|".join(learned))]
    better = chosen.loc[chosen["low"] > 0, "difference"].tolist()
    return {
        "verdict": overall(chosen["verdict"], margin=MARGIN),
        "observed": described(chosen),
        "length": bits,
        "margin": MARGIN,
        "why": why(chosen, margin=MARGIN) + (f"; better, not only as good: {', '.join(better)}" if better else ""),
    }


def center_magnitudes(runs: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """How near to ±1 the centers are that trainings end with.

    Args:
        runs: trainings by what they are trained with; labels method, seed, run.

    Returns:
        Columns `loss`, `method`, `seed`, `start` and `end` (mean |c| before and after training, 0–1), `converged`.
    """
    rows = []
    for loss, trained in runs.items():
        for method, seed, run in trained[["method", "seed", "run"]].itertuples(index=False):
            path = run.centers_by_epoch()
            start, end = (float(np.abs(centers).mean()) for centers in (path[0], path[-1]))
            rows.append((loss, method, seed, start, end, converged(run.history())))
    return pd.DataFrame(rows, columns=["loss", "method", "seed", "start", "end", "converged"])


def judge_center_magnitudes(table: pd.DataFrame) -> Verdict:
    """Whether L_Q makes learned centers binary: |c| rises with it, paired by seed, and ends near 1; of every method.

    A method whose centers start at ±1 and never leave it says nothing of L_Q. One seed is no evidence.

    Args:
        table: from `center_magnitudes`, with and without L_Q, in this order.
    """
    within, without = dict.fromkeys(table["loss"])
    changing, parts = {}, []
    for method, part in table.groupby("method", sort=False):
        mean = part.groupby("loss")["end"].mean()
        named = f"{method}: {mean[within]:.3f} and {mean[without]:.3f}"
        if (part[["start", "end"]] >= BINARY).all(axis=None):
            parts.append(f"{named}, binary from the start")
        else:
            changing[named] = part
    ends = [part.pivot(index="seed", columns="loss", values="end") for part in changing.values()]
    rises = [mean_of((end[within] - end[without]).to_numpy()) for end in ends]
    judged = judge_family(rises, [bool(part["converged"].all()) for part in changing.values()])
    for named, end, row in zip(changing, ends, judged.itertuples(), strict=True):
        parts.append(f"{named}, change {with_interval(row.mean, row.low, row.high)}")
        if row.verdict == "trend" and end[within].mean() < BINARY:
            judged.loc[row.Index, "verdict"] = "not-shown"
    return {
        "verdict": overall(judged["verdict"]) if changing else "inconclusive",
        "observed": f"mean |c| with and without L_Q at the end: {'; '.join(parts)}",
        "tolerance": f"mean |c| of {BINARY:g} counts as binary",
    }


def magnitude_reading(table: pd.DataFrame) -> str:
    """Mean |c| at the end of every method's trainings, with and without L_Q.

    Args:
        table: from `center_magnitudes`.
    """
    mean = table.groupby(["method", "loss"], sort=False)["end"].mean()
    parts = [f"{value:.3f} ({method}, {loss})" for (method, loss), value in mean.items()]
    return f"The mean of |c| at the end is {joined(parts)}."


def judge_checkpoint(table: Sequence[Published], checkpoint: Sequence[Published], *, draws: int = 5) -> Verdict:
    """Whether a data set's checkpoint is one more draw of those that the table averages, by a prediction interval.

    The printed deviation is read in percentage points, and taken at the upper end of its rounding.

    Args:
        table: CSQ's Table 1.
        checkpoint: one number, of a data set of the table.
        draws: behind each number of the table.
    """
    (other,) = checkpoint
    printed = next(number for number in table if number.column == other.column.split(" 64")[0])
    rounding = 0.5 * 10**-printed.digits
    low, high = prediction(printed.value, (printed.plus_minus + 0.005) / 100, draws)
    low, high = low - rounding, high + rounding
    outside = not low <= other.value <= high
    return {
        "verdict": "finding" if outside else "inconclusive",
        "observed": f"{printed.column}: {printed.text} printed, {other.text} in the checkpoint's name, which lies "
        f"{'outside' if outside else 'inside'} {low:.4f} to {high:.4f}",
    }


def drift_reading(drift: pd.DataFrame) -> str:
    """How far the centers of every method have moved at the longest code, and what distance is left.

    Args:
        drift: from `center_paths`.
    """
    longest = select(drift, bits=drift["bits"].max())
    last = select(longest, epoch=longest["epoch"].max())
    parts = [
        f"{row.method} centers have moved {row.moved:.1f} bits and the closest two are {row.minimum} apart"
        for row in last.itertuples()
    ]
    return f"At {last['bits'].iloc[0]} bits {joined(parts)}."


def duplicates_reading(separations: pd.DataFrame, fixed: Sequence[str]) -> str:
    """Fixed centers that repeat others, which costs mAP: nothing tells their classes apart.

    Args:
        separations: from `final_separation`.
        fixed: names of the kinds that are not learned.
    """
    found = separations[separations["method"].isin(fixed) & (separations["duplicates"] > 0)]
    if found.empty:
        return "No two classes share a fixed center."
    parts = [f"{row.duplicates} of {row.method} at {row.bits} bits" for row in found.itertuples()]
    return (
        f"Among the fixed centers some repeat others ({joined(parts)}), as Definition 1 allows, which asks for the "
        "mean distance alone; their classes cannot be told apart, and the mAP above includes them."
    )


@style.look()
def center_drift(frame: pd.DataFrame) -> Figure:
    """Learned centers over the epochs: bits moved from the start, and the smallest distance between two of them.

    Args:
        frame: columns method, bits, epoch, moved, minimum.
    """
    names = {"moved": "bits moved", "minimum": "smallest distance"}
    shown = frame.rename(columns=names)
    shown = shown.melt(["method", "bits", "epoch"], [*names.values()], var_name="shown", value_name="value")
    look = {"lines": "method", "panels": "bits", "rows": "shown", "title": "{} bits", "height": 3.6}
    drawn, axes = style.panels(shown, x="epoch", y="value", sharex=True, **look)
    for axis in axes.flat:
        top = max(1.0, axis.get_ylim()[1])
        axis.set_ylim(-0.04 * top, 1.04 * top)
        axis.locator_params(axis="both", integer=True, nbins=6)
        if not any(np.any(line.get_ydata()) for line in axis.lines):
            axis.text(
                0.5, 0.5, "two centers are one\nfrom the start on", transform=axis.transAxes, ha="center", va="center"
            )
    return drawn
