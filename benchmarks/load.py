"""`python -m benchmarks.load QUERIES DATABASE BITS CLASSES LABELS TOP_K`: time and peak memory of one evaluation.

LABELS is `classes`, or `multi-hot` for label sets over so many classes. Linux only: the kernel's high-water mark is set
back once the inputs lie in memory and the kernels are compiled.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.bench_metrics import codes_around_centers
from benchmarks.peak_memory import resident
from hashcenters import metrics

SIZES = (
    (20_000, 2_000_000, 64, 1000, "classes", 1000),
    (2_000, 200_000, 1024, 100, "classes", 1000),
    (5_000, 1_000_000, 64, 100_000, "classes", 1000),
    (2_000, 1_000_000, 64, 1, "classes", 1000),
    (2_000, 100_000, 64, 1000, "multi-hot", 1000),
)
LIMIT = 64  # MiB above the inputs, as docs/scaling.md promises
MIB = 2**20
LABEL_SHARE = 0.004


def measure(queries: int, database: int, bits: int, classes: int, labels: str, top_k: int) -> dict[str, float]:
    """Core seconds of one evaluation under all four rules, MiB of its inputs, and MiB by which it rises above them."""
    query_codes, query_labels = codes_around_centers(queries, bits, classes, flips=0.25, seed=1)
    codes, database_labels = codes_around_centers(database, bits, classes, flips=0.25, seed=2)
    if labels != "classes":
        sets = (np.random.default_rng(0).random((classes, classes)) < LABEL_SHARE).astype(np.uint8)
        np.fill_diagonal(sets, 1)
        query_labels, database_labels = sets[query_labels], sets[database_labels]
    arrays = (query_codes, query_labels, codes, database_labels)
    metrics.all_ties(query_codes[:4], query_labels[:4], codes[:99], database_labels[:99], top_k=top_k)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, began = resident("VmRSS"), time.process_time()
    metrics.all_ties(*arrays, top_k=top_k)
    seconds, above = time.process_time() - began, resident("VmHWM") - before
    given = sum(array.nbytes for array in arrays) / MIB
    return {"core seconds": round(seconds, 1), "inputs (MiB)": round(given), "peak above them (MiB)": round(above, 1)}


def table() -> pd.DataFrame:
    """One row a size, each measured in a process of its own."""
    rows = []
    for queries, database, bits, classes, labels, top_k in SIZES:
        given = [str(value) for value in (queries, database, bits, classes, labels, top_k)]
        said = subprocess.check_output([sys.executable, "-m", "benchmarks.load", *given], text=True)
        what = f"{queries:,} × {database:,} × {bits} bits, {classes:,} {labels}, mAP@{top_k}"
        rows.append({"evaluation": what, **json.loads(said), "promised (MiB)": LIMIT})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    *sizes, labels, top_k = sys.argv[1:]
    print(json.dumps(measure(*map(int, sizes), labels, int(top_k))))
