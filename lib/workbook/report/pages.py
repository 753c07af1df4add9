"""An executed notebook as a page: prose, foldable code, figures and tables from their files, claims with anchors."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from markupsafe import Markup
from nbconvert.filters.ansi import ansi2html
from nbformat import NotebookNode

from basics.errors import one_line
from workbook.committed import KEPT
from workbook.display import DEFINITION, MARK
from workbook.glossary import FirstUses
from workbook.report.markup import Anchors, Heading, formula, render_code, render_markdown, safe_html
from workbook.signs import signs_in

READING = "**Reading.**"
PURPOSES = {"injected-parameters": "Parameters of this run", "parameters": "Parameters"}  # of code cells, by their tags


@dataclass(frozen=True)
class Block:
    """One piece of a page.

    Args:
        kind: `prose`, `reading`, `code`, `figure`, `table`, `claim`, `output`, `text` or `error`.
        body: safe HTML (`Markup`); empty for exhibits and claims, whose record says everything.
        anchor: where it can be linked to; empty for most.
        record: the exhibit or claim.
        note: lines of code, or the name of an error.
        unfolded: whether code is shown at once, as a definition that the text speaks of is.
    """

    kind: str
    body: str = ""
    anchor: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    unfolded: bool = False


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

    def of_kind(self, kind: str) -> list[Block]:
        """Its blocks of one kind."""
        return [block for block in self.blocks if block.kind == kind]

    def shown_by(self, anchor: str) -> Markup | None:
        """What a figure shows: the first sentence of the reading that follows it, before a section or figure begins."""
        places = [place for place, block in enumerate(self.blocks) if block.anchor == anchor]
        for block in self.blocks[places[0] + 1 :] if places else []:
            if block.kind == "reading":
                return first_sentence(block.body)
            if block.kind == "figure" or (block.kind == "prose" and re.search(r"<h[1-4] ", block.body)):
                return None
        return None


def first_sentence(reading: str) -> Markup:
    """The first sentence of a reading, as HTML without links and without the word that marks it.

    >>> first_sentence("<p><strong>Reading.</strong> At 16 bits <code>a. B</code> leads (0.5). The rest follows.</p>")
    Markup('At 16 bits <code>a. B</code> leads (0.5).')
    """
    text = re.sub(r"^<p><strong>Reading\.</strong>\s*|</p>\s*$|</?a\b[^>]*>", "", reading.strip()).split("</p>")[0]
    for end in re.finditer(r"[.!?](?=\s+[A-ZΑ-Ω0-9<])", text):
        sentence = text[: end.end()]
        opened, closed = re.findall(r"<[a-z]", sentence), re.findall(r"</[a-z]", sentence)
        if len(opened) == len(closed):
            return Markup(sentence)
    return Markup(text)


def make_page(path: Path, exhibits: dict[str, dict[str, Any]], claims: list[dict[str, Any]], pages: set[str]) -> Page:
    """Read an executed notebook; one that cannot be read becomes a page that says so, as failed.

    Args:
        path: the `.ipynb` file.
        exhibits: recorded figures and tables by id.
        claims: recorded verdicts.
        pages: the names of all notebooks that have a page.
    """
    untitled = path.stem[3:].replace("_", " ")
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError, nbformat.ValidationError) as error:
        problem = Block("error", one_line(str(error)), "unreadable", note="This notebook cannot be read.")
        return Page(path.stem, untitled, [problem], [], frozenset({"unreadable"}), "unreadable")
    own = {claim["anchor"]: claim for claim in claims if claim["notebook"] == path.stem}
    maker = _Maker(exhibits | own, pages)
    for number, cell in enumerate(notebook.cells, start=1):
        maker.add(cell, number)
    maker.add_rest(path.stem)
    titles = [heading.text for heading in maker.headings if heading.level == 1] or [untitled]
    title = re.sub(r"^\d\d\W+", "", titles[0])
    below = [heading for heading in maker.headings if heading.level > 1]
    return Page(path.stem, title, maker.blocks, below, frozenset(maker.anchors.taken), maker.failed)


@dataclass
class _Maker:
    """Collects the blocks of one page.

    Args:
        records: recorded figures and tables by id, and the verdicts of this notebook by anchor.
        pages: the names of all notebooks that have a page.
    """

    records: dict[str, dict[str, Any]]
    pages: set[str]
    anchors: Anchors = field(default_factory=Anchors)
    terms: FirstUses = field(default_factory=lambda: FirstUses("../index.html"))
    blocks: list[Block] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    failed: str = ""

    def add(self, cell: NotebookNode, number: int) -> None:
        """Add a cell with its outputs; what papermill put above a cell that failed is left out."""
        tags = cell.metadata.get("tags", [])
        if "papermill-error-cell-tag" in tags:
            return
        if cell.cell_type == "markdown":
            self.add_prose(cell.source, cell.get("attachments"))
        elif cell.cell_type == "code" and cell.source.strip():
            lines = len(cell.source.strip().splitlines())
            purpose = next((text for tag, text in PURPOSES.items() if tag in tags), "Code")
            note = f"{purpose}, {lines} {'line' if lines == 1 else 'lines'}"
            anchor = self.anchors.claim(f"cell-{number}")
            unfolded = any(output.get("metadata", {}).get(MARK) == DEFINITION for output in cell.outputs)
            self.blocks.append(Block("code", Markup(render_code(cell.source)), anchor, note=note, unfolded=unfolded))
            for output in cell.outputs:
                self.add_output(output, anchor)

    def add_prose(self, source: str, attachments: dict[str, Any] | None = None) -> None:
        """Add Markdown, and its headings to those of the page; a reading is a block of its own."""
        reading, rest = source.strip().partition("\n\n")[::2] if source.strip().startswith(READING) else ("", source)
        for kind, part in (("reading", reading), ("prose", rest)):
            if part.strip():
                text, headings = render_markdown(
                    part, resolve=self.resolve, anchors=self.anchors, attachments=attachments
                )
                self.headings += headings
                anchor = self.anchors.claim(kind) if kind == "reading" else ""
                self.blocks.append(Block(kind, Markup(signs_in(self.terms.mark(text))), anchor))

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
        """Add what a cell printed, showed or failed with."""
        if output.output_type == "stream":
            self.blocks.append(Block("text", Markup(ansi2html(output.text)), note=output.name))
        elif output.output_type == "error":
            self.failed = cell
            text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
            self.blocks.append(Block("error", Markup(ansi2html(text)), note=output.ename))
        elif not self.add_recorded(output.metadata.get(MARK)):
            self.add_plain(output.data)

    def add_recorded(self, mark: Any) -> bool:
        """Add a recorded figure, table or claim from its record, once; False if there is no such record."""
        anchor = (mark.get("exhibit") or mark.get("anchor")) if isinstance(mark, dict) else None
        record = self.records.get(anchor) if isinstance(anchor, str) else None
        if record and anchor not in self.anchors.taken:
            kind = record.get("kind", "claim")
            self.blocks.append(Block(kind, anchor=self.anchors.claim(anchor), record=record))
        return record is not None

    def add_rest(self, notebook: str) -> None:
        """Add verdicts that no cell shows, and what the notebook could not make and the results keep as committed."""
        left = [key for key, record in self.records.items() if record["notebook"] == notebook]
        left = [key for key in left if key not in self.anchors.taken]
        kept = [key for key in left if KEPT in self.records[key]]
        judged = [key for key in left if "verdict" in self.records[key] and key not in kept]
        if judged:
            self.add_prose("## Also judged\n\nVerdicts of cells that show something else.")
        for key in judged:
            self.add_recorded({"anchor": key})
        if kept:
            self.add_prose(f"## Kept from the committed results\n\nNot made here: {self.records[kept[0]][KEPT]}.")
        for key in kept:
            self.add_recorded({"anchor": key})

    def add_plain(self, data: dict[str, Any]) -> None:
        """Add the richest form of an output that can be shown safely and without a script."""
        if "text/html" in data:
            self.blocks.append(Block("output", Markup(signs_in(safe_html(data["text/html"])))))
        elif "text/markdown" in data:
            self.add_prose(data["text/markdown"])
        elif "image/png" in data:
            picture = Markup('<img src="data:image/png;base64,{}" alt="{}">')
            source, alt = "".join(data["image/png"].split()), data.get("text/plain", "figure")
            self.blocks.append(Block("output", picture.format(source, alt)))
        elif "text/latex" in data:
            shown = formula(data["text/latex"].strip().strip("$"), display="block")
            self.blocks.append(Block("prose", Markup(shown)))
        elif "text/plain" in data:
            self.blocks.append(Block("text", Markup(ansi2html(data["text/plain"])), note="result"))
