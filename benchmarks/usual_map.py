"""mAP@k as code of this field usually computes it: one query at a time, with a full sort of the database."""

import numpy as np


def usual_mean_average_precision(
    query_codes: np.ndarray,
    query_labels: np.ndarray,
    database_codes: np.ndarray,
    database_labels: np.ndarray,
    *,
    top_k: int,
) -> float:
    """Mean over queries, ties in whatever order `argsort` leaves them, queries without a hit counted as 0.

    Args:
        query_codes, database_codes: float32 ±1, (n, bits).
        query_labels, database_labels: float32 one-hot rows.
        top_k: ranks that count.
    """
    bits = query_codes.shape[1]
    total = 0.0
    for code, labels in zip(query_codes, query_labels, strict=True):
        relevant = (database_labels @ labels > 0).astype(np.float32)
        distances = 0.5 * (bits - database_codes @ code)
        ranked = relevant[np.argsort(distances)][:top_k]
        hits = int(ranked.sum())
        if hits:
            ranks = np.flatnonzero(ranked) + 1.0
            total += np.mean(np.arange(1, hits + 1) / ranks)
    return total / len(query_codes)


def score_found(
    query_classes: np.ndarray, database_classes: np.ndarray, rows: np.ndarray, *, block: int = 256
) -> float:
    """mAP of a search result, (n_query, top_k) database rows in order of rank, in numpy."""
    scores = np.zeros(len(rows))
    ranks = np.arange(1, rows.shape[1] + 1)
    for start in range(0, len(rows), block):
        part = slice(start, start + block)
        hit = database_classes[rows[part]] == query_classes[part, None]
        found = hit.cumsum(axis=1)
        total = found[:, -1]
        scores[part] = (hit * found / ranks).sum(axis=1) / np.maximum(total, 1)
    return float(scores.mean())
