"""Semantic centers: time, objective and distance of both solvers at the sizes of the paper's data sets.

The first call compiles the kernels and is not timed. The paper's solver runs a few of its 20 sweeps, enough to come
close to where it settles; the annealed solver is asked for a distance no smaller than what that one reached.
"""

import os
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from chapters.shared.similarities import grouped_features
from hashcenters.centers.generate import make_centers
from hashcenters.centers.semantic import semantic_centers
from hashcenters.centers.targets import category_similarity
from hashcenters.codes import pairwise_distances

SIZES = ((100, 64), (196, 64), (555, 64))
LIMITS = {100: 1.0, 196: 1.0, 555: 2.0}  # seconds of one core allowed for the discrete solver
LPBOX_SWEEPS = 4


def run(*, sizes: Sequence[tuple[int, int]] = SIZES, seed: int = 0) -> pd.DataFrame:
    """Both solvers at every size, and the discrete one also at the distance of the best known code.

    Args:
        sizes: pairs of number of classes and bits.
        seed: of similarity and solvers.

    Returns:
        Columns `num_classes`, `bits`, `solver`, `required` and `reached` minimum distance (bits), `feasible`,
        `objective` (mean squared error of an inner product), `rank_correlation`, `seconds` (by the clock),
        `core_seconds` (of one core, what other programs take not counted), `limit` (on `core_seconds`).
    """
    _compile()
    rows = []
    for num_classes, bits in sizes:
        features = grouped_features(num_classes, groups=max(4, num_classes // 8), width=64, seed=seed)
        similarity = category_similarity(features)
        best = int(pairwise_distances(make_centers("coding", bits, num_classes, seed=seed)).min())
        paper = _row(similarity, bits, f"lpbox, {LPBOX_SWEEPS} sweeps", seed, solver="lpbox", sweeps=LPBOX_SWEEPS)
        required = max(paper["required"], paper["reached"])
        rows += [
            paper,
            _row(similarity, bits, "annealing", seed, min_distance=required),
            _row(similarity, bits, "annealing, distance of the best code", seed, min_distance=best),
        ]
    return pd.DataFrame(rows)


def _compile() -> None:
    tiny = category_similarity(grouped_features(6, groups=2, width=8, seed=0))
    for solver in ("annealing", "lpbox"):
        semantic_centers(tiny, 8, seed=0, solver=solver)
    semantic_centers(category_similarity(grouped_features(21, groups=4, width=8, seed=0)), 16, seed=0, min_distance=8)


def _row(similarity: np.ndarray, bits: int, name: str, seed: int, **options: object) -> dict[str, object]:
    started = time.process_time()
    found = semantic_centers(similarity, bits, seed=seed, **options)
    core_seconds = time.process_time() - started
    num_classes = len(similarity)
    return {
        "num_classes": num_classes,
        "bits": bits,
        "solver": name,
        "required": found.required_distance,
        "reached": found.min_distance,
        "feasible": found.feasible,
        "objective": round(found.objective, 2),
        "rank_correlation": round(found.rank_correlation, 3),
        "seconds": round(found.seconds, 3),
        "core_seconds": round(core_seconds, 3),
        "limit": None if name.startswith("lpbox") else LIMITS.get(num_classes),
    }


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print(run().to_string(index=False))
