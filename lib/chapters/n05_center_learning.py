"""Chapter 05, learned centers against fixed ones: how centers move, and the verdict (CSQ supplement, section 4)."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from chapters.shared.comparisons import Verdict, described
from chapters.shared.readings import joined
from chapters.shared.scores import select
from hashcenters.centers.separation import separation
from hashcenters.codes import binarise
from workbook import style
from workbook.claims import weakest


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
        compared: rows of `compare_methods`.
        learned: names of the kinds that learn their centers.
        bits: the length that decides, where CSQ's centers are Hadamard rows.
    """
    chosen = select(compared, bits=bits)
    chosen = chosen[chosen["difference"].str.contains("|".join(learned))]
    return {
        "verdict": weakest(chosen["verdict"]),
        "observed": described(chosen),
        "length": bits,
        "comparisons": len(chosen),
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


@style.look()
def center_drift(frame: pd.DataFrame) -> Figure:
    """Learned centers over the epochs: bits moved from the start, and the smallest distance between two of them.

    Args:
        frame: columns method, bits, epoch, moved, minimum.
    """
    names = {"moved": "bits moved from start", "minimum": "minimum distance, bits"}
    shown = frame.rename(columns=names)
    shown = shown.melt(["method", "bits", "epoch"], [*names.values()], var_name="shown", value_name="value")
    look = {"lines": "method", "panels": "bits", "rows": "shown", "title": "{} bits", "height": 3.6}
    drawn, axes = style.panels(shown, x="epoch", y="value", sharex=True, **look)
    for axis in axes.flat:
        axis.set_ylim(0, None)
    return drawn
