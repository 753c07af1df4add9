"""Slopes of straight lines through points, each the mean of runs over their seeds, as tables; nothing imports torch."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Num

from basics.errors import InputError
from chapters.shared.derived import MAP, NAMED, judge_family, records_of, stored_again
from workbook.intervals import Mean
from workbook.run_table import declare

SLOPES, LADDER, LINE = "slopes", "ladder", "line"  # kinds of tables, see `chapters.shared.derived`
CLASS_NAMES = "class names"  # what measures quality by texts, and the rung made of them
SHUFFLED = "shuffled"
RUNG_KINDS = ("networks", CLASS_NAMES, "noise", SHUFFLED)
QUALITY = "quality, by "  # begins the name of the quality of centers; what measures it follows
FEWEST_NETWORKS = 5  # from which something of networks may follow
ROUNDING = 1e-12


def kind_of(rung: str) -> str:
    """What a rung is made of, a name in `RUNG_KINDS`.

    >>> kind_of("noise 2"), kind_of("timm:resnet18@64"), kind_of("shuffled")
    ('noise', 'networks', 'shuffled')
    """
    return "noise" if rung.startswith("noise ") else rung if rung in RUNG_KINDS else RUNG_KINDS[0]


def slope_of(x: Num[np.ndarray, " points"], y: Num[np.ndarray, " points"]) -> Mean:
    """The slope of a straight line through points, with Student's interval over points like these.

    It is nan where all points lie above each other, or one is missing; points of shares and correlations that differ
    by less than `ROUNDING` are equal.
    """
    across, up = (np.zeros(len(values)) if np.ptp(values) <= ROUNDING else values - values.mean() for values in (x, y))
    if not across.any() or np.isnan([*across, *up]).any():
        return Mean(float("nan"), ())
    slope = float(across @ up / (across @ across))
    rest, freedom = up - slope * across, len(x) - 2
    return Mean(slope, ((float(rest @ rest / freedom / (across @ across)), freedom),) if freedom > 0 else ())


def line_table(scores: pd.DataFrame, *, by: str, of: str, on: str) -> pd.DataFrame:
    """Whether one measure rises with another over methods, each the mean over its seeds.

    Fewer than `FEWEST_NETWORKS` methods, or one with a single seed, leave it inconclusive.

    Args:
        scores: columns `by`, bits, seed, converged and the measures.
        by: the column that names methods.
        of, on: the measure that should rise, and the one that it should rise with.

    Returns:
        One row: slope of, on; points, and the fewest seeds of one; mean, low, high, verdict and converged as
        `judge_family` has them.
    """
    groups = scores.groupby(by, sort=False)
    means, seeds = groups[[of, on]].mean(skipna=False), int(groups["seed"].nunique().min())
    judged = judge_family([slope_of(means[on].to_numpy(), means[of].to_numpy())], [bool(scores["converged"].all())])
    if len(means) < FEWEST_NETWORKS or seeds < 2:
        judged["verdict"] = "inconclusive"
    about = pd.DataFrame({"slope of": [of], "on": [on], "points": len(means), "seeds": seeds})
    return declare(about.join(judged), LINE, records_of(scores, by=by, measures=[of, on]), by=by, of=of, on=on)


def ladder_table(runs: pd.DataFrame) -> pd.DataFrame:
    """A row a rung: the mean quality of its centers, and mean ± deviation of mAP under each head and network.

    Args:
        runs: as `slope_table` takes them.
    """
    shown = stored_again(runs, by="rung")
    quality = _quality(runs).groupby("rung").mean(skipna=False).loc[shown["rung"]].reset_index(drop=True)
    table = pd.concat([shown.iloc[:, :2], quality, shown.iloc[:, 2:]], axis=1)
    return declare(table, LADDER, records_of(runs, by="method", measures=[MAP, *quality]))


def slope_table(runs: pd.DataFrame, *, heads: Sequence[str], networks: Sequence[str], fold: int) -> pd.DataFrame:
    """Slopes of mAP on the quality of centers: points are rungs of the ladder, each the mean over its seeds.

    Args:
        runs: columns method (from `rung_name`), bits, seed, converged, mAP, and the `QUALITY` of its centers by each
            similarity that measures it.
        heads: under which the codes were learned: the first is SHC's.
        networks: below the heads.
        fold: the first head's slope is held against so many times the second's.

    Returns:
        Columns hash network, head, quality by, rungs; mean, low, high and verdict as `judge_family` has them, all rows
        one family; lowest and highest slope of a seed, by the quality of its own centers; points, converged.
    """
    settled = runs.groupby("method", sort=False)["converged"].all()
    by_seed, quality = runs.pivot(index="method", columns="seed", values=MAP), _quality(runs)
    measures, rungs = [*quality], quality.index.unique("rung")
    first, second = heads
    against = f"{first} − {fold:g} × {second}"
    weights = {first: {first: 1.0}, second: {second: 1.0}, against: {first: 1.0, second: -fold}}
    kept = rungs[[kind_of(rung) == RUNG_KINDS[0] for rung in rungs]]
    wanted = [
        *((head, measures[0], "all", rungs) for head in weights),
        *((head, measures[0], "networks", kept) for head in heads if len(kept) >= FEWEST_NETWORKS),
        *((head, measure, "all", rungs) for measure in measures[1:] for head in heads),
    ]
    rows, means = [], []
    for network, (head, measure, which, points) in product(networks, wanted):
        x = quality[measure].unstack("seed").loc[points, by_seed.columns].to_numpy()
        named = {own: [rung_name(rung, own, network) for rung in points] for own in weights[head]}
        y = sum(weight * by_seed.loc[named[own]].to_numpy() for own, weight in weights[head].items())
        slope = slope_of(x.mean(axis=1), y.mean(axis=1))
        of_seeds = [slope_of(*one).estimate for one in zip(x.T, y.T, strict=True)]
        means.append(slope if len(of_seeds) > 1 else Mean(slope.estimate, ()))
        rows.append(
            {"hash network": network, "head": head, "quality by": measure.removeprefix(QUALITY), "rungs": which}
            | {"lowest, a seed": min(of_seeds), "highest, a seed": max(of_seeds), "points": len(x)}
            | {"converged": bool(settled[[name for names in named.values() for name in names]].all())}
        )
    table = pd.DataFrame(rows)
    judged = judge_family(means, table["converged"].tolist()).drop(columns="converged")
    table = pd.concat([table.iloc[:, :4], judged, table.iloc[:, 4:]], axis=1)
    records = records_of(runs, by="method", measures=[MAP, *measures])
    return declare(table, SLOPES, records, heads=[*heads], networks=[*networks], fold=fold)


def _quality(runs: pd.DataFrame) -> pd.DataFrame:
    """The quality of the centers of every rung and seed, by these.

    Raises:
        InputError: runs on the same centers do not agree on it.
    """
    measures = [name for name in runs if name.startswith(QUALITY)]
    same = runs.assign(rung=runs["method"].str.rpartition(NAMED)[0]).groupby(["rung", "seed"], sort=False)[measures]
    apart = (same.max() - same.min() > ROUNDING).any(axis=1)
    if apart.any():
        rung, seed = apart.idxmax()
        raise InputError(f"the centers of {rung}, seed {seed}, must have the same quality in all runs on them")
    return same.first()


def rung_name(rung: str, head: str, network: str) -> str:
    """The name of a run of the ladder in the table of runs."""
    return f"{rung}{NAMED}{head}, {network}"
