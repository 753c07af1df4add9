"""Samples of a data set as pictures and tiles: training images, queries and their neighbours."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jaxtyping import Int8

from hashcenters.codes import hamming_distance
from hashcenters.datasets.registry import find_entry
from hashcenters.datasets.splits import HashingData, Split
from hashcenters.training.run import Run
from workbook.interactive import is_live


def sample_frame(data: HashingData, *, count: int = 10) -> pd.DataFrame:
    """Rows of the training split, one for each of `count` classes spread over all, with their names."""
    labels = data.train.labels
    chosen = np.linspace(0, data.num_classes - 1, min(count, data.num_classes)).round().astype(int)
    members = labels[:, None] == chosen if labels.ndim == 1 else labels[:, chosen] > 0
    rows = members.argmax(axis=0).tolist()
    return pd.DataFrame({"row": rows, "name": [class_text(data, data.train, row) for row in rows]})


def class_text(data: HashingData, split: Split, row: int) -> str:
    """The class name of a sample; several labels are joined by commas."""
    label = split.labels[row]
    present = [int(label)] if label.ndim == 0 else np.flatnonzero(label)
    return ", ".join(data.class_names[index] for index in present)


def showable(data: HashingData, split: Split, rows: Sequence[int]) -> list[np.ndarray] | None:
    """Pictures of samples as (height, width) or (height, width, 3) arrays, None where they may not be printed.

    Somebody who works with a notebook sees the pictures of any data set: what a live session draws is not kept
    among the results.
    """
    if not (find_entry(data.name).printable or is_live()):
        return None
    batch = split.inputs.batch(np.asarray(rows))
    stills = batch if batch.ndim == 4 else batch[:, :, batch.shape[2] // 2]
    return [still[0] if len(still) == 1 else still.transpose(1, 2, 0) for still in stills]


def neighbours(run: Run, data: HashingData, *, queries: int, depth: int) -> pd.DataFrame:
    """Queries of classes spread over all, each followed by its nearest database items; see `neighbour_frame`."""
    labels = data.query.labels
    by_class = np.argsort(labels if labels.ndim == 1 else labels.argmax(axis=1), kind="stable")
    chosen = by_class[np.linspace(0, len(data.query) - 1, min(queries, len(by_class))).round().astype(int)]
    return neighbour_frame(run.codes("query"), run.codes("database"), data, chosen.tolist(), depth=depth)


def neighbour_frame(
    query_codes: Int8[np.ndarray, "n_query bits"],
    database_codes: Int8[np.ndarray, "n_database bits"],
    data: HashingData,
    queries: Sequence[int],
    *,
    depth: int,
) -> pd.DataFrame:
    """Chosen queries, each followed by its nearest database items, in database order within ties.

    Returns:
        columns query, rank (0 for the query), row (in its split), name, distance in bits, relevant.
    """
    distance = hamming_distance(query_codes[queries], database_codes)
    rows = []
    for number, (query, line) in enumerate(zip(queries, distance, strict=True)):
        own = class_text(data, data.query, query)
        rows.append((number, 0, query, own, 0, True))
        for rank, item in enumerate(np.argsort(line, kind="stable")[:depth].tolist(), start=1):
            relevant = share_label(data.query.labels[query], data.database.labels[item])
            rows.append((number, rank, item, class_text(data, data.database, item), line[item], relevant))
    return pd.DataFrame(rows, columns=["query", "rank", "row", "name", "distance", "relevant"])


def share_label(first: np.ndarray | np.integer, second: np.ndarray | np.integer) -> bool:
    """Whether two samples' labels make them similar."""
    return bool(first == second if first.ndim == 0 else (first & second).any())


def neighbour_images(tiles: pd.DataFrame, data: HashingData) -> list[np.ndarray] | None:
    """The picture of every tile of `neighbours`, None where they may not be printed."""
    pictures = []
    for tile in tiles.itertuples():
        shown = showable(data, data.query if tile.rank == 0 else data.database, [tile.row])
        if shown is None:
            return None
        pictures += shown
    return pictures
