"""What a search of a part of the index finds, and how time grows with the database."""

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from basics.paths import project_root
from hashcenters import retrieval
from hashcenters.metrics.code_files import CodeSet
from hashcenters.metrics.ranking import all_ties

FULL_SIZE = {
    "mAP, all four tie rules": ("metrics-database", None),
    "exact search": ("retrieval-growth", "flat"),
    "inverted file": ("retrieval-growth", "inverted"),
}


def recall_table(
    exact: retrieval.CodeIndex,
    inverted: retrieval.CodeIndex,
    queries: np.ndarray,
    *,
    all_probes: Sequence[int],
    top_k: int,
) -> pd.DataFrame:
    """Recall of an inverted file for several numbers of probes; those beyond its lists are left out.

    Args:
        exact, inverted: a flat index and an inverted file over the same codes.
        queries: ±1 codes.
        all_probes: lists that a query visits.
        top_k: neighbours a query.

    Returns:
        Columns `probes`, `visited` (comparisons as a share of those of an exact search), `recall`.
    """
    nearest, _ = retrieval.search_index(exact, queries, top_k=top_k)
    rows = []
    for probes in [probes for probes in all_probes if probes <= inverted.handle.nlist]:
        found, _ = retrieval.search_index(inverted, queries, top_k=top_k, probes=probes)
        visited = retrieval.visited_share(inverted, queries, probes=probes)
        rows.append((probes, visited, retrieval.distance_recall(found, nearest)))
    return pd.DataFrame(rows, columns=["probes", "visited", "recall"])


def growth_table(codes: CodeSet, *, sizes: Sequence[int], top_k: int, seed: int) -> pd.DataFrame:
    """Seconds for all queries of a code set against growing parts of its database.

    Args:
        codes: the set.
        sizes: database sizes; those beyond its own are left out.
        top_k: neighbours of a search and ranks of mAP.
        seed: of the inverted file's lists.

    Returns:
        Columns `database`, `exact search`, `inverted file`, `mAP, all four tie rules`.
    """
    rows = []
    for size in [size for size in sizes if top_k <= size <= len(codes.database_codes)]:
        part, labels = codes.database_codes[:size], codes.database_labels[:size]
        both = [retrieval.build_index(part, kind=kind, seed=seed) for kind in ("flat", "inverted")]
        row = {"database": size}
        for name, index in zip(("exact search", "inverted file"), both, strict=True):
            started = time.perf_counter()
            retrieval.search_index(index, codes.query_codes, top_k=top_k)
            row[name] = time.perf_counter() - started
        started = time.perf_counter()
        all_ties(codes.query_codes, codes.query_labels, part, labels, top_k=top_k)
        rows.append(row | {"mAP, all four tie rules": time.perf_counter() - started})
    return pd.DataFrame(rows)


def measured_growth() -> pd.DataFrame | None:
    """Growth at full size from the tables that `make bench` has written; None where there are none.

    Returns:
        Columns `task`, `database`, `core_milliseconds` (a query, all cores together), `exponent`.
    """
    parts = []
    for task, (name, kind) in FULL_SIZE.items():
        path = project_root() / "benchmarks" / "results" / f"{name}.csv"
        if path.is_file():
            table = pd.read_csv(path).rename(columns={"core_milliseconds_a_query": "core_milliseconds"})
            part = table if kind is None else table[table["kind"] == kind]
            parts.append(part.assign(task=task)[["task", "database", "core_milliseconds", "exponent"]])
    return pd.concat(parts, ignore_index=True) if parts else None
