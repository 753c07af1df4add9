"""CSQ's Table 1: mAP over draws of the centers, and whether the draws differ by less than a point."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from chapters.shared.derived import Verdict, records_of
from chapters.shared.readings import hundredths
from hashcenters.datasets.splits import HashingData
from workbook.claims import side, weakest
from workbook.intervals import Spread, holm, spread_of_rows
from workbook.run_table import DERIVED, RECORDED, declare

DRAWS = "draws"  # a kind of tables, see `chapters.shared.derived`
PRINTED_DEVIATIONS = (0.13, 0.35)  # percentage points, the smallest and the largest of Table 1
NONE = "one seed tells nothing"
DRAW_LIMIT = 1.0  # percentage points: the upper end of the interval that five draws leave to the paper's largest, 0.35


def draw_row(kind: str, scores: pd.DataFrame, data: HashingData) -> dict[str, Any]:
    """One row of CSQ's Table 1: mean of mAP, and its standard deviation over draws of the centers.

    Args:
        kind: of the data.
        scores: a row a training, with labels `method` (the draw), `bits` and `seed`; several seeds a draw tell the
            components of variance: draws, seeds (of all draws alike), and the rest.
        data: what they learned from.
    """
    return _row(kind, scores, dataset=data.name, protocol=data.protocol)


def _row(kind: str, scores: pd.DataFrame, **about: str) -> dict[str, Any]:
    points = 100 * scores.pivot(index="method", columns="seed", values="mAP").to_numpy()
    spread, several = spread_of_rows(points), points.shape[1] > 1
    low, high = spread.interval()
    mean, deviation = scores["mAP"].mean(), spread.estimate
    return {
        "data": kind,
        "mAP": f"{mean:.4f} ± {hundredths(deviation)} pp",
        "95 % interval of the ±": f"{low:.2f} to {high:.2f} pp",
        "σ of seeds": _deviation(spread_of_rows(points.T)) if several else NONE,
        "σ of the rest": f"{hundredths(spread.noise**0.5)} pp" if several else NONE,
        "mAP_mean": mean,
        "spread": spread,
        "draws": scores["method"].nunique(),
        "seeds a draw": scores["seed"].nunique(),
        "converged": f"{scores['converged'].sum()} of {len(scores)}",
        "runs": records_of(scores.assign(method=f"{kind}, " + scores["method"]), by="method"),
        **about,
    }


def _deviation(spread: Spread) -> str:
    low, high = spread.interval()
    return f"{hundredths(spread.estimate)} pp ({low:.2f} to {high:.2f})"


def data_across(rows: pd.DataFrame) -> pd.DataFrame:
    """Table 1 as it is printed, a column a data set: numbers of different protocols never share a column.

    Args:
        rows: of `draw_row`.
    """
    judged = [f"{low:.2f} to {high:.2f} pp" for low, high in holm(rows["spread"].tolist(), against=DRAW_LIMIT)]
    shown = rows.set_index("data").drop(columns=["mAP_mean", "spread", "runs"]).astype(str)
    shown.insert(2, "the same by Holm's procedure", judged)
    table = shown.T.rename_axis(index="quantity", columns=None).reset_index()
    about = rows.set_index("data")[["dataset", "protocol"]].to_dict("index")
    return declare(table, DRAWS, [run for runs in rows["runs"] for run in runs], about=about)


def draws_again(runs: pd.DataFrame, *, about: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """`data_across` from the table of runs."""
    return data_across(_rows_again(runs, about))


def _rows_again(runs: pd.DataFrame, about: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    own = {kind: runs[runs["method"].str.startswith(f"{kind}, ")] for kind in about}
    return pd.DataFrame([_row(kind, own[kind], **about[kind]) for kind in about])


def judge_draws(drawn: pd.DataFrame) -> Verdict:
    """Whether draws of the centers differ by less than a point, by the interval of their standard deviation.

    With one seed a draw nothing tells the draws from their trainings, which leaves the question open.

    Args:
        drawn: from `data_across`.
    """
    known = drawn.attrs[DERIVED]
    table = _rows_again(pd.DataFrame(known["runs"]), **known["options"])
    ends = holm(table["spread"].tolist(), against=DRAW_LIMIT)
    verdict = weakest(side(-high, -low, of=-DRAW_LIMIT) for low, high in ends)
    settled = all(count == total for count, total in table["converged"].str.split(" of "))
    several = bool((table["seeds a draw"] > 1).all())
    parts = [
        f"intervals of σ from {table['draws'].min()} draws at the level of Holm's procedure, "
        f"{'apart from the spread of trainings' if several else 'with all else fixed'}: "
        + "; ".join(f"{name} {low:.2f} to {high:.2f}" for name, (low, high) in zip(table["data"], ends, strict=True)),
        f"the bound is what five draws leave open of the paper's own {PRINTED_DEVIATIONS[1]:g}",
        *([] if several else ["one seed a draw is no evidence"]),
        *([] if settled else ["trainings without a plateau earn no trend"]),
    ]
    return {
        "verdict": verdict if several and (settled or verdict != "trend") else "inconclusive",
        "observed": "; ".join(f"{row.data} {row.mAP}" for row in table.itertuples()),
        "why": "; ".join(parts),
        "follows": [{"table": drawn.attrs[RECORDED]}] if RECORDED in drawn.attrs else (),
        "printed": PRINTED_DEVIATIONS,
        "limit": DRAW_LIMIT,
    }
