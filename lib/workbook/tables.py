"""Tables as csv, Markdown, booktabs LaTeX and HTML, all with the same text in their cells."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from basics.errors import InputError
from basics.files import write_text
from basics.frames import MISSING, cells, is_numeric, markdown_text, to_csv, to_markdown
from basics.text import in_words
from workbook.signs import with_signs

LONG = 60
_VOLATILE = re.compile(
    r"(wall[ _])?(time|seconds|minutes|duration|elapsed|runtime|date|timestamp|host|hostname)"
    r"([ _]?(s|seconds|\(s\)))?"
)
_SIGNS = "~^<>|–−±×·≤≥≠≈→∞½αλΔρσ²"
_COMMANDS = r"""\textasciitilde{} \textasciicircum{} $<$ $>$ $|$ -- $-$ $\pm$ $\times$ $\cdot$ $\le$ $\ge$ $\ne$
    $\approx$ $\to$ $\infty$ $\frac{1}{2}$ $\alpha$ $\lambda$ $\Delta$ $\rho$ $\sigma$ $^2$"""
_LATEX_SIGNS = {"\\": r"\textbackslash{}", **{sign: f"\\{sign}" for sign in "{}&%$#_"}}
_LATEX_SIGNS |= dict(zip(_SIGNS, _COMMANDS.split(), strict=True))
_LATEX_SIGNS |= {sign: f"$_{digit}$" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")}


def mean_std(frame: pd.DataFrame, by: str | list[str], value: str) -> pd.DataFrame:
    """Mean and sample standard deviation of `value` in each group, as numbers and as one readable text.

    Args:
        frame: one row a run.
        by: the columns that make a group, in the order of their first appearance.
        value: the measured column.

    Returns:
        One row a group: `by`, `<value>` ("0.8680 ± 0.0013"), `<value>_mean`, `<value>_std`, `n`.

    Raises:
        InputError: a column is missing.

    >>> mean_std(pd.DataFrame({"m": ["a", "a", "b"], "map": [0.5, 0.7, 0.4]}), "m", "map")["map"].tolist()
    ['0.6000 ± 0.1414', '0.4000 (one run)']
    """
    by = [by] if isinstance(by, str) else list(by)
    missing = [column for column in [*by, value] if column not in frame.columns]
    if missing:
        raise InputError(f"mean_std needs the columns {missing}, the table has {list(frame.columns)}")
    grouped = frame.groupby(by, sort=False, dropna=False)[value].agg(["mean", "std", "count"]).reset_index()
    text = [
        f"{mean:.4f} (one run)" if pd.isna(std) else f"{mean:.4f} ± {std:.4f}"
        for mean, std in zip(grouped["mean"], grouped["std"], strict=True)
    ]
    numbers = {value: text, f"{value}_mean": grouped["mean"], f"{value}_std": grouped["std"], "n": grouped["count"]}
    return grouped[by].assign(**numbers)


def refuse_volatile(frame: pd.DataFrame) -> None:
    """Refuse columns whose content changes from run to run: times, dates, hosts belong to the manifest."""
    volatile = [str(column) for column in frame.columns if _VOLATILE.fullmatch(str(column).lower())]
    if volatile:
        raise InputError(
            f"a saved table must be the same after every run, got the columns {volatile}; "
            "show them with results.show(...), which saves nothing"
        )


def _latex_text(text: str) -> str:
    """A string as LaTeX that shows it; at the start of a row `[` and `*` would be taken by the rule or break above."""
    guard = "{}" if text.lstrip()[:1] in ("[", "*") and text.strip() else ""
    return guard + text.translate(str.maketrans(_LATEX_SIGNS))


def to_latex(frame: pd.DataFrame, *, caption: str = "", label: str = "") -> str:
    """The table as a LaTeX `table` with booktabs rules; needs `\\usepackage{booktabs}` only."""
    text = cells(frame)
    escaped = text.map(_latex_text).set_axis([_latex_text(name) for name in text.columns], axis=1)
    return escaped.style.hide(axis="index").to_latex(
        column_format="".join("r" if is_numeric(column) else "l" for _, column in text.items()),
        position_float="centering",
        hrules=True,
        caption=_latex_text(caption) or None,
        label=f"tab:{label}" if label else None,
    )


def to_html(frame: pd.DataFrame, *, caption: str = "", most_rows: int | None = None) -> str:
    """The table as HTML in which every string is escaped.

    Args:
        frame: the table.
        caption: shown above it.
        most_rows: rows shown before the rest is only counted; None shows all.
    """
    text = cells(frame)
    shown = text if most_rows is None else text.head(most_rows)
    kinds = [_html_class(column) for _, column in text.items()]
    body = "\n".join(_html_row("td", kinds, row) for row in shown.to_numpy())
    body = body or f'<tr><td colspan="{len(kinds)}">{MISSING}</td></tr>'
    rest = len(text) - len(shown)
    foot = f'\n<tfoot><tr><td colspan="{len(kinds)}">… {rest} more rows</td></tr></tfoot>' if rest else ""
    title = f"<caption>{with_signs(caption)}</caption>\n" if caption else ""
    head = _html_row("th", kinds, text.columns)
    return f"<table>\n{title}<thead>{head}</thead>\n<tbody>\n{body}\n</tbody>{foot}\n</table>"


def _html_class(column: pd.Series) -> str:
    """Numbers stand flush right, columns of sentences are kept wide."""
    if is_numeric(column):
        return ' class="num"'
    return ' class="long"' if column.str.len().max() > LONG else ""


def _html_row(tag: str, kinds: list[str], values: Iterable[str]) -> str:
    """A row in which every string is escaped, and a number stays on one line with its deviation."""
    shown = [with_signs(in_words(value)).replace(" ± ", "\u00a0±\u00a0") for value in values]
    return f"<tr>{''.join(f'<{tag}{kind}>{text}</{tag}>' for kind, text in zip(kinds, shown, strict=True))}</tr>"


def made_with(record: Mapping[str, Any]) -> str:
    """What numbers were made with, in a line: what their data stands in for, and the protocol.

    >>> made_with({"substitute": "digits for photographs", "protocol": {"top_k": 10, "bits": [16, 64]}})
    'Substitute data: digits for photographs. Protocol: top k 10; bits [16, 64].'
    """
    protocol = "; ".join(f"{in_words(name)} {value}" for name, value in (record.get("protocol") or {}).items())
    told = {"Substitute data": record.get("substitute"), "Protocol": protocol}
    return " ".join(f"{name}: {text.rstrip('.')}." for name, text in told.items() if text)


def save(frame: pd.DataFrame, stem: Path, *, caption: str, note: str = "") -> dict[str, Path]:
    """Write `<stem>.csv`, `<stem>.md` and `<stem>.tex`, and return their paths by suffix.

    Args:
        frame: the table.
        stem: path of the files without their suffix.
        caption: one sentence.
        note: what the numbers were made with.

    Raises:
        InputError: a column holds times, dates or hosts, or the folder cannot be written.
    """
    refuse_volatile(frame)
    contents = {
        "csv": to_csv(frame),
        "md": to_markdown(frame, caption=caption) + (f"\n{markdown_text(note)}\n" if note else ""),
        "tex": to_latex(frame, caption=f"{caption} {note}".strip(), label=stem.name),
    }
    paths = {suffix: stem.with_name(f"{stem.name}.{suffix}") for suffix in contents}
    for suffix, content in contents.items():
        write_text(paths[suffix], content)
    return paths
