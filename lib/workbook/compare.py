"""Two results folders beside each other: claims whose verdict or numbers changed, tables by largest difference."""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from basics.errors import InputError
from basics.text import columns
from workbook.committed import KEPT
from workbook.records import CLAIMS, EXHIBITS, read

NUMBER = re.compile(r"[-−+]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?")
MOST_LINES, LONGEST = 6, 60
Cells = list[list[str]]


@dataclass(frozen=True)
class ClaimChange:
    """A claim that two folders judge differently, or by other numbers; empty texts where one has no record."""

    claim: str
    before: str
    after: str
    observed_before: str
    observed_after: str

    @property
    def other_verdict(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True)
class TableChange:
    """A table of both folders that differs.

    Args:
        table: its id.
        share: largest difference of two numbers, as a share of the largest number in their column; infinite where
            rows, columns or words differ.
        what: in words.
    """

    table: str
    share: float
    what: str


@dataclass(frozen=True)
class Comparison:
    """What differs between two results folders.

    Args:
        before, after: the folders.
        claims: those that differ, other verdicts first.
        tables: those that differ, by falling difference.
        alike: how many claims and tables do not differ.
        only_before, only_after: keys of claims, tables and figures that only one has.
        kept: why the second folder keeps records of the first, by key; they are not compared.
    """

    before: Path
    after: Path
    claims: list[ClaimChange]
    tables: list[TableChange]
    alike: tuple[int, int]
    only_before: list[str]
    only_after: list[str]
    kept: dict[str, str]

    def summary(self, *, most: int | None = MOST_LINES) -> str:
        """The most important of it in a few lines.

        Args:
            most: tables to name, None for all.
        """
        verdicts = [claim for claim in self.claims if claim.other_verdict]
        changed, same = len(self.tables), self.alike[1]
        lines = [
            f"compared with {self.before}: {len(verdicts)} verdicts changed, "
            f"{changed} of {changed + same} tables differ"
        ]
        rows = [(f"  {claim.claim}", f"{claim.before or 'none'} → {claim.after or 'none'}") for claim in verdicts]
        tables = [(f"  {table.table}", table.what) for table in self.tables[:most]]
        more = [(f"  and {changed - most} more tables", "")] if most is not None and changed > most else []
        if rows or tables:
            lines.append(columns([*rows, *tables, *more]))
        for name, keys in (("not made here", self.only_before), ("only here", self.only_after)):
            lines += [f"  {name}: {_listed(keys)}"] if keys else []
        if self.kept:
            why = ", ".join(sorted(set(self.kept.values())))
            lines.append(f"  kept as committed, since {why}: {_listed(self.kept)}")
        return "\n".join(lines)


def _listed(keys: Iterable[str]) -> str:
    """The first few keys."""
    names = list(keys)
    more = f" and {len(names) - MOST_LINES} more" if len(names) > MOST_LINES else ""
    return f"{', '.join(names[:MOST_LINES])}{more}"


def compare(before: Path, after: Path) -> Comparison:
    """What differs between two results folders.

    Raises:
        InputError: one is no results folder.
    """
    for folder in (before, after):
        if not (folder / EXHIBITS).is_file() and not (folder / CLAIMS).is_file():
            raise InputError(f"{folder} must be a results folder, with {CLAIMS} and {EXHIBITS}")
    claims = [read(folder / CLAIMS) for folder in (before, after)]
    exhibits = [read(folder / EXHIBITS) for folder in (before, after)]
    kept = {key: entry[KEPT] for key, entry in chain(claims[1].items(), exhibits[1].items()) if KEPT in entry}
    changed_claims, same_claims = _claims(*claims, kept)
    shared = [key for key in exhibits[0] if key in exhibits[1] and key not in kept and key.startswith("table-")]
    sides = list(zip((before, after), exhibits, strict=True))
    files = {key: [folder / found[key]["files"]["csv"] for folder, found in sides] for key in shared}
    tables = [change for key, pair in files.items() if (change := _table(key, *pair))]
    ranked = sorted(tables, key=lambda change: -change.share)
    alone = [_alone(exhibits[0], exhibits[1]), _alone(exhibits[1], exhibits[0])]
    return Comparison(before, after, changed_claims, ranked, (same_claims, len(shared) - len(tables)), *alone, kept)


def _alone(one: dict[str, dict], other: dict[str, dict]) -> list[str]:
    """Keys that only one of two files has."""
    return [key for key in one if key not in other]


def _claims(before: dict, after: dict, kept: dict[str, str]) -> tuple[list[ClaimChange], int]:
    """The claims that differ, those with another verdict first, and how many do not."""
    sides = [{}, {}]
    for found, side in zip((before, after), sides, strict=True):
        for key, entry in found.items():
            if key not in kept:
                side.setdefault((entry["id"], entry["notebook"]), []).append(entry)
    changes, same = [], 0
    for place in dict.fromkeys(chain(*sides)):
        records = [side.get(place, []) for side in sides]
        verdicts = [", ".join(entry["verdict"] for entry in entries) for entries in records]
        observed = ["; ".join(entry["observed"] for entry in entries) for entries in records]
        change = ClaimChange(place[0], *verdicts, *observed)
        if verdicts[0] == verdicts[1] and observed[0] == observed[1]:
            same += 1
        elif not any(key.split("/")[0] == place[0] for key in kept):
            changes.append(change)
    return sorted(changes, key=lambda change: not change.other_verdict), same


def read_cells(path: Path) -> Cells:
    """The cells of a csv file.

    Raises:
        InputError: it is no text.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} must be a table in UTF-8, got: {error}") from error


def _table(key: str, before: Path, after: Path) -> TableChange | None:
    """How two csv files differ, None where they do not."""
    if not (before.is_file() and after.is_file()):
        return TableChange(key, math.inf, "a file is missing")
    if before.read_bytes() == after.read_bytes():
        return None
    return table_change(key, read_cells(before), read_cells(after))


def table_change(key: str, before: Cells, after: Cells) -> TableChange | None:
    """How two tables differ, headings in the first row; None where no number and no word does.

    >>> table_change("t", [["loss", "mAP"], ["a", "0.50 ± 0.01"]], [["loss", "mAP"], ["a", "0.60 ± 0.01"]]).what
    'mAP by up to 0.1 (17 %), a: 0.50 ± 0.01 → 0.60 ± 0.01'
    >>> table_change("t", [["a"], ["1"]], [["a"], ["1"], ["2"]]).what
    '1 → 2 rows'
    """
    if before[:1] != after[:1]:
        return TableChange(key, math.inf, "other columns")
    if len(before) != len(after):
        return TableChange(key, math.inf, f"{len(before) - 1} → {len(after) - 1} rows")
    found = [_cell(before, after, *place) for place in _places(before)]
    worst = max(filter(None, found), key=lambda change: change.share, default=None)
    return worst and replace(worst, table=key)


def _places(table: Cells) -> Iterator[tuple[int, int]]:
    """Row and column of every cell below the headings."""
    return ((row, column) for row in range(1, len(table)) for column in range(len(table[0])))


def _cell(before: Cells, after: Cells, row: int, column: int) -> TableChange | None:
    """How one cell differs."""
    texts = [table[row][column] for table in (before, after)]
    if texts[0] == texts[1]:
        return None
    name, line = before[0][column], before[row][0]
    said = f"{line}: {' → '.join(text if len(text) <= LONGEST else text[:LONGEST] + '…' for text in texts)}"
    if NUMBER.sub("#", texts[0]) != NUMBER.sub("#", texts[1]):
        return TableChange("", math.inf, f"{name}, {said}")
    pairs = list(zip(*(_numbers(text) for text in texts), strict=True))
    far = max(abs(one - other) for one, other in pairs)
    scale = max(abs(number) for table in (before, after) for line in table[1:] for number in _numbers(line[column]))
    share = far / scale if scale else 0.0
    return TableChange("", share, f"{name} by up to {far:.3g} ({100 * share:.2g} %), {said}")


def _numbers(text: str) -> list[float]:
    """The numbers in a cell."""
    return [float(found.replace(",", "").replace("−", "-")) for found in NUMBER.findall(text)]
