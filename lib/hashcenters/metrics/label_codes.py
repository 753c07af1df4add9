"""The baseline of every supervised protocol: an item is stored as its class, and hash codes are left out.

Where queries, database and training share their classes, a classifier's answer in ⌈log2 m⌉ bits already retrieves:
items of the class that the query is taken for come first, all others tie behind them. It is scored here from codes
alone, a code being taken for the class whose center is nearest.

Source: A. Sablayrolles, M. Douze, H. Jégou, N. Usunier, How should we evaluate supervised hashing? ICASSP 2017.
"""

import numpy as np
from jaxtyping import Float64, Int, Int8, Int64

from basics.errors import InputError
from hashcenters.codes import hamming_distance
from hashcenters.metrics.ranking import Depth, average_precision
from hashcenters.metrics.relevance import Labels, as_labels

CODES = "codes"
PREDICTED = "label code, predicted"
LABELLED = "label code, labelled database"
CENTER_OF_PREDICTED = "center of the predicted class"
CENTER_OF_LABEL = "centers as database"
ROWS = {
    CODES: "query codes in database codes, as every other table has it",
    PREDICTED: "predicted class of the query in predicted classes of the database",
    LABELLED: "predicted class of the query in true classes of the database",
    CENTER_OF_PREDICTED: "as predicted, the classes stored as their centers, so that wrong ones are ranked too",
    CENTER_OF_LABEL: "query codes in centers of the true classes of the database: one code a class",
}
"""What is scored, by name."""


def label_bits(num_classes: int) -> int:
    """How many bits a class takes, ⌈log2 m⌉.

    >>> label_bits(51), label_bits(101), label_bits(128)
    (6, 7, 7)
    """
    return max(1, (num_classes - 1).bit_length())


def nearest_center(
    codes: Int8[np.ndarray, "n bits"], centers: Int8[np.ndarray, "num_classes bits"]
) -> Int64[np.ndarray, "n"]:
    """The class whose center is nearest to each code, the first of equally near ones.

    >>> centers = np.array([[1, 1, 1, 1], [-1, -1, -1, -1]], dtype=np.int8)
    >>> nearest_center(np.array([[1, -1, -1, -1], [1, 1, -1, -1]], dtype=np.int8), centers)
    array([1, 0])
    """
    return hamming_distance(codes, centers).argmin(axis=1)


def label_codes(num_classes: int) -> Int8[np.ndarray, "{num_classes} {num_classes}"]:
    """Codes of classes that rank by their equality: 0 bits apart where two classes are one, 2 where they are not.

    The ⌈log2 m⌉ bits that are stored say no more than the class, and their own distances would rank classes by index.
    """
    return 2 * np.eye(num_classes, dtype=np.int8) - np.int8(1)


def precisions_by_class(
    codes: Int8[np.ndarray, "num_classes bits"],
    taken: Int64[np.ndarray, "n_query"],
    truth: Int[np.ndarray, "n_query"],
    stored: Int[np.ndarray, "n_database"],
    labels: Int[np.ndarray, "n_database"],
    *,
    top_k: Depth,
) -> Float64[np.ndarray, "n_query"]:
    """AP@k of every query where each item is stored as the code of a class.

    Args:
        codes: one a class.
        taken, stored: the class that a query, and an item of the database, is taken for.
        truth, labels: their own classes, by which an item is relevant or not.
        top_k: ranks that count; None for the whole database.
    """
    # a query counts by the class it is taken for and by its own: each pair of them is ranked once
    pairs, place = np.unique(np.stack([taken, truth], axis=1), axis=0, return_inverse=True)
    return average_precision(codes[pairs[:, 0]], pairs[:, 1], codes[stored], labels, top_k=top_k)[place.ravel()]


def label_code_precisions(
    query_codes: Int8[np.ndarray, "n_query bits"],
    query_labels: Labels,
    database_codes: Int8[np.ndarray, "n_database bits"],
    database_labels: Labels,
    centers: Int8[np.ndarray, "num_classes bits"],
    *,
    top_k: Depth,
) -> dict[str, Float64[np.ndarray, "n_query"]]:
    """AP@k of every query by its code, and by nothing but classes.

    Args:
        query_codes, database_codes: ±1 codes.
        query_labels, database_labels: class indices (n,).
        centers: of the classes, which say what class a code is taken for.
        top_k: ranks that count, at least 1; None for the whole database.

    Returns:
        One AP a query for each of `ROWS`; items of a class tie, and count by the mean over all orders.

    Raises:
        InputError: items with several labels, a label without a center, or what `average_precision` refuses.
    """
    truth, classes = (as_labels(labels) for labels in (query_labels, database_labels))
    count = len(centers)
    if truth.ndim != 1 or classes.ndim != 1:
        raise InputError("label codes need one class an item, got several labels an item")
    if max(truth.max(initial=0), classes.max(initial=0)) >= count:
        raise InputError(f"every class must have a center, got classes up to {max(truth.max(), classes.max())}")
    taken, stored = (nearest_center(codes, centers) for codes in (query_codes, database_codes))
    alone = label_codes(count)
    return {
        CODES: average_precision(query_codes, truth, database_codes, classes, top_k=top_k),
        PREDICTED: precisions_by_class(alone, taken, truth, stored, classes, top_k=top_k),
        LABELLED: precisions_by_class(alone, taken, truth, classes, classes, top_k=top_k),
        CENTER_OF_PREDICTED: precisions_by_class(centers, taken, truth, stored, classes, top_k=top_k),
        CENTER_OF_LABEL: average_precision(query_codes, truth, centers[classes], classes, top_k=top_k),
    }
