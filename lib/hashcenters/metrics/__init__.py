"""Retrieval quality of hash codes: average precision under an explicit tie rule, precision, recall, curves.

Terms used in every module here: `query_codes` and `database_codes` are ±1 arrays (n, bits); labels are class
indices (n,) or multi-hot rows (n, num_classes); two items are relevant to each other when they share a label.
"""

from hashcenters.metrics.curves import (
    precision_at,
    precision_recall_by_radius,
    precision_recall_by_rank,
    precision_within_radius,
    recall_at,
)
from hashcenters.metrics.ranking import TIES, all_ties, average_precision, mean_average_precision
from hashcenters.metrics.report import score_codes

__all__ = [
    "TIES",
    "all_ties",
    "average_precision",
    "mean_average_precision",
    "precision_at",
    "precision_recall_by_radius",
    "precision_recall_by_rank",
    "precision_within_radius",
    "recall_at",
    "score_codes",
]
