"""Figures and tables as the front page shows them: a gallery, and the documents' tables beside ours."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pandas as pd
from markupsafe import Markup, escape

from hashcenters import discrepancies, literature, tables
from hashcenters.claims import DOCUMENTS
from hashcenters.report.content import Content

LARGEST_SVG = 400_000
MOST_ROWS = 200
NARROW_COLUMNS = 6
_INDEX = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z‖])_([A-Za-z0-9]{1,2})(?![A-Za-z0-9_])")
_POWER = re.compile(r"(?<=[\w\])‖}>])\^([A-Za-z0-9]{1,2})(?![A-Za-z0-9])")


def picture(content: Content, record: dict[str, Any]) -> str:
    """The file that pages show of a figure: the SVG, or the PNG where the SVG is large."""
    files = record["files"]
    svg = content.folder / files["svg"]
    return files["svg"] if svg.is_file() and svg.stat().st_size <= LARGEST_SVG else files["png"]


def read_recorded(content: Content, record: dict[str, Any]) -> pd.DataFrame:
    """A recorded table, from its csv file; names such as "02" stay text."""
    path = content.folder / record["files"]["csv"]
    if not path.is_file():
        return pd.DataFrame()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    return frame.apply(lambda column: column if _is_text(column) else pd.to_numeric(column))


def _is_text(column: pd.Series) -> bool:
    """Whether any cell is no number, or is written with a leading zero."""
    number = r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?|-?inf"
    return not column.dropna().str.fullmatch(number).all()


def table_html(content: Content, record: dict[str, Any]) -> Markup:
    """A recorded table as HTML without caption."""
    return Markup(tables.to_html(read_recorded(content, record), most_rows=MOST_ROWS))


def gallery(content: Content) -> list[tuple[str, dict[str, Any]]]:
    """All figures: those that stand beside a document's figure first, in its numbering, then by notebook."""
    figures = [
        (key, record) for key, record in content.records.exhibits.items() if record["kind"] == "figure"
    ]
    return sorted(figures, key=lambda item: figure_order(item[1]["source"]))


def figure_order(source: str | None) -> tuple[int, list[tuple[int, str]]]:
    """A sorting key: documents in order, their figures by number; figures without a source last.

    >>> sorted(["SHC Fig. 1", "CSQ Fig. S.10", "CSQ Fig. S.2"], key=figure_order)
    ['CSQ Fig. S.2', 'CSQ Fig. S.10', 'SHC Fig. 1']
    """
    documents = list(DOCUMENTS)
    if not source or source.split()[0] not in documents:
        return len(documents), []
    parts = re.findall(r"\d+|[^\d]+", source)
    return documents.index(source.split()[0]), [(int(p) if p.isdigit() else -1, p) for p in parts]


@dataclass(frozen=True)
class PaperTable:
    """A published table and what stands beside it.

    Args:
        source: its short name.
        place: where it is printed.
        own: whether it belongs to one of the two supplements.
        wide: whether it needs the whole width of a page.
        body: the table as printed.
        ours: our tables with that source, by id.
    """

    source: str
    place: str
    own: bool
    wide: bool
    body: Markup
    ours: list[tuple[str, dict[str, Any]]]


def paper_tables(content: Content) -> list[PaperTable]:
    """Every published table with those of ours that name it as their source."""
    places = {number.source: number.place for number in literature.published().values()}
    recorded = [
        (key, record) for key, record in content.records.exhibits.items() if record["kind"] == "table"
    ]
    found = []
    for source, place in places.items():
        printed = literature.published_table(source)
        ours = [(key, record) for key, record in recorded if record["source"] == source]
        wide = len(printed.columns) > NARROW_COLUMNS
        own = re.fullmatch(r"\w+ Table \d+", source) is not None
        found.append(PaperTable(source, place, own, wide, Markup(tables.to_html(printed)), ours))
    return found


def with_signs(text: str) -> Markup:
    """A string, escaped, with code between backticks, and one-letter names and their index as mathematicians set them.

    >>> with_signs("H_2K in {−1, 1}^q, not top_k or `a_b`")
    Markup('H<sub>2K</sub> in {−1, 1}<sup>q</sup>, not top_k or <code>a_b</code>')
    """
    parts = re.split(r"`([^`]+)`", str(escape(text)))
    prose = [_POWER.sub(r"<sup>\1</sup>", _INDEX.sub(r"\1<sub>\2</sub>", part)) for part in parts[::2]]
    code = [f"<code>{part}</code>" for part in parts[1::2]]
    return Markup("".join(part for pair in zip_longest(prose, code, fillvalue="") for part in pair))


def register_rows(content: Content) -> list[tuple[discrepancies.Discrepancy, list[discrepancies.Effect]]]:
    """Every discrepancy with the effects measured in this profile."""
    claims = content.records.claims
    return [(entry, discrepancies.effects(entry, claims)) for entry in discrepancies.register()]
