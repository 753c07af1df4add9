"""Tables as text, csv and Markdown: the few decimals that tell numbers apart, one sign for what is missing."""

import re

import numpy as np
import pandas as pd

from basics.text import in_words

MISSING = "–"
_MARKDOWN_SIGNS = {**{sign: f"\\{sign}" for sign in "\\`*_[]|$"}, "&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": " "}


def _decimals(values: np.ndarray) -> int:
    """The fewest decimals that show a column exactly, at most 4 below ten and 2 above."""
    most = 4 if np.abs(values).max() < 10 else 2
    return next((d for d in range(most) if np.allclose(np.round(values, d), values, rtol=0, atol=1e-9)), most)


def _format_float(value: float, decimals: int) -> str:
    if np.isnan(value):
        return MISSING
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value != 0 and abs(value) < 0.5 * 10**-decimals:
        return f"{value:.1e}".replace("-", "−")
    return f"{value:.{decimals}f}".replace("-", "−")


def _format_column(column: pd.Series) -> list[str]:
    if pd.api.types.is_float_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        finite = values[np.isfinite(values)]
        decimals = _decimals(finite) if len(finite) else 0
        return [_format_float(value, decimals) for value in values]
    return [cell(value) for value in column]


def cell(value: object) -> str:
    """One value as text.

    >>> cell(0.86120000001), cell(-3), cell(True), cell(None)
    ('0.8612', '−3', 'yes', '–')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return _format_float(float(value), _decimals(np.array([value])) if np.isfinite(value) else 0)
    if isinstance(value, int | np.integer):
        return str(value).replace("-", "−")
    return str(value)


def cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The table as text: floats with the fewest decimals that tell them apart, "–" where there is no value, headings in
    words.

    >>> cells(pd.DataFrame({"map": [0.5, float("nan")], "bits": [16, 64]})).values.tolist()
    [['0.5', '16'], ['–', '64']]
    """
    named = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    columns = [_format_column(named.iloc[:, place]) for place in range(named.shape[1])]
    headings = [
        " ".join(filter(None, map(str, heading))) if isinstance(heading, tuple) else in_words(str(heading))
        for heading in named.columns
    ]
    return pd.DataFrame(dict(enumerate(columns)), dtype=object).set_axis(headings, axis=1)


def is_numeric(column: pd.Series) -> bool:
    """Whether a column of text holds numbers only, so that it is set flush right."""
    number = re.compile(r"[−+-]?[\d.,]+(e[−+-]?\d+)?%?|[–∞]|−∞")
    return len(column) > 0 and all(number.fullmatch(str(cell)) for cell in column)


def markdown_text(text: str) -> str:
    """A string as Markdown that shows it, whatever signs it holds."""
    return text.translate(str.maketrans(_MARKDOWN_SIGNS))


def to_csv(frame: pd.DataFrame) -> str:
    """The table as csv with ten significant digits; an unnamed index is left out."""
    named = any(name is not None for name in frame.index.names)
    return frame.to_csv(index=named, float_format="%.10g", lineterminator="\n")


def to_markdown(frame: pd.DataFrame, *, caption: str = "") -> str:
    """The table as GitHub Markdown under its caption; markup in cells is shown as text."""
    text = cells(frame)
    rows = [[markdown_text(cell) for cell in row] for row in [list(text.columns), *text.to_numpy()]]
    rule = ["---:" if is_numeric(column) else "---" for _, column in text.items()]
    lines = [f"| {' | '.join(row)} |" for row in [rows[0], rule, *rows[1:]]]
    heading = [f"**{markdown_text(caption)}**", ""] if caption else []
    return "\n".join([*heading, *lines]) + "\n"
