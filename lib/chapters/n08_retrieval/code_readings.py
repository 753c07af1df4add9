"""What the views of trained codes say, in sentences with the numbers of this run."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from chapters.shared.readings import joined


def glance(frame: pd.DataFrame) -> str:
    """How far the nearest and the farthest item are, and which of the ranks shown are of the query's class.

    Args:
        frame: from `code_views.at_a_glance`.
    """
    items = frame[frame["rank"] > 0]
    right = [f"{rank:,}" for rank in items.loc[items["relevant"], "rank"]]
    bits = len(frame["code"].iloc[0])
    named = joined(right) if right else "none"
    return (
        f"The nearest item differs in {items['distance'].iloc[0]} of {bits} bits, the farthest in "
        f"{items['distance'].iloc[-1]}; of the ranks shown, "
        f"{named} {'share' if len(right) > 1 else 'shares'} the query's class."
    )


def maps(frame: pd.DataFrame) -> str:
    """How often near points of a map are of one class, by method.

    Args:
        frame: from `code_views.maps`.
    """
    parts = [f"{share:.0%} ({method})" for method, share in frame.groupby("method", sort=False)["own"].mean().items()]
    return f"Of the five points nearest to a query in its map, those that share its class are {joined(parts)}."


def class_distances(tables: Mapping[str, pd.DataFrame]) -> str:
    """Mean distance to the own and to other classes, and the two classes that lie closest, by method.

    Args:
        tables: from `code_views.class_distances`, by method.
    """
    parts = []
    for method, table in tables.items():
        distance = table.to_numpy()
        others = np.where(np.eye(len(distance), dtype=bool), np.nan, distance)
        row, column = np.unravel_index(np.nanargmin(others), others.shape)
        parts.append(
            f"{method}: {np.nanmean(distance.diagonal()):.1f} bits to the own class and {np.nanmean(others):.1f} to "
            f"others on average, least from {table.index[row]} to {table.columns[column]} ({others[row, column]:.1f})"
        )
    return f"{'; '.join(parts)}."


def class_precisions(frame: pd.DataFrame) -> str:
    """From which class to which AP goes, and how much lower half of the classes lie, by method.

    Args:
        frame: from `code_views.class_precisions`.
    """
    parts = []
    for method in [column for column in frame if column != "class"]:
        column = frame[method]
        low, high = column.idxmin(), column.idxmax()
        parts.append(
            f"{method}: from {column[low]:.3f} ({frame['class'][low]}) to {column[high]:.3f} ({frame['class'][high]}), "
            f"half of the classes below {column.median():.3f}"
        )
    return f"AP of the classes, {'; '.join(parts)}."


def hardest(queries: pd.DataFrame, confused: pd.DataFrame, *, nearest: int) -> str:
    """How many of the hardest queries find nothing of their class nearby, and which classes are confused most.

    Args:
        queries: from `code_views.hardest_queries`.
        confused: from `code_views.confusions`.
        nearest: neighbours that they count.
    """
    lost = int((queries["own in 10"] == 0).sum())
    first = (
        f"{lost} of these {len(queries)} queries have nothing of their class among the {nearest} nearest items; their "
        f"AP is at most {queries['AP'].max():.4f}."
    )
    if confused.empty:
        return f"{first} No class has anything else among the nearest items of its queries."
    pair = confused.iloc[0]
    return (
        f"{first} Most often {pair['class of the query']} is taken for {pair['class of the item']}: "
        f"{pair['share']:.0%} of the {nearest} nearest items of its queries."
    )


def bits(health: pd.DataFrame) -> str:
    """Where bits are constant, how strongly they go together, and how many codes differ, by method.

    Args:
        health: from `code_views.bit_health`.
    """
    still = health[health["constant"] > 0]
    parts = [f"{row['constant']} of {row['bits']} ({row['method']})" for _, row in still.iterrows()]
    first = f"Bits that never change: {joined(parts) if parts else 'none'}."
    together = health.dropna(subset="mean |r|").set_index("method")["mean |r|"].astype(float)
    few = health.loc[health["distinct codes"].idxmin()]
    last = f"The fewest different codes has {few['method']}: {few['distinct codes']:.1%} of the database."
    if together.empty:
        return f"{first} No two bits can be correlated. {last}"
    least, most = together.idxmin(), together.idxmax()
    return (
        f"{first} Two bits correlate least with {least} ({together[least]:.3f} on average, absolute) and most with "
        f"{most} ({together[most]:.3f}). {last}"
    )
