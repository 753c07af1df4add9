"""Published numbers that stand beside ours; numbers from different data are never subtracted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pandas as pd

from basics.errors import InputError
from basics.schema import Struct
from basics.source import by_name
from workbook.catalogue import read_entries
from workbook.claims import Claim


class Source(Struct, frozen=True):
    """One published table, an entry of literature.yaml.

    Args:
        key: in front of the keys of its numbers.
        digits: printed after the decimal point.
        source: short name of the table, such as "CSQ Table 1".
        place: where it is printed.
        columns: data set, measure and bits.
        rows: for each method or backbone a value a column: a fraction 0–1, a fraction and the deviation as printed
            in whatever unit, or None where nothing was published.
    """

    key: str
    digits: int
    source: str
    place: str
    columns: list[str]
    rows: dict[str, list[float | tuple[float, float] | None]]

    def __post_init__(self) -> None:
        if any(len(values) != len(self.columns) for values in self.rows.values()):
            raise InputError(f"every row of {self.key} must have {len(self.columns)} values, one a column")

    @property
    def numbered(self) -> bool:
        """Whether it is a table of a document itself, such as "CSQ Table 1"."""
        return re.fullmatch(r"\w+ Table \d+", self.source) is not None

    def numbers(self) -> Iterator["Published"]:
        """Its numbers, row by row."""
        for row, values in self.rows.items():
            for column, value in zip(self.columns, values, strict=True):
                if value is not None:
                    number, *spread = value if isinstance(value, tuple) else (value,)
                    key = f"{self.key}/{row}/{column}"
                    yield Published(key, self.source, row, column, number, self.digits, *spread)


@dataclass(frozen=True)
class Published:
    """One published number.

    Args:
        key: `<key of the table>/<row>/<column>`.
        source: short name of its table.
        row: method or backbone.
        column: data set, measure and bits.
        value: the number, a fraction 0–1.
        digits: printed after the decimal point.
        plus_minus: the deviation as printed, whatever its unit; None without one.
    """

    key: str
    source: str
    row: str
    column: str
    value: float
    digits: int
    plus_minus: float | None = None

    @property
    def text(self) -> str:
        """The number as printed."""
        spread = "" if self.plus_minus is None else f" ± {self.plus_minus:.2f}"
        return f"{self.value:.{self.digits}f}{spread}"


@cache
def published_tables() -> dict[str, Source]:
    """Every published table by its short name, in the order of literature.yaml."""
    return {table.source: table for table in read_entries("literature.yaml", list[Source])}


@cache
def published() -> dict[str, Published]:
    """Every published number by key, in the order of literature.yaml."""
    return {number.key: number for table in published_tables().values() for number in table.numbers()}


@by_name("literature.yaml", "key", "source")
def find_number(key: str) -> Published:
    """The published number with a key.

    Raises:
        InputError: there is none.
    """
    if key not in published():
        raise InputError(f"expected a key of literature.yaml, got {key!r}")
    return published()[key]


@by_name("literature.yaml", "key", "source")
def numbers_of(source: str) -> list[Published]:
    """The numbers of one published table.

    Raises:
        InputError: no such table.
    """
    if source not in published_tables():
        raise InputError(f"source must be one of {list(published_tables())}, got {source!r}")
    return list(published_tables()[source].numbers())


def published_table(source: str) -> pd.DataFrame:
    """One published table as it is printed: a row a method, a column a data set.

    Raises:
        InputError: no such table.
    """
    cells: dict[str, dict[str, str]] = {}
    for number in numbers_of(source):
        cells.setdefault(number.row, {"method": number.row})[number.column] = number.text
    return pd.DataFrame(list(cells.values()))


@by_name("literature.yaml", "key", "source")
def check_comparison(claim: Claim, values: dict[str, float]) -> None:
    """Allow a number to stand beside a published one only if it was measured on the same data.

    Raises:
        InputError: an unknown key, or values measured on substitute data.
    """
    unknown = [key for key in values if key not in published()]
    if unknown:
        raise InputError(f"compare takes keys of literature.yaml, got {unknown}")
    if values and claim.substitute:
        raise InputError(f"{claim.id} was measured on substitute data ({claim.data}); compare the trend instead")
