"""Search in up to ten million codes: exact, and through an inverted file with its recall.

Codes are simulated: 64 bits, the centers of 1,000 classes with each bit flipped with probability 0.15. `growth` gives
the time a query (the nearest 100, all cores, queries in one batch) and the exponent e of core time ∝ size^e fitted
over all sizes of a kind. `probes` trades time for recall at the largest size, and `files` saves and loads both indices
there; loading includes checking the SHA-256.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bench_metrics import codes_around_centers
from benchmarks.clock import growth_exponent, in_turns, once
from hashcenters import retrieval

BITS, CLASSES, FLIPS, TOP_K = 64, 1_000, 0.15, 100
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
BLOCK = 1_000_000
PROBES = (1, 4, 16, 64, 256)


def blocks(size: int) -> Iterator[np.ndarray]:
    """The database in parts that fit in memory beside the index."""
    for seed, start in enumerate(range(0, size, BLOCK), start=100):
        yield codes_around_centers(min(BLOCK, size - start), BITS, CLASSES, flips=FLIPS, seed=seed)[0]


def build(size: int, kind: str) -> retrieval.CodeIndex:
    """An index over `size` codes; the lists of an inverted file are found on the first part."""
    parts = blocks(size)
    index = retrieval.build_index(next(parts), kind=kind, lists=round(size**0.5) if kind == "inverted" else None)
    for part in parts:
        retrieval.add_codes(index, part)
    return index


def measure(
    indices: dict[str, retrieval.CodeIndex], queries: np.ndarray, *, rounds: int, probes: int | None = None
) -> list[dict[str, object]]:
    """Milliseconds a query and recall of each index; the first one is the exact one."""
    tasks = {
        kind: lambda index=index, kind=kind: retrieval.search_index(
            index, queries, top_k=TOP_K, probes=probes if kind == "inverted" else None
        )[0]
        for kind, index in indices.items()
    }
    found = in_turns(tasks, rounds=rounds)
    exact = found["flat"].result
    return [
        {
            "kind": kind,
            "milliseconds_a_query": round(1e3 * timing.seconds / len(queries), 4),
            "core_milliseconds_a_query": round(1e3 * timing.core_seconds / len(queries), 4),
            "recall": round(retrieval.distance_recall(timing.result, exact), 4),
        }
        for kind, timing in found.items()
    ]


def growth(built: dict[int, dict[str, retrieval.CodeIndex]], queries: np.ndarray) -> pd.DataFrame:
    """Time a query over sizes, with the fitted exponent of each kind."""
    rows = [{"database": size} | row for size, both in built.items() for row in measure(both, queries, rounds=3)]
    table = pd.DataFrame(rows).sort_values(["kind", "database"], ignore_index=True)
    exponents = {
        kind: growth_exponent(part["database"].to_numpy(), part["core_milliseconds_a_query"].to_numpy())
        for kind, part in table.groupby("kind")
    }
    return table.assign(exponent=table["kind"].map(exponents).round(3))


def files(both: dict[str, retrieval.CodeIndex]) -> pd.DataFrame:
    """Size on disk and seconds to save, to load, and to load memory-mapped."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, index in both.items():
            path = Path(folder) / f"{kind}.faiss"
            saved = once(lambda index=index, path=path: retrieval.save_index(index, path))
            loaded = once(lambda path=path: retrieval.load_index(path))
            mapped = once(lambda path=path: retrieval.load_index(path, memory_map=True))
            seconds = [round(timing.seconds, 3) for timing in (saved, loaded, mapped)]
            rows.append((kind, round(path.stat().st_size / 2**20, 1), *seconds))
    return pd.DataFrame(rows, columns=["kind", "mebibytes", "save_seconds", "load_seconds", "map_seconds"])


def run(*, sizes: Sequence[int] = SIZES, queries: int = 200) -> dict[str, pd.DataFrame]:
    """Build both kinds of index at every size, then the three measurements."""
    asked = codes_around_centers(queries, BITS, CLASSES, flips=FLIPS, seed=1)[0]
    built = {size: {kind: build(size, kind) for kind in retrieval.KINDS} for size in sizes}
    largest = built[max(sizes)]
    rows = [
        {"database": max(sizes), "probes": probes} | measure(largest, asked, rounds=1, probes=probes)[1]
        for probes in PROBES
        if probes <= round(max(sizes) ** 0.5)
    ]
    by_probes = pd.DataFrame(rows).drop(columns="kind")
    return {"growth": growth(built, asked), "probes": by_probes, "files": files(largest)}
