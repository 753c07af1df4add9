"""`python -m benchmarks.peak_memory QUERIES DATABASE LABELS TOP_K`: peak memory of one evaluation, as a number.

Linux only: the kernel's high-water mark is set back once the inputs lie in memory and the kernels are compiled.
"""

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.bench_metrics import BITS, CLASSES, codes_around_centers
from hashcenters import metrics


def resident(field: str) -> float:
    """`VmRSS` (now) or `VmHWM` (peak) of this process in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def peak(queries: int, database: int, labels: str, top_k: int | None) -> float:
    """MiB by which one evaluation under all four rules rises above its inputs."""
    query_codes, query_labels = codes_around_centers(queries, BITS, CLASSES, flips=0.25, seed=1)
    codes, database_labels = codes_around_centers(database, BITS, CLASSES, flips=0.25, seed=2)
    if labels != "classes":
        sets = np.random.default_rng(0).random((CLASSES, 80)) < 0.04
        sets[:, 0] |= ~sets.any(axis=1)
        query_labels, database_labels = (
            sets[query_labels].astype(np.uint8),
            sets[database_labels].astype(np.uint8),
        )
    metrics.all_ties(query_codes[:4], query_labels[:4], codes[:99], database_labels[:99], top_k=top_k)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = resident("VmRSS")
    metrics.all_ties(query_codes, query_labels, codes, database_labels, top_k=top_k)
    return round(resident("VmHWM") - before, 1)


if __name__ == "__main__":
    given = sys.argv[1:]
    print(json.dumps(peak(int(given[0]), int(given[1]), given[2], int(given[3]) or None)))
