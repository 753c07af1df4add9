"""What a notebook shows for a recorded figure, table or claim, marked so that the report knows it again."""

import base64
import html
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display
from PIL import Image

from basics.frames import cells
from workbook import tables
from workbook.claims import Claim

MARK = "workbook"
DEFINITION = {"code": "open"}  # the mark of an output whose cell is to be read
EMBEDDED_WIDTH = 1100
MOST_ROWS = 60


class Shown:
    """A rich output of a notebook: one bundle of MIME types a part, with the id of what it shows."""

    def __init__(self, *parts: dict[str, Any], mark: dict[str, Any], extra: dict[str, Any] | None = None) -> None:
        self._parts = parts
        self._mark = mark
        self._extra = extra or {}

    def _ipython_display_(self) -> None:
        for part in self._parts:
            extra = {kind: about for kind, about in self._extra.items() if kind in part}
            display(part, raw=True, metadata={MARK: self._mark, **extra})

    def __repr__(self) -> str:
        return self._parts[0]["text/plain"]


def _embedded(png: Path) -> str:
    """The picture with 256 colours and at most `EMBEDDED_WIDTH` pixels wide, as base64."""
    with Image.open(png) as image:
        image = image.convert("RGB")
        image.thumbnail((EMBEDDED_WIDTH, 4 * EMBEDDED_WIDTH), Image.Resampling.LANCZOS)
        small = io.BytesIO()
        image.quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return base64.b64encode(small.getvalue()).decode()


def _note(entry: Mapping[str, Any]) -> str:
    """What a recorded figure or table stands beside, and what it was made with."""
    beside = f"Stands beside {entry['source']}. " if entry.get("source") else ""
    return f"{beside}{tables.made_with(entry)}".strip()


def shown_figure(exhibit: str, png: Path, entry: dict[str, Any]) -> Shown:
    """The figure as an embedded picture, then its caption."""
    note = _note(entry)
    caption = f"<p><strong>{html.escape(entry['caption'])}</strong> <em>{html.escape(note)}</em></p>"
    picture = {"image/png": _embedded(png), "text/plain": f"[{exhibit}: {entry['alt']}]"}
    below = {"text/html": caption, "text/plain": f"{entry['caption']} {note}".strip()}
    size = {"image/png": {"alt": entry["alt"], "width": entry["width"]}}
    return Shown(picture, below, mark={"exhibit": exhibit}, extra=size)


def shown_table(
    frame: pd.DataFrame, caption: str, *, exhibit: str = "", entry: Mapping[str, Any] | None = None
) -> Shown:
    """The table as HTML, cut after `MOST_ROWS` rows, with a plain-text form and, where it is recorded, what it says."""
    note = _note(entry or {})
    body = tables.to_html(frame, caption=caption, most_rows=MOST_ROWS)
    body += f"\n<p><em>{html.escape(note)}</em></p>" if note else ""
    plain = f"{caption}\n{cells(frame).head(MOST_ROWS).to_string(index=False)}"
    return Shown({"text/html": body, "text/plain": plain}, mark={"exhibit": exhibit} if exhibit else {})


def shown_claim(claim: Claim, anchor: str) -> Shown:
    """One line: the verdict, then what is claimed, what was found, and why the verdict follows."""
    text = {name: html.escape(str(value)) for name, value in claim.record().items()}
    tolerance = f" (tolerance {text['tolerance']})" if claim.tolerance else ""
    line = (
        f'<p id="{anchor}"><strong>{text["verdict"]}</strong> <code>{text["id"]}</code> Expected: '
        f"{text['expected']}{tolerance}. Observed: {text['observed']}. Because: {text['evidence']}. "
        f"<em>Data: {text['data']}.</em></p>"
    )
    said = f"expected {claim.expected}; observed {claim.observed}; because: {claim.evidence}"
    plain = f"{claim.verdict}: {claim.id}: {said}"
    return Shown({"text/html": line, "text/plain": plain}, mark={"claim": claim.id, "anchor": anchor})


def shown_note(text: str) -> Shown:
    """A line of text in italics, of which nothing is recorded."""
    return Shown({"text/html": f"<p><em>{html.escape(text)}</em></p>", "text/plain": text}, mark={})
