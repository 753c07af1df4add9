"""All claims of both documents with the verdicts that the notebooks of a profile recorded."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pandas as pd

from hashcenters.claims import VERDICTS, Statement, catalogue
from hashcenters.literature import published
from hashcenters.results import read_claims

NOT_JUDGED = "not-judged"


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
    def substitute(self) -> bool:
        """Whether a verdict rests on data that stands in for the documents' own."""
        return any("substitute" in record["data"] for record in self.records)

    @property
    def evidence(self) -> str:
        """One line on why."""
        if self.records:
            return self.records[0]["evidence"]
        return f"Notebook {self.statement.notebook} has recorded no verdict in this profile."


def rows(profile: str) -> list[Row]:
    """One row a statement of the catalogue, in the documents' order."""
    records = read_claims(profile)
    return [Row(statement, _of(statement, records)) for statement in catalogue().values()]


def _of(statement: Statement, records: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    found = [record for record in records if record["id"] == statement.id]
    return tuple(sorted(found, key=lambda record: not record["notebook"].startswith(statement.notebook)))


def counts(board: list[Row]) -> dict[str, int]:
    """How many statements have each verdict, in the order of `VERDICTS`, without zeros."""
    counted = Counter(row.verdict for row in board)
    return {verdict: counted[verdict] for verdict in (*VERDICTS, NOT_JUDGED) if counted[verdict]}


def frame(board: list[Row]) -> pd.DataFrame:
    """The scoreboard as a table: one row a verdict, one row a statement without any."""
    lines = [_line(row.statement, record) for row in board for record in row.records or ({},)]
    texts = ["statement", "verdict", "evidence", "observed", "expected", "data", "notebook"]
    return pd.DataFrame(lines, columns=["claim", "document", "place", *texts])


def _line(statement: Statement, record: dict[str, Any]) -> dict[str, Any]:
    about = {"claim": statement.id, "document": statement.document, "place": statement.place}
    found = {name: record.get(name) for name in ("evidence", "observed", "expected", "data")}
    notebook = record["notebook"][:2] if record else statement.notebook
    return about | {
        "statement": statement.statement,
        "verdict": record.get("verdict", NOT_JUDGED),
        **found,
        "notebook": notebook,
    }


def comparisons(profile: str) -> pd.DataFrame:
    """Published numbers beside ours where both come from the same data, with their difference."""
    found = [
        {
            "number": f"{published()[key].column}, {published()[key].row}",
            "source": published()[key].source,
            "published": published()[key].value,
            "ours": ours,
            "difference": ours - published()[key].value,
            "data": record["data"],
            "claim": record["id"],
        }
        for record in read_claims(profile)
        for key, ours in record["compare"].items()
        if key in published()
    ]
    return pd.DataFrame(
        found, columns=["number", "source", "published", "ours", "difference", "data", "claim"]
    )


def still_needed(board: list[Row]) -> pd.DataFrame:
    """What has to be fetched before a statement can be judged on the documents' own data."""
    lines = [
        {"claim": row.statement.id, "verdict here": row.verdict, "needs": row.statement.needs}
        for row in board
        if row.statement.needs
    ]
    return pd.DataFrame(lines, columns=["claim", "verdict here", "needs"])
