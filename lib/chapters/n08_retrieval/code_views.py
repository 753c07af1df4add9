"""What trained codes look like: maps, distances of classes, AP of classes, the hardest queries, balance of bits.

Everything here is a table made from saved codes; `code_figures` draws it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float32, Float64, Int

from chapters.shared.code_sets import SavedCodes
from chapters.shared.samples import class_text, neighbour_frame
from hashcenters.codes import hamming_distance, pack
from hashcenters.metrics import average_precision
from hashcenters.metrics.code_files import CodeSet

OTHERS = "other classes"
UNSAID = "as its table says"
NEAREST = 10  # neighbours among which classes are counted
_MOST_QUERIES = 1000  # in a map
_STEPS = 500  # of its descent
_BLOCK = 250  # queries whose distances are held at once
_FEW = 10  # different codes that t-SNE needs


def same_grid(saved: Sequence[SavedCodes], *, method: str) -> list[SavedCodes]:
    """The longest codes of every method of the tables that hold one method, in their order; none without it."""
    tables = {(one.notebook, one.table) for one in saved if one.method == method}
    grid = [one for one in saved if (one.notebook, one.table) in tables]
    longest = max((one.bits for one in grid), default=0)
    return [one for one in grid if one.bits == longest]


def pair(grid: Sequence[SavedCodes], *, method: str, other: str) -> list[SavedCodes]:
    """The codes of a method, and those of another one beside them where there are any."""
    return sorted((one for one in grid if one.method in (method, other)), key=lambda one: one.method != method)


def about(looked: Sequence[SavedCodes], exhibits: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    """What captions and protocols say of the first of some code sets; nothing without one.

    Args:
        looked: code sets.
        exhibits: recorded figures and tables by id, where its own table names its network.
    """
    if not looked:
        return {}
    first, data = looked[0], looked[0].data()
    protocol = exhibits.get(f"table-{first.notebook}-{first.table}", {}).get("protocol", {})
    named = {
        "studied": first.method,
        "trained_bits": first.bits,
        "trained_on": first.dataset,
        "trained_seed": first.seed,
        "trained_network": protocol.get("backbone") or protocol.get("hash network", UNSAID),
        "trained_head": protocol.get("hash layer", UNSAID),
        "trained_epoch": protocol.get("epoch", UNSAID),
    }
    return named | {"split": data.protocol, "stands_in": data.substitute, "nearest": NEAREST}


def members(labels: np.ndarray, num_classes: int) -> Float64[np.ndarray, "n classes"]:
    """1 where a sample belongs to a class, 0 elsewhere."""
    return np.eye(num_classes)[labels] if labels.ndim == 1 else labels.astype(np.float64)


def spread_classes(num_classes: int, *, count: int) -> list[int]:
    """At most `count` classes spread over all.

    >>> spread_classes(100, count=5), spread_classes(3, count=5)
    ([0, 25, 50, 74, 99], [0, 1, 2])
    """
    return np.linspace(0, num_classes - 1, min(count, num_classes)).round().astype(int).tolist()


def code_map(codes: CodeSet, class_names: Sequence[str], *, count: int = 8, seed: int) -> pd.DataFrame:
    """Query codes in two dimensions by t-SNE: near ones stay near, long distances mean little.

    The squared Euclidean distance of ±1 codes, from which t-SNE starts, is four times their Hamming distance. Equal
    codes share a place. One thread is used, so that the number of cores changes nothing.

    Args:
        codes: at most 1,000 queries are placed, spread over all.
        class_names: in label order.
        count: classes that are named; the rest is one group.
        seed: of the descent.

    Returns:
        Columns `x`, `y`, `name` (of the class, `OTHERS` for the rest), `own` (share of its five nearest points that
        have a label in common with it).
    """
    rows = np.linspace(0, len(codes.query_codes) - 1, min(_MOST_QUERIES, len(codes.query_codes))).round().astype(int)
    distinct, where = np.unique(codes.query_codes[rows], axis=0, return_inverse=True)
    placed = _placed(distinct.astype(np.float32), seed=seed)[where.ravel()]
    belongs = members(codes.query_labels[rows], len(class_names))
    chosen = spread_classes(len(class_names), count=count)
    first = belongs[:, chosen].argmax(axis=1)
    names = [class_names[chosen[place]] if belongs[row, chosen].any() else OTHERS for row, place in enumerate(first)]
    return pd.DataFrame({"x": placed[:, 0], "y": placed[:, 1], "name": names, "own": _own_share(placed, belongs)})


def _placed(distinct: Float32[np.ndarray, "n bits"], *, seed: int) -> Float32[np.ndarray, "n 2"]:
    """Different codes in two dimensions: by t-SNE, a few by their two principal components."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    if len(distinct) < _FEW:
        left, size, _ = np.linalg.svd(distinct - distinct.mean(axis=0), full_matrices=False)
        places = np.zeros((len(distinct), 2), np.float32)
        places[:, : len(size)] = (left * size)[:, :2]
        return places
    perplexity = min(30.0, (len(distinct) - 1) / 3)
    with threadpool_limits(1):
        return TSNE(init="pca", perplexity=perplexity, max_iter=_STEPS, random_state=seed).fit_transform(distinct)


def _own_share(points: np.ndarray, belongs: np.ndarray, *, count: int = 5) -> np.ndarray:
    """Share that has a label in common among the nearest other points, all included that are as near as the last."""
    squared = ((points[:, None] - points) ** 2).sum(axis=2)
    np.fill_diagonal(squared, np.inf)
    last = np.sort(squared, axis=1)[:, min(count, len(points) - 1) - 1]
    near = squared <= last[:, None]
    return (near & (belongs @ belongs.T > 0)).sum(axis=1) / near.sum(axis=1)


def maps(grid: Sequence[SavedCodes], *, seed: int) -> pd.DataFrame:
    """`code_map` of every code set, with the column `method` in front."""
    names = grid[0].data().class_names
    parts = [code_map(one.codes(), names, seed=seed).assign(method=one.method) for one in grid]
    return pd.concat(parts, ignore_index=True)[["method", "x", "y", "name", "own"]]


def class_distances(codes: CodeSet, class_names: Sequence[str]) -> pd.DataFrame:
    """Mean Hamming distance in bits from the queries of a class to the database items of a class.

    The mean over pairs is exact: (bits − ⟨mean query, mean item⟩) / 2.

    Returns:
        One row a class of queries, one column a class of items; missing where a class has none.
    """
    means = []
    sides = ((codes.query_codes, codes.query_labels), (codes.database_codes, codes.database_labels))
    for values, labels in sides:
        belongs = members(labels, len(class_names))
        counts = belongs.sum(axis=0)[:, None]
        totals = belongs.T @ values
        means.append(np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0))
    distance = (codes.query_codes.shape[1] - means[0] @ means[1].T) / 2
    index = pd.Index(class_names, name="class of the query")
    return pd.DataFrame(distance.round(3), index=index, columns=pd.Index(class_names, name="class of the item"))


def listed_distances(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The tables of `class_distances` under each other, with the columns `method` and `class of the query` in front."""
    parts = [table.rename_axis(columns=None).reset_index().assign(method=method) for method, table in tables.items()]
    listed = pd.concat(parts, ignore_index=True)
    return listed[["method", *listed.columns.drop("method")]]


def query_precisions(saved: SavedCodes) -> Float64[np.ndarray, "n_query"]:
    """AP of every query at the depth of the protocol, under the default rule for ties."""
    codes = saved.codes()
    arrays = (codes.query_codes, codes.query_labels, codes.database_codes, codes.database_labels)
    return average_precision(*arrays, top_k=saved.data().top_k)


def class_precisions(pair: Sequence[SavedCodes]) -> pd.DataFrame:
    """Mean AP of the queries of every class, for some code sets of one data set.

    Returns:
        Columns `class`, and one a method, from the lowest AP of the first method to its highest.
    """
    data = pair[0].data()
    belongs = members(data.query.labels, data.num_classes)
    table = pd.DataFrame({"class": list(data.class_names)})
    for one in pair:
        found = query_precisions(one)
        known = ~np.isnan(found)
        counts = belongs[known].sum(axis=0)
        totals = belongs[known].T @ found[known]
        table[one.method] = np.divide(totals, counts, out=np.full_like(totals, np.nan), where=counts > 0)
    return table.sort_values(pair[0].method, kind="stable", ignore_index=True)


def at_a_glance(saved: SavedCodes, *, ranks: Sequence[int] = (1, 10, 100, 1000)) -> pd.DataFrame:
    """A query and its code, with the items at some ranks of its ranking, the last one too.

    Of the queries whose codes hold +1 and −1 most evenly it is the one of middling AP.

    Args:
        saved: a code set.
        ranks: from 1; those beyond the database are left out.

    Returns:
        As `samples.neighbour_frame`, with the column `code`: a text of 0 (−1) and 1 (+1).
    """
    data, codes = saved.data(), saved.codes()
    uneven = np.abs(codes.query_codes.sum(axis=1, dtype=np.int64))
    even = np.flatnonzero(uneven == uneven.min())
    query = int(even[np.argsort(query_precisions(saved)[even], kind="stable")[len(even) // 2]])
    last = len(codes.database_codes)
    frame = neighbour_frame(codes.query_codes, codes.database_codes, data, [query], depth=last)
    shown = frame[frame["rank"].isin([0, *ranks, last])].reset_index(drop=True)
    sides = {True: codes.query_codes, False: codes.database_codes}
    texts = ["".join("01"[int(bit > 0)] for bit in sides[tile.rank == 0][tile.row]) for tile in shown.itertuples()]
    return shown.assign(code=texts)


def hardest_queries(saved: SavedCodes, *, count: int = 5) -> pd.DataFrame:
    """The queries of lowest AP, and whom their codes lie near.

    Returns:
        Columns `query` (row of the split), `class`, `AP`, `own in 10` (items that share a label with it) and
        `most in 10` (whose they are mostly, and how many) of the `NEAREST` nearest items, in database order within
        ties, `nearest own` and `nearest item` (bits).
    """
    data, codes, found = saved.data(), saved.codes(), query_precisions(saved)
    queries, items = (members(labels, data.num_classes) for labels in (codes.query_labels, codes.database_labels))
    rows = []
    for query in np.argsort(found, kind="stable")[:count].tolist():
        distance = hamming_distance(codes.query_codes[[query]], codes.database_codes)[0]
        nearest = np.argsort(distance, kind="stable")[:NEAREST]
        named = pd.Series([class_text(data, data.database, item) for item in nearest.tolist()])
        counts = named.groupby(named, sort=False).size()
        relevant = items @ queries[query] > 0
        own = distance[relevant]
        rows.append(
            {
                "query": query,
                "class": class_text(data, data.query, query),
                "AP": found[query],
                "own in 10": int(relevant[nearest].sum()),
                "most in 10": f"{counts.idxmax()} ({counts.max()})",
                "nearest own": int(own.min()) if len(own) else None,
                "nearest item": int(distance.min()),
            }
        )
    return pd.DataFrame(rows)


def nearest_items(codes: CodeSet, *, depth: int) -> Int[np.ndarray, "n_query depth"]:
    """The nearest items of every query, in database order within ties.

    Queries go in blocks: all distances at once, and their order, would take 12 bytes for each query and item.
    """
    blocks = np.array_split(codes.query_codes, range(_BLOCK, len(codes.query_codes), _BLOCK))
    ordered = (np.argsort(hamming_distance(block, codes.database_codes), axis=1, kind="stable") for block in blocks)
    return np.concatenate([order[:, :depth].copy() for order in ordered])


def confusions(saved: SavedCodes, *, count: int = 10) -> pd.DataFrame:
    """The pairs of classes that are confused most: wrong items among the nearest ones of all queries of a class.

    Returns:
        Columns `class of the query`, `class of the item`, `share` (of the `NEAREST` nearest items of these queries),
        `distance` (mean between the two classes, bits). Items that share a label with the query do not count.
    """
    data, codes = saved.data(), saved.codes()
    nearest = nearest_items(codes, depth=NEAREST)
    queries, items = (members(labels, data.num_classes) for labels in (codes.query_labels, codes.database_labels))
    wrong = np.einsum("qdc,qc->qd", items[nearest], queries) == 0
    mistaken = np.stack([items[row][bad].sum(axis=0) for row, bad in zip(nearest, wrong, strict=True)])
    share = queries.T @ mistaken / (nearest.shape[1] * queries.sum(axis=0).clip(1))[:, None]
    between = class_distances(codes, data.class_names).to_numpy()
    order = np.argsort(-share, axis=None, kind="stable")[:count]
    rows = [(first, second) for first, second in zip(*np.unravel_index(order, share.shape), strict=True)]
    found = [(data.class_names[a], data.class_names[b], share[a, b], between[a, b]) for a, b in rows if share[a, b]]
    return pd.DataFrame(found, columns=["class of the query", "class of the item", "share", "distance"])


def bit_lines(sets: Mapping[str, CodeSet]) -> pd.DataFrame:
    """How often a bit is +1, and how strongly two bits go together, over the database.

    Returns:
        Columns `method`, `measure` ("share of +1" or "correlation", the absolute value for two bits), `percent`
        (rank of the value among those of its method, 0–100) and `value`, from the smallest up.
    """
    parts = []
    for method, codes in sets.items():
        for measure, values in (("share of +1", _ones(codes)), ("correlation", _correlations(codes))):
            percent = np.linspace(0, 100, min(len(values), 101)) if len(values) else np.empty(0)
            found = np.percentile(values, percent) if len(values) else np.empty(0)
            parts.append(pd.DataFrame({"method": method, "measure": measure, "percent": percent, "value": found}))
    return pd.concat(parts, ignore_index=True)


def bit_health(sets: Mapping[str, CodeSet]) -> pd.DataFrame:
    """One row a method: how evenly its bits are used over the database.

    Returns:
        Columns `method`, `bits`, `constant` (bits), `uneven` (bits that are +1 in fewer than 40 % or more than 60 %
        of the items), `mean |r|` and `largest |r|` (absolute correlation of two bits), `distinct codes` (share).
    """
    rows = []
    for method, codes in sets.items():
        ones, together = _ones(codes), _correlations(codes)
        rows.append(
            {
                "method": method,
                "bits": len(ones),
                "constant": int(((ones == 0) | (ones == 1)).sum()),
                "uneven": int(((ones < 0.4) | (ones > 0.6)).sum()),
                "mean |r|": together.mean() if len(together) else None,
                "largest |r|": together.max() if len(together) else None,
                "distinct codes": len(np.unique(pack(codes.database_codes), axis=0)) / len(codes.database_codes),
            }
        )
    return pd.DataFrame(rows)


def _ones(codes: CodeSet) -> Float64[np.ndarray, "bits"]:
    """Share of +1 of every bit over the database."""
    return (codes.database_codes > 0).mean(axis=0)


def _correlations(codes: CodeSet) -> Float64[np.ndarray, "pairs"]:
    """Absolute correlation of every pair of bits over the database; constant have none."""
    values = codes.database_codes.astype(np.float64)
    moving = values[:, values.std(axis=0) > 0]
    if moving.shape[1] < 2:
        return np.empty(0)
    return np.abs(np.corrcoef(moving.T))[np.triu_indices(moving.shape[1], k=1)]
