"""Chapter 05, what became of centers: whether they moved or collapsed, and whether they are binary; without torch."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chapters.shared.derived import MAP, judge_family, records_of
from workbook.intervals import mean_of
from workbook.run_table import declare
from workbook.tables import mean_std

CENTERS, MARGINS = "centers", "margins"  # kinds of tables, see `chapters.shared.derived`
START, END = "mean |c| at the start", "mean |c| at the end"
BINARY = 0.95  # mean |c| from which on centers count as binary
MEASURES = ["minimum", "distinct", "classes", "moved"]
MOVED = 0.01  # of their bits: centers that move in fewer are not called learned
FIXED, LEARNED, FROM_DATA, STILL, COLLAPSED = "fixed", "learned", "made from data", "did not move", "collapsed"
ALIVE = (LEARNED, FROM_DATA)


def center_table(runs: pd.DataFrame, *, kinds: Mapping[str, str]) -> pd.DataFrame:
    """What centers retrieve, and what became of them: a row a method and length.

    Args:
        runs: columns method, bits, seed, mAP, converged; `minimum` distance of two centers (bits), how many are
            `distinct`, of how many `classes`, and the share (0–1) of bits in which they `moved`.
        kinds: what the centers of a method are meant to be: fixed, learned or made from data.

    Returns:
        method, bits, mAP, `bits moved` (share, of learned centers), `minimum distance` (over the seeds), `distinct`
        (centers, mean over the seeds) and `centers`: the kind; "collapsed" where fewer than half of the classes have
        a center of their own, "did not move" where learned ones moved in less than 1 % of their bits.
    """
    scores = mean_std(runs, ["method", "bits"], MAP).set_index(["method", "bits"])[MAP]
    rows = []
    for (method, bits), part in runs.groupby(["method", "bits"], sort=False):
        kind, moved, distinct = kinds[method], part["moved"].mean(), part["distinct"].mean()
        low, high = part["minimum"].min(), part["minimum"].max()
        still = kind == LEARNED and moved < MOVED
        became = COLLAPSED if kind != FIXED and distinct < part["classes"].mean() / 2 else STILL if still else kind
        shown = f"{moved:.1%}" if kind == LEARNED else ""
        apart = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        rows.append((method, bits, scores[method, bits], shown, apart, f"{distinct:.4g}", became))
    columns = ["method", "bits", MAP, "bits moved", "minimum distance", "distinct", "centers"]
    own = {method: kinds[method] for method in runs["method"].unique()}
    measured = records_of(runs, by="method", measures=[MAP, *MEASURES])
    return declare(pd.DataFrame(rows, columns=columns), CENTERS, measured, kinds=own)


def trained_as(sizes: pd.DataFrame) -> pd.Series:
    """What was trained, and with which loss."""
    return sizes["method"] + ", " + sizes["loss"]


def centers_stay(sizes: pd.DataFrame) -> bool:
    """Whether no centers changed their magnitude."""
    return np.allclose(sizes[START], sizes[END], rtol=0, atol=1e-9)


def magnitude_margins(sizes: pd.DataFrame) -> pd.DataFrame | None:
    """By how much centers are what L_Q should make them; None where no centers changed, which says nothing of it.

    Three things are asked of every method, each by an interval over seeds, all as one family: with L_Q |c| ends at
    `BINARY` or more, without it below, and higher with it than without, paired by seed.

    Args:
        sizes: columns loss (with and without L_Q, in this order), method, bits, seed, `START`, `END`, converged.

    Returns:
        asked, bits; mean, low, high, verdict and converged as `judge_family` has them, above 0 where what is asked for
        holds; seeds.
    """
    within, without = dict.fromkeys(sizes["loss"])
    rows, family = [], []
    for method, part in sizes.groupby("method", sort=False):
        if centers_stay(part):
            continue
        end = part.pivot(index="seed", columns="loss", values=END)
        asked = {
            f"{method}: {within} − {BINARY:g}": end[within] - BINARY,
            f"{method}: {BINARY:g} − ({without})": BINARY - end[without],
            f"{method}: {within} − ({without})": end[within] - end[without],
        }
        about = {"bits": part["bits"].iloc[0], "seeds": len(end), "converged": bool(part["converged"].all())}
        rows += [{"asked": name} | about for name in asked]
        family += [mean_of(values.to_numpy()) for values in asked.values()]
    if not rows:
        return None
    about = pd.DataFrame(rows)
    judged = judge_family(family, about["converged"].tolist())
    table = pd.concat([about[["asked", "bits"]], judged, about["seeds"]], axis=1)
    return declare(
        table, MARGINS, records_of(sizes.assign(method=trained_as(sizes)), by="method", measures=[START, END])
    )


def margins_again(runs: pd.DataFrame) -> pd.DataFrame:
    """`magnitude_margins` from the table of runs."""
    names = runs["method"].str.rpartition(", ")
    return magnitude_margins(runs.assign(method=names[0], loss=names[2]))
