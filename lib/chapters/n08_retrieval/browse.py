"""Codes of finished trainings, to study and to browse without training again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from chapters.n08_retrieval.code_views import nearest_items
from chapters.n08_retrieval.ties import StudiedSet
from chapters.shared.code_sets import SavedCodes
from chapters.shared.figures import neighbour_tiles
from chapters.shared.readings import joined
from chapters.shared.samples import class_text, neighbour_frame, neighbour_images, share_label
from hashcenters.datasets.splits import HashingData

ALL, FAILURES = "all queries", "only failures"
ALONE = "nothing"


def told_apart(saved: Sequence[SavedCodes]) -> list[SavedCodes]:
    """The code sets, with the notebook's number behind the name of a method that several tables have."""
    tables: dict[str, set[tuple[str, str]]] = {}
    for one in saved:
        tables.setdefault(one.method, set()).add((one.notebook, one.table))
    return [
        replace(one, method=f"{one.method} ({one.notebook})") if len(tables[one.method]) > 1 else one for one in saved
    ]


def studied_sets(saved: Sequence[SavedCodes], *, method: str) -> dict[str, StudiedSet]:
    """The code sets of one method for the analysis of ties, by name, each with the depth of its protocol."""
    return {
        f"{one.dataset}, {one.bits} bits": StudiedSet(one.codes(), "trained", one.data().top_k)
        for one in saved
        if one.method == method
    }


def nearest(saved: SavedCodes, data: HashingData, query: int, *, depth: int = 9) -> pd.DataFrame:
    """A query and its `depth` nearest database items by saved codes, see `neighbour_frame`."""
    codes = saved.codes()
    return neighbour_frame(codes.query_codes, codes.database_codes, data, [query], depth=depth)


def first_shown(saved: Sequence[SavedCodes], *, method: str = "") -> SavedCodes:
    """The set that the browser starts with: the longest codes of a method, of the first one where it is not there."""
    names = [one.method for one in saved]
    chosen = method if method in names else names[0]
    return max((one for one in saved if one.method == chosen), key=lambda one: one.bits)


def failures(saved: SavedCodes, data: HashingData, *, depth: int) -> list[int]:
    """The queries that have something wrong among their nearest items, in database order within ties."""
    order = nearest_items(saved.codes(), depth=depth)
    labels = data.query.labels
    wrong = [
        not all(share_label(labels[query], data.database.labels[item]) for item in row)
        for query, row in enumerate(order)
    ]
    return np.flatnonzero(wrong).tolist()


def browser(
    saved: Sequence[SavedCodes], *, method: str = "", beside: str = ALONE, depth: int = 9
) -> tuple[Callable[..., Figure], dict[str, list]]:
    """A function that draws one query and its ranked neighbours by one or two methods, and the choices it takes.

    Args:
        saved: code sets; those on other data than the one to start with are left out.
        method: to start with, the first one where it is not there.
        beside: the method below it to start with, none where it is not there.
        depth: neighbours shown, in database order within ties.

    Returns:
        `browse(query, show, method, beside, bits)`, and the values of each choice, for `live.sliders`. `query` is a
        place in what is shown, counted around: all queries, or the failures of `method`. A method without codes of this
        length is shown with its longest.
    """
    start = first_shown(saved, method=method)
    about = start.dataset, start.dataset_options
    saved, data = [one for one in saved if (one.dataset, one.dataset_options) == about], start.data()
    found = {(one.method, one.bits): one for one in saved}
    methods = list(dict.fromkeys(one.method for one in saved))
    below = beside if (beside, start.bits) in found else ALONE
    choices = {
        "query": list(range(len(data.query))),
        "show": [ALL, FAILURES],
        "method": methods,
        "beside": [ALONE, *methods],
        "bits": sorted({one.bits for one in saved}),
    }

    def chosen(method: str, bits: int) -> SavedCodes:
        return found.get((method, bits)) or first_shown(saved, method=method)

    @cache
    def failing(method: str, bits: int) -> list[int]:
        return failures(chosen(method, bits), data, depth=depth)

    def browse(
        query: int = 0, show: str = FAILURES, method: str = start.method, beside: str = below, bits: int = start.bits
    ) -> Figure:
        wrong = failing(method, bits)
        listed = wrong if show == FAILURES and wrong else list(range(len(data.query)))
        row = listed[query % len(listed)]
        shown = [chosen(name, bits) for name in dict.fromkeys((method, beside)) if name != ALONE]
        parts = [nearest(one, data, row, depth=depth).assign(query=side) for side, one in enumerate(shown)]
        tiles = pd.concat(parts, ignore_index=True)
        name, lengths = class_text(data, data.query, row), joined(list(dict.fromkeys(str(one.bits) for one in shown)))
        title = f"query {row:,} ({name}), {lengths} bits; {len(wrong):,} of {len(data.query):,} queries of {method} "
        title += f"have something wrong among the nearest {depth}"
        sides = [one.method if one.bits == bits else f"{one.method}, {one.bits} bits" for one in shown]
        return neighbour_tiles(tiles, neighbour_images(tiles, data), sides=sides, title=title)

    return browse, choices
