"""What the tables of notebook 08 say, in sentences with the numbers of this run."""

from collections.abc import Sequence

import pandas as pd

from chapters.n08_retrieval.ties import RELEASED
from chapters.shared.code_sets import SavedCodes
from chapters.shared.readings import joined


def found_sets(names: Sequence[str]) -> str:
    """Which released and trained code sets are there.

    >>> found_sets(["HMDB51, 64 bits", "scenes, 16 bits"])
    'Released or trained sets found: HMDB51, 64 bits; scenes, 16 bits.'
    """
    if names:
        return f"Released or trained sets found: {'; '.join(names)}."
    return f"Released or trained sets found: none. CSQ's video codes belong under `{RELEASED}` of the data folder."


def tie_spread(ties: pd.DataFrame) -> str:
    """How far the tie rules lie apart, from the shortest to the longest simulated codes and for every other set.

    Args:
        ties: from `ties.tie_table`.
    """
    simulated = ties[ties["origin"] == "simulated"].sort_values("bits")
    short, long = simulated.iloc[0], simulated.iloc[-1]
    others = [
        f"{name}: spread {spread:.4f}."
        for name, spread in ties.loc[ties["origin"] != "simulated", ["codes", "spread"]].itertuples(index=False)
    ]
    first = (
        f"With simulated codes of {short['bits']} to {long['bits']} bits the spread between the rules goes from "
        f"{short['spread']:.4f} to {long['spread']:.4f} of mAP, and the items tied at rank k from "
        f"{short['tied at the cut']:.0f} to {long['tied at the cut']:.0f}."
    )
    return " ".join([first, *others])


def shuffled_spread(name: str, shuffled: pd.DataFrame, *, expected: float) -> str:
    """How far mAP moves when the database is shuffled, and the mean of the shuffles beside the closed form.

    Args:
        name: of the code set.
        shuffled: from `ties.shuffled_orders`, two shuffles or more.
        expected: mAP under the rule `expected`.
    """
    found = shuffled["mAP"]
    return (
        f"{name}: the shuffles range from {found.min():.5f} to {found.max():.5f}, with a standard deviation of "
        f"{found.std():.5f}. Their mean is {found.mean():.5f} ± {found.sem():.5f} (standard error); the rule "
        f"`expected` says {expected:.5f}."
    )


def failing(failures: Sequence[int], shown: SavedCodes, *, depth: int) -> str:
    """How many queries have something wrong among their nearest items.

    Args:
        failures: from `browse.failures`.
        shown: the code set.
        depth: how many items were looked at.
    """
    queries = len(shown.codes().query_codes)
    return (
        f"{len(failures):,} of {queries:,} queries have something wrong among their nearest {depth} items "
        f"({shown.method}, {shown.bits} bits, {shown.dataset})."
    )


def partial_search(recall: pd.DataFrame, *, top_k: int, enough: float = 0.999) -> str:
    """What the shortest search finds, and how much has to be visited for nearly all neighbours.

    Args:
        recall: from `search.recall_table`.
        top_k: neighbours a query.
        enough: recall that counts as nearly all, 0–1; where no search reaches it, the longest one is named.
    """
    reached = recall[recall["recall"] >= enough]
    rows = [recall.iloc[0], reached.iloc[0] if len(reached) else recall.iloc[-1]]
    parts = [
        f"{row['probes']:.0f} list{'' if row['probes'] == 1 else 's'} ({row['visited']:.1%} of the comparisons of an "
        f"exact search) {row['recall']:.2%}"
        for row in rows
    ]
    return f"Of the nearest {top_k} a search finds, by lists visited: {joined(list(dict.fromkeys(parts)))}."


def growth(measured: pd.DataFrame | None) -> str:
    """How core time grows with the database, and what it is at the largest.

    Args:
        measured: from `search.measured_growth`.
    """
    if measured is None:
        return "No measurement at full size is there: run `make bench`."
    parts = [
        f"size^{part['exponent'].iloc[0]:.2f} to {part['core_milliseconds'].iloc[-1]:.2f} ms at "
        f"{part['database'].iloc[-1]:,} items ({task})"
        for task, part in measured.groupby("task", sort=False)
    ]
    return f"Core time a query grows as {joined(parts)}."


def all_scores(scores: pd.DataFrame, *, name: str) -> str:
    """mAP of one code set at each depth, and what the order inside ties can make of it.

    Args:
        scores: from `metrics.score_codes`.
        name: of the code set.
    """
    rules = scores[scores["metric"].str.startswith("mAP")].pivot(index="metric", columns="ties", values="value")
    parts = [
        f"{metric} is {row['expected']:.4f}, between {row.min():.4f} and {row.max():.4f} by the order inside ties"
        for metric, row in rules.iterrows()
    ]
    return f"{name}: {'; '.join(parts)}."


def list_sizes(lists: pd.DataFrame, overlaps: pd.DataFrame) -> str:
    """How many lists have their nominal size, which misses it most, and whether a query is in another list.

    Args:
        lists, overlaps: from `lists.audit_authors`.
    """
    sized = lists.dropna(subset="difference")
    same = int((sized["difference"] == 0).sum())
    far = sized.loc[sized["difference"].abs().idxmax()]
    leaks = overlaps.loc[(overlaps["first"] == "query") | (overlaps["second"] == "query"), "shared"].sum()
    most = f"; the largest difference is {far['difference']:+,} rows ({far['protocol']}, {far['list']})"
    return (
        f"{same} of the {len(sized)} lists with a nominal size have it{most if far['difference'] else ''}. "
        f"Queries that stand in another list of their protocol: {leaks:,}."
    )
