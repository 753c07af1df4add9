"""Codes of finished trainings, to study and to browse without training again."""

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from chapters.n08_retrieval.ties import StudiedSet
from chapters.shared.code_sets import SavedCodes
from chapters.shared.figures import neighbour_tiles
from chapters.shared.samples import neighbour_frame, neighbour_images
from hashcenters.datasets.splits import HashingData


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


def first_shown(saved: Sequence[SavedCodes]) -> SavedCodes:
    """The set that the browser starts with: the longest codes of the first method."""
    return max((one for one in saved if one.method == saved[0].method), key=lambda one: one.bits)


def browser(saved: Sequence[SavedCodes], *, depth: int = 9) -> tuple[Callable[..., Figure], dict[str, list]]:
    """A function that draws one query and its ranked neighbours, and the choices it takes, for `live.sliders`.

    Args:
        saved: code sets of one data set.
        depth: neighbours shown, in database order within ties.

    Returns:
        `browse(query, method, bits)`, and the values of each choice.
    """
    found = {(one.method, one.bits): one for one in saved}
    data = saved[0].data()
    start = first_shown(saved)
    choices = {
        "query": list(range(len(data.query))),
        "method": list(dict.fromkeys(one.method for one in saved)),
        "bits": sorted({one.bits for one in saved}),
    }

    def browse(query: int = 0, method: str = start.method, bits: int = start.bits) -> Figure:
        tiles = nearest(found[method, bits], data, query, depth=depth)
        return neighbour_tiles(tiles, neighbour_images(tiles, data))

    return browse, choices
