"""Retrieval quality of hash codes: average precision under an explicit tie rule, precision, recall, curves.

Terms used in every module here: `query_codes` and `database_codes` are ±1 arrays (n, bits); labels are class
indices (n,) or multi-hot rows (n, num_classes); two items are relevant to each other when they share a label.
"""

from hashcenters.metrics.curves import precision_recall_by_rank
from hashcenters.metrics.ranking import DEFAULT_TIES, TIES, all_ties, average_precision
from hashcenters.metrics.report import score_codes

__all__ = ["DEFAULT_TIES", "TIES", "all_ties", "average_precision", "precision_recall_by_rank", "score_codes"]
