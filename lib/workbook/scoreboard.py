"""All claims of the documents with the verdicts that the notebooks of a profile recorded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbook.claims import LOOKS, NOT_JUDGED, Statement, catalogue
from workbook.literature import published
from workbook.results import read_claims

# The columns that each place shows, in its order: a new column is an entry of `_line`, and its name here.
README = ("verdict", "claim", "statement", "observed", "evidence", "data", "notebook")
NOTEBOOK = ("claim", "place", "verdict", "expected", "observed", "evidence", "data", "notebook")
PAGE = {"expected": "Expected", "observed": "Found", "evidence": "Because", "data": "Data"}  # of a claim


@dataclass(frozen=True)
class Row:
    """One statement and what was recorded about it.

    Args:
        statement: from the catalogue.
        records: the verdicts, the one of the statement's own notebook first; empty where none has run.
    """

    statement: Statement
    records: tuple[dict[str, Any], ...]

    @property
    def verdict(self) -> str:
        """The first verdict, or `not-judged`."""
        return self.records[0]["verdict"] if self.records else NOT_JUDGED

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its lines of the table: one a verdict, or one without any."""
        return [_line(self.statement, record) for record in self.records or ({},)]


def rows(profile: str) -> list[Row]:
    """One row a statement of the catalogue, in the documents' order."""
    records = read_claims(profile)
    return [Row(statement, _of(statement, records)) for statement in catalogue().values()]


def _of(statement: Statement, records: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    found = [record for record in records if record["id"] == statement.id]
    return tuple(sorted(found, key=lambda record: not record["notebook"].startswith(statement.notebook)))


def counts(board: list[Row]) -> dict[str, int]:
    """How many statements have each verdict, in the order of `LOOKS`, without zeros."""
    counted = Counter(row.verdict for row in board)
    return {verdict: counted[verdict] for verdict in LOOKS if counted[verdict]}


def frame(board: list[Row], columns: Iterable[str] | None = None) -> pd.DataFrame:
    """The scoreboard as a table: one row a verdict, one row a statement without any.

    Args:
        board: see `rows`.
        columns: those to keep, such as `README`; None for all.
    """
    lines = [line for row in board for line in row.lines]
    return pd.DataFrame(lines, columns=columns and list(columns))


def _line(statement: Statement, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "claim": statement.id,
        **{name: getattr(statement, name) for name in ("document", "place", "statement")},
        "verdict": record.get("verdict", NOT_JUDGED),
        **{name: record.get(name) for name in ("evidence", "observed", "expected", "tolerance", "data")},
        "substitute": record.get("substitute", False),
        "needs": statement.needs,
        "notebook": record["notebook"][:2] if record else statement.notebook,
        "anchor": record.get("anchor"),
    }


def comparisons(profile: str) -> pd.DataFrame:
    """Published numbers beside ours where both come from the same data, with their difference."""
    found = [
        {
            "number": f"{number.column}, {number.row}",
            "source": number.source,
            "published": number.value,
            "ours": ours,
            "difference": ours - number.value,
            "data": record["data"],
            "claim": record["id"],
        }
        for record in read_claims(profile)
        for key, ours in record["compare"].items()
        if (number := published().get(key))
    ]
    return pd.DataFrame(found, columns=["number", "source", "published", "ours", "difference", "data", "claim"])


def still_needed(board: list[Row]) -> pd.DataFrame:
    """What has to be fetched before a statement can be judged on the documents' own data."""
    lines = [
        {"claim": row.statement.id, "verdict here": row.verdict, "needs": row.statement.needs}
        for row in board
        if row.statement.needs
    ]
    return pd.DataFrame(lines, columns=["claim", "verdict here", "needs"])
