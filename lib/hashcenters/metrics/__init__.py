"""Retrieval quality of hash codes: average precision under an explicit tie rule, precision, recall, curves.

Terms used in every module here: `query_codes` and `database_codes` are codes (n, bits), in any form that
`codes.read_codes` reads (±1, {0, 1}, bool, or outputs, whose signs they are; lists and tensors, too); labels are class
indices (n,) or multi-hot rows (n, num_classes); two items are relevant to each other when they share a label.

Two queries against four items, two of which are equally far from either query, so that AP depends on which of them is
written down first; `expected` is the mean over both orders, whatever the order of the database:

>>> import numpy as np
>>> query_codes = np.array([[1, 1, 1, 1], [-1, -1, 1, 1]])
>>> database_codes = np.array([[1, 1, 1, -1], [1, 1, -1, 1], [-1, -1, 1, 1], [-1, -1, -1, -1]])
>>> arrays = query_codes, np.array([7, 3]), database_codes, np.array([3, 7, 3, 3])
>>> average_precision(*arrays, top_k=None).round(3), average_precision(*arrays, top_k=None, ties="stable").round(3)
(array([0.75 , 0.958]), array([0.5, 1. ]))
>>> all_ties(*arrays, top_k=2)
{'expected': 0.875, 'stable': 0.75, 'relevant_first': 1.0, 'relevant_last': 0.75}
>>> score_codes(*arrays, top_k=2).head(2)["metric"].tolist()
['mAP@2', 'mAP@2']
"""

from hashcenters.metrics.curves import precision_recall_by_rank
from hashcenters.metrics.ranking import DEFAULT_TIES, TIES, all_ties, average_precision
from hashcenters.metrics.report import score_codes

__all__ = ["DEFAULT_TIES", "TIES", "all_ties", "average_precision", "precision_recall_by_rank", "score_codes"]
