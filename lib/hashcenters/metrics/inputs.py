"""What a ranking needs: packed codes of both sides, and who is relevant to whom."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Shaped, UInt64

from basics.errors import InputError
from hashcenters.codes import check_codes, pack
from hashcenters.kernels.ranking import Relevance
from hashcenters.limits import MAX_ITEMS
from hashcenters.metrics.relevance import Labels, relate, word_columns

Codes = Shaped[np.ndarray, "..."]
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


def pack_words(codes: Codes, *, name: str) -> UInt64[np.ndarray, "words n"]:
    """±1 codes of any number type as columns of 64-bit words, the last word padded with zeros.

    Raises:
        InputError: no row or more than `MAX_ITEMS`, or as `check_codes`.
    """
    if not 1 <= len(codes) <= MAX_ITEMS:
        raise InputError(f"{name} must have shape (n, bits) with n >= 1 and at most {MAX_ITEMS}, got {codes.shape}")
    check_codes(codes, name=name)
    words = np.empty((-(-codes.shape[1] // 64), len(codes)), dtype=np.uint64)
    for start in range(0, len(codes), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        words[:, rows] = word_columns(pack(codes[rows]))
    return words


def check_sizes(query_codes: Codes, query_labels: Labels, database_codes: Codes, database_labels: Labels) -> None:
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
    """Check the four arrays of an evaluation and pack them.

    Args:
        query_codes, database_codes: ±1 codes (n, bits).
        query_labels, database_labels: class indices (n,) or multi-hot rows (n, num_classes).

    Raises:
        InputError: anything that does not fit together, in one line.
    """
    check_sizes(query_codes, query_labels, database_codes, database_labels)
    query, database = pack_words(query_codes, name="query codes"), pack_words(database_codes, name="database codes")
    relevance, labelled = relate(query_labels, database_labels)
    return RankingInput(query_codes.shape[1], np.ascontiguousarray(query.T), database, relevance, labelled)
