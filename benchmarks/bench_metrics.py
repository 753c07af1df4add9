"""Speed of mAP@k under all four tie rules at the size of CSQ's ImageNet-100, and how it grows.

`speed` compares at 5,000 queries × 128,503 database codes × 64 bits, 100 classes, mAP@1000. The usual loop of this
field is timed on a part of the queries and scaled. FAISS is asked for the nearest 1,000 of every query, and numpy
scores what it returns. The popcount scan is the least an exact ranking has to do: it looks at every pair's distance
and keeps the smallest. Tasks take turns and each one's best round counts; `core_seconds` are of all cores together.
`database` and `bits` show growth; the fitted exponent e (time ∝ size^e) stands in every row. `memory` is the peak above
the inputs, in a process of its own.
"""

import json
import subprocess
import sys
from collections.abc import Sequence

import faiss
import numpy as np
import pandas as pd

from benchmarks.clock import growth_exponent, in_turns
from benchmarks.popcount_scan import scan
from benchmarks.usual_map import score_found, usual_mean_average_precision
from hashcenters import metrics
from hashcenters.codes import pack
from hashcenters.metrics.inputs import prepare
from hashcenters.metrics.ranking import average_precision_table

QUERIES, DATABASE, BITS, CLASSES, TOP_K = 5_000, 128_503, 64, 100, 1_000
DATABASES = (10_000, 31_623, 100_000, 316_228, 1_000_000, 3_162_278, 10_000_000)
WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
PAIRS = 4e8


def codes_around_centers(
    count: int, bits: int, classes: int, *, flips: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Simulated codes: each the center of a random class with every bit flipped with probability `flips`."""
    centers = np.random.default_rng(0).choice(np.array([-1, 1], dtype=np.int8), (classes, bits))
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    codes = centers[labels]
    codes[generator.random(codes.shape, dtype=np.float32) < flips] *= -1
    return codes, labels


def speed(*, queries: int = QUERIES, database: int = DATABASE, part: int = 60, rounds: int = 3) -> pd.DataFrame:
    """The comparison at full size.

    Args:
        queries, database: sizes.
        part: queries of the usual loop.
        rounds: turns.

    Returns:
        Columns `task`, `seconds` (by the clock), `core_seconds`, `mAP` (in database order where that is defined),
        `ratio_seconds` and `ratio_core_seconds` (over those of all four rules).
    """
    query_codes, query_labels = codes_around_centers(queries, BITS, CLASSES, flips=0.25, seed=1)
    codes, labels = codes_around_centers(database, BITS, CLASSES, flips=0.25, seed=2)
    arrays = (query_codes, query_labels, codes, labels)
    one_hot = np.eye(CLASSES, dtype=np.float32)
    usual = (query_codes[:part].astype(np.float32), one_hot[query_labels[:part]])
    usual += (codes.astype(np.float32), one_hot[labels])
    flat = faiss.IndexBinaryFlat(BITS)
    flat.add(pack(codes))
    packed, inputs = pack(query_codes), prepare(*arrays)
    top_k = min(TOP_K, database)
    tasks = {
        "all four tie rules": lambda: metrics.all_ties(*arrays, top_k=top_k)["stable"],
        f"usual argsort loop (timed on {part} queries)": lambda: usual_mean_average_precision(*usual, top_k=top_k),
        f"FAISS flat, k = {top_k}, and scoring": lambda: score_found(
            query_labels, labels, flat.search(packed, top_k)[1]
        ),
        "popcount scan": lambda: scan(inputs.query[:, 0], inputs.database[0]),
    }
    metrics.all_ties(query_codes[:8], query_labels[:8], *arrays[2:], top_k=top_k)
    scan(inputs.query[:8, 0], inputs.database[0])
    found = in_turns(tasks, rounds=rounds)
    rows = []
    for name, timing in found.items():
        scale = queries / part if "usual" in name else 1
        score = np.nan if "scan" in name else timing.result
        rows.append((name, timing.seconds * scale, timing.core_seconds * scale, score))
    table = pd.DataFrame(rows, columns=["task", "seconds", "core_seconds", "mAP"])
    ours = table.iloc[0]
    for column_name in ("seconds", "core_seconds"):
        table[f"ratio_{column_name}"] = (table[column_name] / ours[column_name]).round(3)
    return table.round({"seconds": 4, "core_seconds": 4, "mAP": 6})


def grow_database(*, sizes: Sequence[int] = DATABASES, pairs: float = PAIRS, rounds: int = 2) -> pd.DataFrame:
    """Time a query against growing databases of 64-bit codes, all four rules, mAP@1000.

    Args:
        sizes: database sizes.
        pairs: about how many distances a measurement takes; sets the number of queries.
        rounds: turns.

    Returns:
        Column `database` and those of `_time_random`; `exponent` is fitted to `core_milliseconds_a_query`.
    """
    rows = [
        {"database": size} | _time_random(int(np.clip(pairs / size, 40, 20_000)), size, BITS, rounds) for size in sizes
    ]
    return _with_exponent(pd.DataFrame(rows), "database", smallest=0)


def grow_bits(
    *, widths: Sequence[int] = WIDTHS, database: int = 100_000, pairs: float = PAIRS / 4, rounds: int = 2
) -> pd.DataFrame:
    """Time a query against 100,000 codes of growing width; the exponent is fitted where codes fill whole words.

    Returns:
        Column `bits` and those of `_time_random`, `exponent`.
    """
    queries = int(np.clip(pairs / database, 8, 20_000))
    rows = [{"bits": width} | _time_random(queries, database, width, rounds) for width in widths]
    return _with_exponent(pd.DataFrame(rows), "bits", smallest=64)


def _with_exponent(table: pd.DataFrame, size: str, *, smallest: int) -> pd.DataFrame:
    fitted = table[table[size] >= smallest]
    seconds = fitted["core_milliseconds_a_query"].to_numpy()
    return table.assign(exponent=round(growth_exponent(fitted[size].to_numpy(), seconds), 3))


def _time_random(queries: int, database: int, bits: int, rounds: int) -> dict[str, float]:
    """Time the two steps of an evaluation of random codes.

    Returns:
        `queries`, `prepare_seconds` (checking and packing, once an evaluation), `milliseconds_a_query` (by the
        clock, all cores), `core_milliseconds_a_query` and `core_nanoseconds_a_pair`, all four rules.
    """
    generator = np.random.default_rng(bits)
    sizes = (queries, database)
    codes = [2 * generator.integers(0, 2, (count, bits), dtype=np.int8) - 1 for count in sizes]
    labels = [generator.integers(0, CLASSES, count) for count in sizes]
    arrays = codes[0], labels[0], codes[1], labels[1]
    inputs = prepare(*arrays)
    tasks = {
        "prepare": lambda: prepare(*arrays),
        "rank": lambda: average_precision_table(inputs, top_k=min(TOP_K, database)),
    }
    found = in_turns(tasks, rounds=rounds)
    rank = found["rank"]
    return {
        "queries": queries,
        "prepare_seconds": round(found["prepare"].seconds, 4),
        "milliseconds_a_query": round(1e3 * rank.seconds / queries, 4),
        "core_milliseconds_a_query": round(1e3 * rank.core_seconds / queries, 4),
        "core_nanoseconds_a_pair": round(1e9 * rank.core_seconds / queries / database, 4),
    }


def memory(*, queries: int = QUERIES, database: int = DATABASE) -> pd.DataFrame:
    """Peak memory of one evaluation above its inputs, measured in a process of its own (Linux only).

    Returns:
        Columns `labels`, `top_k`, `peak_mebibytes`, `limit`.
    """
    rows = []
    for labels in ("classes", "label sets"):
        for top_k in (TOP_K, None):
            command = [sys.executable, "-m", "benchmarks.peak_memory", str(queries), str(database), labels]
            command += [str(top_k or 0)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append((labels, top_k or "All", json.loads(done.stdout), 200))
    return pd.DataFrame(rows, columns=["labels", "top_k", "peak_mebibytes", "limit"])


def run() -> dict[str, pd.DataFrame]:
    """All four measurements."""
    return {"speed": speed(), "database": grow_database(), "bits": grow_bits(), "memory": memory()}
