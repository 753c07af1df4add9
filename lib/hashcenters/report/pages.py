"""An executed notebook as a page: prose, foldable code, figures and tables from their files, claims with anchors."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html
from nbformat import NotebookNode

from hashcenters.display import MARK
from hashcenters.report.markup import Anchors, Heading, render_code, render_markdown, safe_html
from hashcenters.report.mathematics import block_math


@dataclass(frozen=True)
class Records:
    """What the notebooks of a profile recorded.

    Args:
        exhibits: figures and tables by id.
        claims: verdicts in order.
    """

    exhibits: dict[str, dict[str, Any]]
    claims: list[dict[str, Any]]


@dataclass(frozen=True)
class Block:
    """One piece of a page.

    Args:
        kind: `prose`, `code`, `figure`, `table`, `claim`, `output`, `text` or `error`.
        body: safe HTML (`Markup`); empty for exhibits and claims, whose record says everything.
        anchor: where it can be linked to; empty for most.
        record: the exhibit or claim.
        note: lines of code, or the name of an error.
    """

    kind: str
    body: str = ""
    anchor: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Page:
    """A notebook's page.

    Args:
        name: file name of the notebook without suffix.
        title: its first heading.
        blocks: its pieces in order.
        headings: its headings below the first level.
        anchors: everything on it that can be linked to.
        failed: the anchor of the cell that failed; empty if none did.
    """

    name: str
    title: str
    blocks: list[Block]
    headings: list[Heading]
    anchors: frozenset[str]
    failed: str

    @property
    def number(self) -> str:
        """The two digits of the notebook."""
        return self.name[:2]


def make_page(path: Path, records: Records, pages: set[str]) -> Page:
    """Read an executed notebook; one that cannot be read becomes a page that says so, as failed.

    Args:
        path: the `.ipynb` file.
        records: what the notebooks recorded.
        pages: the names of all notebooks that have a page.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, LookupError, AttributeError, TypeError, nbformat.ValidationError) as error:
        problem = Block("error", str(error), "unreadable", note="This notebook cannot be read.")
        return Page(
            path.stem, path.stem[3:].replace("_", " "), [problem], [], frozenset({"unreadable"}), "unreadable"
        )
    maker = _Maker(path.stem, records, pages)
    for number, cell in enumerate(notebook.cells, start=1):
        maker.add(cell, number)
    titles = [heading.text for heading in maker.headings if heading.level == 1]
    title = re.sub(r"^\d\d\W+", "", titles[0]) if titles else path.stem[3:].replace("_", " ")
    below = [heading for heading in maker.headings if heading.level > 1]
    return Page(path.stem, title, maker.blocks, below, frozenset(maker.anchors.taken), maker.failed)


class _Maker:
    """Collects the blocks of one page."""

    def __init__(self, name: str, records: Records, pages: set[str]) -> None:
        self.records = records
        self.pages = pages
        self.claims = {(c["id"], c["anchor"]): c for c in records.claims if c["notebook"] == name}
        self.anchors = Anchors()
        self.blocks: list[Block] = []
        self.headings: list[Heading] = []
        self.failed = ""

    def add(self, cell: NotebookNode, number: int) -> None:
        if "papermill-error-cell-tag" in cell.metadata.get("tags", []):
            return
        if cell.cell_type == "markdown":
            text, headings = render_markdown(
                cell.source, resolve=self.resolve, anchors=self.anchors, attachments=cell.get("attachments")
            )
            self.headings += headings
            self.blocks.append(Block("prose", Markup(text)))
        elif cell.cell_type == "code" and cell.source.strip():
            lines = len(cell.source.strip().splitlines())
            note = f"{_purpose(cell)}, {lines} {'line' if lines == 1 else 'lines'}"
            anchor = self.anchors.claim(f"cell-{number}")
            self.blocks.append(Block("code", Markup(render_code(cell.source)), anchor, note=note))
            for output in cell.outputs:
                self.add_output(output, anchor)

    def resolve(self, url: str) -> str | None:
        """A link of a notebook as a link of the site; None for files that are not on it."""
        if url.startswith(("https://", "http://", "#")):
            return url
        path, _, anchor = url.partition("#")
        stem = path.removesuffix(".ipynb").removeprefix("./")
        if not path.endswith(".ipynb") or stem not in self.pages:
            return None
        return f"{stem}.html{'#' + anchor if anchor else ''}"

    def add_output(self, output: NotebookNode, cell: str) -> None:
        if output.output_type == "stream":
            self.blocks.append(Block("text", Markup(ansi2html(output.text)), note=output.name))
        elif output.output_type == "error":
            self.failed = cell
            text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            self.blocks.append(Block("error", Markup(ansi2html(text)), note=output.ename))
        elif not self._add_recorded(output.metadata.get(MARK, {})):
            block = self._plain_output(output.data)
            if block:
                self.blocks.append(block)

    def _add_recorded(self, mark: dict[str, Any]) -> bool:
        """Show a recorded figure, table or claim from its record, once; False if there is no such record."""
        if "exhibit" in mark and mark["exhibit"] in self.records.exhibits:
            anchor = mark["exhibit"]
            if anchor not in self.anchors.taken:
                record = self.records.exhibits[anchor]
                self.blocks.append(Block(record["kind"], anchor=self.anchors.claim(anchor), record=record))
            return True
        record = self.claims.get((mark.get("claim"), mark.get("anchor")))
        if record and record["anchor"] not in self.anchors.taken:
            self.blocks.append(Block("claim", anchor=self.anchors.claim(record["anchor"]), record=record))
        return record is not None

    def _plain_output(self, data: dict[str, Any]) -> Block | None:
        """The richest form of an output that can be shown safely and without a script."""
        if "text/html" in data:
            return Block("output", Markup(safe_html(data["text/html"])))
        if "text/markdown" in data:
            text, headings = render_markdown(
                data["text/markdown"], resolve=self.resolve, anchors=self.anchors
            )
            self.headings += headings
            return Block("prose", Markup(text))
        if "image/png" in data:
            source = "".join(data["image/png"].split())
            alt = data.get("text/plain", "figure")
            return Block(
                "output", Markup('<img src="data:image/png;base64,{}" alt="{}">').format(source, alt)
            )
        if "text/latex" in data:
            return Block("prose", Markup(block_math(data["text/latex"].strip().strip("$"))))
        if "text/plain" in data:
            return Block("text", Markup(ansi2html(data["text/plain"])), note="result")
        return None


def _purpose(cell: NotebookNode) -> str:
    """What a code cell is for, by its tags."""
    tags = cell.metadata.get("tags", [])
    if "injected-parameters" in tags:
        return "Parameters of this run"
    return "Parameters" if "parameters" in tags else "Code"
