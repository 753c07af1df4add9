"""Chapter 05, learned centers against fixed ones: how centers move, and the verdict (CSQ supplement, section 4)."""

from collections.abc import Iterator, Sequence

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
    return pd.DataFrame(_center_paths(runs))


def _center_paths(runs: pd.DataFrame) -> Iterator[dict[str, object]]:
    for method, bits, run in runs[["method", "bits", "run"]].itertuples(index=False):
        path = [binarise(centers) for centers in run.centers_by_epoch()]
        for epoch, centers in enumerate(path):
            report = separation(centers)
            yield {
                "method": method,
                "bits": bits,
                "epoch": epoch,
                "minimum": report.minimum,
                "mean": report.mean,
                "moved": float((centers != path[0]).sum(axis=1).mean()),
                "duplicates": report.duplicates,
            }


def final_separation(runs: pd.DataFrame) -> pd.DataFrame:
    """Separation of the centers that trainings end with: method, bits, distances, duplicates."""
    rows = []
    for method, bits, run in runs[["method", "bits", "run"]].itertuples(index=False):
        report = separation(binarise(run.centers_by_epoch()[-1]))
        rows.append(
            {
                "method": method,
                "bits": bits,
                "minimum": report.minimum,
                "mean": report.mean,
                "pairs below K/2": report.below_half,
                "duplicates": report.duplicates,
                "upper bound": report.upper_bound,
            }
        )
    return pd.DataFrame(rows)


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
        "expected": "no learned kind retrieves better than fixed Hadamard centers",
        "evidence": f"mAP differences at {bits} bits with 95 % intervals over queries, averaged over seeds; the "
        f"weakest of {len(chosen)} comparisons decides",
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
