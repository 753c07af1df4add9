"""Published numbers that stand beside ours; numbers from different data are never subtracted."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import pandas as pd
import yaml
from basics.errors import InputError

from hashcenters.claims import Claim


@dataclass(frozen=True)
class Published:
    """One published number.

    Args:
        key: `<source>/<row>/<column>`.
        source: short name of the table, such as "CSQ Table 1".
        place: where it is printed.
        row: method or backbone.
        column: data set, measure and bits.
        value: the number, a fraction 0–1.
        digits: printed after the decimal point.
        plus_minus: the deviation as printed, whatever its unit; None without one.
    """

    key: str
    source: str
    place: str
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
def published() -> dict[str, Published]:
    """Every published number by key, in the order of literature.yaml."""
    text = resources.files("hashcenters").joinpath("literature.yaml").read_text(encoding="utf-8")
    numbers = [number for source in yaml.safe_load(text) for number in _numbers(source)]
    return {number.key: number for number in numbers}


def _numbers(source: dict[str, Any]) -> list[Published]:
    made = []
    for row, values in source["rows"].items():
        for column, value in zip(source["columns"], values, strict=True):
            if value is None:
                continue
            number, spread = value if isinstance(value, list) else (value, None)
            key = f"{source['key']}/{row}/{column}"
            made.append(
                Published(
                    key, source["source"], source["place"], row, column, number, source["digits"], spread
                )
            )
    return made


def sources() -> list[str]:
    """The short names of all published tables."""
    return list(dict.fromkeys(number.source for number in published().values()))


def published_table(source: str) -> pd.DataFrame:
    """One published table as it is printed: a row a method, a column a data set.

    Raises:
        InputError: no such table.
    """
    numbers = [number for number in published().values() if number.source == source]
    if not numbers:
        raise InputError(f"source must be one of {sources()}, got {source!r}")
    cells: dict[str, dict[str, str]] = {}
    for number in numbers:
        cells.setdefault(number.row, {"method": number.row})[number.column] = number.text
    return pd.DataFrame(list(cells.values()))


def check_comparison(claim: Claim, values: dict[str, float]) -> None:
    """Allow a number to stand beside a published one only if it was measured on the same data.

    Raises:
        InputError: an unknown key, or values measured on substitute data.
    """
    unknown = [key for key in values if key not in published()]
    if unknown:
        raise InputError(f"compare takes keys of literature.yaml, got {unknown}")
    if values and claim.substitute:
        raise InputError(
            f"{claim.id} was measured on substitute data ({claim.data}); compare the trend instead"
        )
