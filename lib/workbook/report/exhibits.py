"""Figures and tables as the report shows them: a gallery, and the documents' tables beside ours."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from basics.errors import InputError, one_line
from basics.frames import cell
from workbook.catalogue import documents
from workbook.literature import Source, published_tables
from workbook.report.content import Content
from workbook.signs import with_signs
from workbook.texts import read_texts

LARGEST_SVG = 400_000


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
    frame = _csv(path, na_values=[""])
    return frame.apply(lambda column: column.map(_readable) if _is_text(column) else pd.to_numeric(column))


def read_cells(content: Content, exhibit: str) -> pd.DataFrame | None:
    """The cells of a recorded table, or of the table of a figure, as text; None where there is none."""
    path = content.folder / content.exhibits.get(exhibit, {}).get("files", {}).get("csv", "")
    return _csv(path) if path.is_file() else None


def _csv(path: Path, **options: Any) -> pd.DataFrame:
    """A recorded table as text.

    Raises:
        InputError: it was damaged or edited into something else.
    """
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, **options)
    except ValueError as error:
        raise InputError(f"{path} must be a table in UTF-8, got: {one_line(str(error))}") from error


def shown_by(content: Content, key: str, record: dict[str, Any]) -> Markup | None:
    """What a figure shows: its reading in this run, else the sentence of its notebook's texts, else None.

    Args:
        content: the profile.
        key: id of the figure.
        record: its record.
    """
    page = next((page for page in content.pages if page.name == record["notebook"]), None)
    texts = read_texts(record["notebook"])["figures"].get(key.removeprefix("figure-")[3:], {})
    said = page and page.shown_by(key)
    return said or (with_signs(texts["shows"]) if "shows" in texts else None)


def _readable(value: Any) -> Any:
    """A cell of a column of several kinds: numbers with few decimals, yes and no for truth.

    >>> _readable("8.020606060606061"), _readable("True"), _readable("02"), _readable("−0.0151")
    ('8.0206', 'yes', '02', '−0.0151')
    """
    if isinstance(value, str) and re.fullmatch(r"-?\d+\.\d{5,}(e[+-]?\d+)?", value):
        return cell(float(value))
    return {"True": "yes", "False": "no"}.get(value, value)


def _is_text(column: pd.Series) -> bool:
    """Whether any cell is no number, or is written with a leading zero."""
    number = r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?|-?inf"
    return not column.dropna().str.fullmatch(number).all()


def gallery(content: Content) -> list[tuple[str, dict[str, Any]]]:
    """All figures: those that stand beside a document's figure first, in its numbering, then by notebook."""
    return sorted(content.recorded("figure"), key=lambda item: figure_order(item[1]["source"]))


def figure_order(source: str | None) -> tuple[int, list[tuple[int, str]]]:
    """A sorting key: documents in order, their figures by number; figures without a source last.

    >>> sorted(["SHC Fig. 1", "CSQ Fig. S.10", "CSQ Fig. S.2"], key=figure_order)
    ['CSQ Fig. S.2', 'CSQ Fig. S.10', 'SHC Fig. 1']
    """
    known = list(documents())
    if not source or source.split()[0] not in known:
        return len(known), []
    parts = re.findall(r"\d+|[^\d]+", source)
    return known.index(source.split()[0]), [(int(p) if p.isdigit() else -1, p) for p in parts]


def beside_published(content: Content) -> list[tuple[Source, list[tuple[str, dict[str, Any]]]]]:
    """Every published table, and id and record of those of ours that name it as their source."""
    recorded = content.recorded("table")
    return [
        (table, [item for item in recorded if item[1]["source"] == source])
        for source, table in published_tables().items()
    ]
