"""CSQ's Fig. S.1 as a question to codes: are items nearest to the center of their own class?

One rule for trainings of this workbook and for the authors' released outputs: of the items that a network learned
from, `GATHERED` are nearer to their own center than to any other, each single one counted. The distances in the mean
are told beside it and decide nothing: a class can be nearest to its own center in the mean with many items elsewhere.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from jaxtyping import Bool, Int, Int8, Num

from chapters.shared.comparisons import judge_rows
from chapters.shared.derived import Verdict, level_table
from chapters.shared.scores import converged
from hashcenters.codes import binarise, hamming_distance
from hashcenters.datasets.splits import HashingData
from hashcenters.losses.targets import membership
from workbook.intervals import Mean

GATHERED = 0.9  # share of the items that has to be nearest to their own center
LEARNED, ASKED = "training items", "queries"


def center_distances(
    outputs: Num[np.ndarray, "n bits"],
    labels: Int[np.ndarray, " n"] | Num[np.ndarray, "n num_classes"],
    centers: Int8[np.ndarray, "num_classes bits"],
) -> pd.DataFrame:
    """How codes stand to the centers.

    Returns:
        One row an item: distance in bits of its code to the nearest center of its own classes (`own`) and to the
        nearest of any other (`next`), and whether the own is the nearest (`nearest`; a tie counts against).
    """
    distance = hamming_distance(binarise(outputs), centers).astype(float)
    mine = membership(torch.from_numpy(labels), len(centers)).numpy() > 0
    own, other = (np.where(which, distance, np.inf).min(axis=1) for which in (mine, ~mine))
    return pd.DataFrame({"own": own, "next": other, "nearest": own < other})


def share_of_clusters(hits: Bool[np.ndarray, " n"], clusters: Int[np.ndarray, " n"]) -> Mean:
    """The share of items, each counted once, with the variance that whole clusters of them bring.

    Source: W. G. Cochran, Sampling Techniques, the ratio of two sums over clusters.
    """
    counted = pd.Series(hits).groupby(clusters).agg(["sum", "size"])
    share = hits.mean()
    rest = (counted["sum"] - share * counted["size"]) / counted["size"].mean()
    return Mean(float(share), ((float(rest.var(ddof=1)) / len(counted), len(counted) - 1),))


def gathering_table(runs: pd.DataFrame, data: HashingData) -> pd.DataFrame:
    """How the codes of trainings stand to the centers, of what they learned from and of queries.

    Args:
        runs: trainings with labels bits and seed.
        data: what they learned from.

    Returns:
        One row a training and part: bits, seed, part, own, next (mean distances in bits), nearest (share, 0–1) and
        converged.
    """
    rows = []
    for bits, seed, run in runs[["bits", "seed", "run"]].itertuples(index=False):
        centers = run.config.center_array()
        codes = {LEARNED: (run.codes("train"), data.train), ASKED: (run.codes("query"), data.query)}
        for part, (found, samples) in codes.items():
            mean = center_distances(found, samples.labels, centers)[["own", "next", "nearest"]].mean()
            rows.append({"bits": bits, "seed": seed, "part": part, **mean, "converged": converged(run.history())})
    return pd.DataFrame(rows)


def nearest_shares(table: pd.DataFrame) -> pd.DataFrame:
    """The share of training items nearest to their own center, held against `GATHERED` at every length.

    Args:
        table: from `gathering_table`.
    """
    return level_table(table[table["part"] == LEARNED], by="part", measure="nearest", bar=GATHERED)


def judge_gathering(shares: pd.DataFrame, table: pd.DataFrame) -> Verdict:
    """Whether training items end nearest to the center of their own class, at every length.

    Args:
        shares: from `nearest_shares`.
        table: from `gathering_table`.
    """
    names = [f"{bits} bits" for bits in shares["bits"]]
    return judge_shares(shares, names, over="seeds") | {"observed": gathering_reading(table)}


def judge_shares(judged: pd.DataFrame, names: Sequence[str], *, over: str) -> Verdict:
    """Whether each share of items nearest to their own center is above `GATHERED`; the weakest decides.

    Args:
        judged: a row a share, of `judge_family` with a margin of −`GATHERED`.
        names: what tells the shares apart.
        over: what the intervals cover.
    """
    ends = judged[["mean", "low", "high"]].itertuples(index=False)
    told = [
        f"{name} {mean:.1%}" + ("" if np.isnan(low) else f" [{low:.1%}, {min(high, 1):.1%}]")
        for name, (mean, low, high) in zip(names, ends, strict=True)
    ]
    found = judge_rows(judged, margin=-GATHERED, over=over)
    return found | {"shares": "; ".join(told), "asked": GATHERED}


def gathering_reading(table: pd.DataFrame) -> str:
    """Distances and shares in the mean over seeds, by length: of training items, and the share of queries.

    Args:
        table: from `gathering_table`.
    """
    means = table.groupby(["part", "bits"])[["own", "next", "nearest"]].mean()
    asked = means.loc[ASKED, "nearest"]
    parts = [
        f"{bits} bits: {row.own:.1f} to the own, {row.next:.1f} to the next, {row.nearest:.1%} nearest to their own "
        f"(queries {asked[bits]:.1%})"
        for bits, row in means.loc[LEARNED].iterrows()
    ]
    return f"training items, {'; '.join(parts)}"
