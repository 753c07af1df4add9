"""Chapter 05, learned centers against fixed ones: how centers move, and the verdict (CSQ supplement, section 4)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Int8
from matplotlib.figure import Figure

from chapters.n05_center_table import (
    ALIVE,
    BINARY,
    END,
    FIXED,
    FROM_DATA,
    LEARNED,
    MEASURES,
    START,
    centers_stay,
    trained_as,
)
from chapters.shared.comparisons import MARGIN, Verdict, as_finding, deciding, described, judge_rows
from chapters.shared.derived import differences_again, listed_table, settled_as
from chapters.shared.encoding import of_training_split
from chapters.shared.readings import joined
from chapters.shared.scores import converged, select
from hashcenters.centers.separation import separation
from hashcenters.codes import binarise
from hashcenters.losses.magnet import batch_centers
from hashcenters.losses.targets import membership
from hashcenters.sweep import or_stand_in
from hashcenters.training.loop import one_thread
from hashcenters.training.run import Run, load_data, run_key
from workbook import style
from workbook.intervals import prediction
from workbook.literature import Published
from workbook.run_table import DERIVED

WIDER = 0.01  # of mAP: what wider centers are to gain
Centers = Int8[np.ndarray, "num_classes bits"]


def last_centers(run: Run) -> Centers:
    """The signs of the centers that a training ends with."""
    return binarise(run.centers_by_epoch()[-1])


def mean_centers(run: Run) -> Centers:
    """The signs of the class means of a network's outputs over the whole training split.

    Source: CSQ supplement, Eq. S.10, with the training split in the place of a mini-batch.
    """
    labels = load_data(run.config.dataset, run.config.dataset_options).train.labels
    member = membership(torch.from_numpy(labels), len(run.config.centers))
    with one_thread():  # a sign near 0 must not depend on how many there are
        outputs = torch.from_numpy(of_training_split(run))
    return binarise(batch_centers(outputs, member, torch.zeros(member.shape[1], outputs.shape[1])).numpy())


CENTERS_OF = {FROM_DATA: mean_centers, LEARNED: last_centers}


def centers_after(firsts: pd.DataFrame) -> dict[tuple[str, int, int], Centers]:
    """What first trainings leave to be fixed, by method, bits and seed; random centers where these are only counted.

    Args:
        firsts: trainings, labels method, kind ("learned" or "made from data"), bits and seed.
    """

    def stand_in(run: Run) -> Centers:
        shape = np.shape(run.config.centers)
        return 2 * np.random.default_rng(int(run_key(run.config), 16)).integers(0, 2, shape).astype(np.int8) - 1

    return {
        (method, bits, seed): or_stand_in(
            lambda run=run, kind=kind: CENTERS_OF[kind](run), lambda run=run: stand_in(run)
        )
        for method, kind, bits, seed, run in firsts[["method", "kind", "bits", "seed", "run"]].itertuples(index=False)
    }


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


def center_measures(
    runs: pd.DataFrame, starts: Mapping[tuple[int, int], Centers], scored: pd.DataFrame
) -> pd.DataFrame:
    """The scores of trainings, with what the centers (their signs) are that they end with, as `center_table` takes it.

    Args:
        runs: trainings, labels method, bits and seed.
        starts: the random centers of every length and seed, in whose share (0–1) of bits `moved` is counted.
        scored: from `score_table`, of the same trainings.
    """
    rows = []
    for method, bits, seed, run in runs[["method", "bits", "seed", "run"]].itertuples(index=False):
        centers = last_centers(run)
        found, moved = separation(centers), float((centers != starts[bits, seed]).mean())
        rows.append((method, bits, seed, found.minimum, len(centers) - found.duplicates, len(centers), moved))
    labels = ["method", "bits", "seed"]
    return scored.merge(pd.DataFrame(rows, columns=[*labels, *MEASURES]), on=labels)


def judge_fixed(compared: pd.DataFrame, centers: pd.DataFrame, printed: pd.DataFrame, *, bits: int) -> Verdict:
    """Whether CSQ's centers retrieve at least as well as those of each living rival at one length.

    Args:
        compared: rows of `compare_methods`, judged with `MARGIN`.
        centers: from `center_table`; a rival lives where its centers are learned or made from data.
        printed: the same of the rivals as printed, which are told and do not count.
        bits: the length that decides, where CSQ's centers are Hadamard rows.
    """
    of_length = select(centers, bits=bits)
    rivals = of_length[of_length["centers"] != FIXED]
    living = rivals.loc[rivals["centers"].isin(ALIVE), "method"]
    chosen = select(compared, bits=bits)
    chosen = chosen[chosen["difference"].isin([f"CSQ centers − {name}" for name in living])]
    judged = {"verdict": "inconclusive", "observed": "no living rival", "why": "no rival is alive"}
    judged = judge_rows(chosen, margin=MARGIN) if len(chosen) else judged
    better = chosen.loc[(chosen["low"] > 0) & chosen["converged"], "difference"].tolist()
    dead = pd.concat([rivals[~rivals["method"].isin(living)], select(printed, bits=bits)])
    aside = [f"{row.method}: {row.centers}, mAP {row.mAP}" for row in dead.itertuples()]
    ahead = compared[(compared["high"] < 0) & (compared["bits"] != bits)]
    ahead = ahead[ahead["difference"].isin([f"CSQ centers − {name}" for name in rivals["method"]])]
    elsewhere = [f"{row.difference} at {row.bits} bits" for row in ahead.itertuples()]
    return judged | {
        "observed": f"{judged['observed']}; at other lengths below 0: "
        f"{', '.join(elsewhere) or 'none'}; aside: {'; '.join(aside) or 'none'}",
        "length": bits,
        "margin": MARGIN,
        "why": judged["why"] + (f"; better, not only as good: {', '.join(better)}" if better else ""),
    }


def settled_twice(scores: pd.DataFrame, first_runs: pd.DataFrame) -> pd.DataFrame:
    """Scores of rivals of two trainings, which have converged only where the first trainings have too.

    Args:
        scores: columns method, bits, seed and converged.
        first_runs: the trainings that centers were taken from; labels method, bits and seed.
    """
    labels = ["method", "bits", "seed"]
    early = first_runs.set_index(labels)["run"].map(lambda run: converged(run.history()))
    early = early.reindex(pd.MultiIndex.from_frame(scores[labels]), fill_value=True)
    return scores.assign(converged=scores["converged"] & early.to_numpy(dtype=bool))


def compared_twice(compared: pd.DataFrame, scored: pd.DataFrame) -> pd.DataFrame:
    """Comparisons by `compare_methods`, whose runs have converged where `settled_twice` says so.

    Args:
        compared: the comparisons.
        scored: from `settled_twice`, of all their trainings.
    """
    known = compared.attrs[DERIVED]
    return differences_again(settled_as(scored, pd.DataFrame(known["runs"]), by="method"), **known["options"])


def judge_wider(compared: pd.DataFrame) -> Verdict:
    """Whether one kind of centers gains `WIDER` of mAP over another, at one length.

    Args:
        compared: one row of `compare_pairs`, judged with a margin of −`WIDER`.
    """
    about = {"least": WIDER, "length": int(compared["bits"].iloc[0])}
    return as_finding(judge_rows(compared, margin=-WIDER) | about)


def center_magnitudes(runs: pd.DataFrame) -> pd.DataFrame:
    """How near to ±1 the centers are that trainings end with, a row a training.

    Args:
        runs: trainings; labels loss, method, bits, seed, run.

    Returns:
        Columns `loss`, `method`, `bits`, `seed`, `START` and `END` (mean |c|, 0–1), `converged`.
    """
    rows = []
    for *labels, run in runs[["loss", "method", "bits", "seed", "run"]].itertuples(index=False):
        path = run.centers_by_epoch()
        start, end = (float(np.abs(centers).mean()) for centers in (path[0], path[-1]))
        rows.append((*labels, start, end, converged(run.history())))
    return pd.DataFrame(rows, columns=["loss", "method", "bits", "seed", START, END, "converged"])


def magnitude_table(sizes: pd.DataFrame) -> pd.DataFrame:
    """Means and deviations of `center_magnitudes` over the seeds."""
    return listed_table(sizes.assign(centers=trained_as(sizes)), by="centers", measures=[START, END])


def judge_center_magnitudes(sizes: pd.DataFrame, margins: pd.DataFrame | None) -> Verdict:
    """Whether L_Q makes learned centers binary, which are continuous without it; the weakest of what is asked decides.

    Args:
        sizes: from `center_magnitudes`.
        margins: from `magnitude_margins`.
    """
    found = {"verdict": "inconclusive", "why": "no centers changed"}
    if margins is not None:
        found = judge_rows(margins, over="seeds")
        found |= {"why": f"{found['why']}: {described(deciding(margins.rename(columns={'asked': 'difference'})))}"}
    parts = []
    for method, part in sizes.groupby("method", sort=False):
        ends = part.groupby("loss", sort=False)[END].mean()
        parts.append(
            f"{method} {' and '.join(map('{:.3f}'.format, ends))}{', unchanged' if centers_stay(part) else ''}"
        )
    return found | {"observed": f"mean |c| with and without L_Q at the end: {'; '.join(parts)}", "binary": BINARY}


def magnitude_reading(sizes: pd.DataFrame) -> str:
    """Mean |c| at the end of every method's trainings, with and without L_Q.

    Args:
        sizes: from `center_magnitudes`.
    """
    mean = sizes.groupby(["method", "loss"], sort=False)[END].mean()
    parts = [f"{value:.3f} ({method}, {loss})" for (method, loss), value in mean.items()]
    return f"The mean of |c| at the end is {joined(parts)}."


def judge_checkpoint(table: Sequence[Published], checkpoint: Sequence[Published], *, draws: int = 5) -> Verdict:
    """Whether a data set's checkpoint is one more draw of those that the table averages, by a prediction interval.

    The printed deviation is read in percentage points.

    Args:
        table: CSQ's Table 1.
        checkpoint: one number, of a data set of the table.
        draws: behind each number of the table.
    """
    (other,) = checkpoint
    printed = next(number for number in table if number.column == other.column.split(" 64")[0])
    low, high = prediction(printed.value, (printed.plus_minus or 0.0) / 100, draws)
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
    last = longest.drop_duplicates("method", keep="last")  # which need not have had as many passes
    parts = [f"{row.moved:.1f} and {row.minimum} ({row.method})" for row in last.itertuples()]
    return f"At {last['bits'].iloc[0]} bits, bits moved and distance of the closest two: {joined(parts)}."


def fixed_reading(centers: pd.DataFrame) -> str:
    """What fixed centers retrieve at the shortest code, from the best to the worst, and how far they are apart.

    Args:
        centers: from `center_table`.
    """
    shortest = select(centers, bits=centers["bits"].min(), centers=FIXED)
    ordered = shortest.sort_values("mAP", ascending=False, kind="stable")  # texts of one width
    rows = ordered[["method", "mAP", "minimum distance"]].itertuples(index=False)
    parts = [f"{method} {score} ({apart})" for method, score, apart in rows]
    return f"At {shortest['bits'].iloc[0]} bits, mAP of fixed centers and bits between their closest: {joined(parts)}."


def centers_reading(centers: pd.DataFrame) -> str:
    """What became of the centers of every rival at the longest code, and which fixed centers repeat others.

    Args:
        centers: from `center_table`.
    """
    longest = select(centers, bits=centers["bits"].max())
    rivals = longest[longest["centers"] != FIXED]
    parts = [
        f"{method}: {became}, the closest two {apart} bits apart"
        for method, became, apart in rivals[["method", "centers", "minimum distance"]].itertuples(index=False)
    ]
    fixed = centers[(centers["centers"] == FIXED) & centers["minimum distance"].str.match("0( to|$)")]
    repeat = [f"{row.method} at {row.bits} bits" for row in fixed.itertuples()]
    told = (
        f" Some fixed centers repeat others ({joined(repeat)}), as Definition 1 allows, which asks for the mean "
        "distance alone; their classes cannot be told apart, and the mAP above includes them."
        if repeat
        else " No two classes share a fixed center."
    )
    return (f"At {longest['bits'].iloc[0]} bits {joined(parts)}." if parts else "") + told


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
