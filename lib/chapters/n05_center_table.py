"""Chapter 05, what became of centers: they stay, move, stand still or collapse. Nothing here imports torch."""

from collections.abc import Mapping

import pandas as pd

from chapters.shared.derived import MAP, records_of
from workbook.run_table import declare
from workbook.tables import mean_std

CENTERS = "centers"  # a kind of tables, see `chapters.shared.derived`
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
