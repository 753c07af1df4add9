"""What a ranking needs: packed codes of both sides, and who is relevant to whom."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, UInt64

from basics.errors import InputError
from hashcenters.codes import Codes, as_array, sign_rule
from hashcenters.kernels.ranking import Relevance
from hashcenters.limits import MAX_ITEMS
from hashcenters.metrics.relevance import Labels, relate, word_columns

_ROWS_AT_ONCE = 16_384


@dataclass(frozen=True)
class RankingInput:
    """Checked and packed: codes as 64-bit words (the database by columns), relevance, and labelled queries."""

    bits: int
    query: UInt64[np.ndarray, "n_query words"]
    database: UInt64[np.ndarray, "words n_database"]
    relevance: Relevance
    labelled: Bool[np.ndarray, "n_query"]

    @property
    def database_size(self) -> int:
        """Number of database items."""
        return self.database.shape[1]


def pack_words(codes: np.ndarray, *, name: str) -> UInt64[np.ndarray, "words n"]:
    """Codes of any form that `sign_rule` knows as columns of 64-bit words, the last word padded with zeros.

    Raises:
        InputError: no row or more than `MAX_ITEMS`, or as `sign_rule`.
    """
    if not 1 <= len(codes) <= MAX_ITEMS:
        raise InputError(f"{name} must have shape (n, bits) with n >= 1 and at most {MAX_ITEMS}, got {codes.shape}")
    rule = sign_rule(codes, name=name)
    words = np.empty((-(-codes.shape[1] // 64), len(codes)), dtype=np.uint64)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        words[:, rows] = word_columns(np.packbits(rule(codes[rows], 0), axis=1))
    return words


def check_sizes(
    query_codes: np.ndarray, query_labels: np.ndarray, database_codes: np.ndarray, database_labels: np.ndarray
) -> None:
    """Check that there is one label a code, and one length of codes.

    Raises:
        InputError: there is not.
    """
    given = (("query", query_codes, query_labels), ("database", database_codes, database_labels))
    for name, codes, labels in given:
        if codes.ndim != 2 or not labels.ndim:
            shapes = f"{codes.shape} and {labels.shape}"
            raise InputError(f"{name} codes must have shape (n, bits) and labels one row a code, got {shapes}")
        if len(codes) != len(labels):
            raise InputError(f"{name} needs one label a code, got {len(codes)} codes and {len(labels)} labels")
    if query_codes.shape[1:] != database_codes.shape[1:]:
        widths = f"{query_codes.shape[1:]} and {database_codes.shape[1:]}"
        raise InputError(f"query and database codes must have the same bits, got {widths}")


def prepare(query_codes: Codes, query_labels: Labels, database_codes: Codes, database_labels: Labels) -> RankingInput:
    """Check the four arrays of an evaluation, in whatever form they come, and pack them.

    Args:
        query_codes, database_codes: (n, bits), see `codes.read_codes`.
        query_labels, database_labels: class indices (n,) or multi-hot rows (n, num_classes).

    Raises:
        InputError: anything that does not fit together, in one line.
    """
    given = {"query codes": query_codes, "query labels": query_labels}
    given |= {"database codes": database_codes, "database labels": database_labels}
    arrays = {name: as_array(values, name=name) for name, values in given.items()}
    check_sizes(*arrays.values())
    query, database = (pack_words(arrays[name], name=name) for name in ("query codes", "database codes"))
    relevance, labelled = relate(arrays["query labels"], arrays["database labels"])
    return RankingInput(arrays["query codes"].shape[1], np.ascontiguousarray(query.T), database, relevance, labelled)
