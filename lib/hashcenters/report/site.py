"""Builds the static site of a profile: a front page, a page a notebook, a style sheet and a script."""

from pathlib import Path
from typing import Any

from basics.files import write_text
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hashcenters import literature, scoreboard, tables
from hashcenters.centers.hadamard import hadamard_matrix
from hashcenters.claims import DOCUMENTS, VERDICTS
from hashcenters.report import exhibits
from hashcenters.report.content import Content, read_content
from hashcenters.report.facts import duration, facts
from hashcenters.report.pages import Page
from hashcenters.report.readme import readme

TEMPLATES = "templates"
ASSETS = ("style.css", "site.js")
SIGNS = {
    "proved": "✓",
    "reproduced": "✓",
    "trend": "↗",
    "inconclusive": "≈",
    "not-shown": "↯",
    "contradicted": "✗",
    "finding": "★",
    "needs-data": "⤓",
    scoreboard.NOT_JUDGED: "…",
}


def build(profile: str) -> Path:
    """Write the report of a profile from its results folder.

    Args:
        profile: its name.

    Returns:
        The path of `index.html`; pages lie in `html/` beside it, and `README.md` too.

    Raises:
        InputError: there are no results of this profile, or they cannot be written.
    """
    content = read_content(profile)
    render = _templates(content)
    html = content.folder / "html"
    for name in ASSETS:
        write_text(html / name, (Path(__file__).parent / TEMPLATES / name).read_text(encoding="utf-8"))
    for place, page in enumerate(content.pages):
        around = {"before": _at(content.pages, place - 1), "after": _at(content.pages, place + 1)}
        write_text(html / f"{page.name}.html", render("notebook.html", root="../", page=page, **around))
    for old in set(html.glob("*.html")) - {html / f"{page.name}.html" for page in content.pages}:
        old.unlink()
    write_text(content.folder / "README.md", readme(content))
    index = content.folder / "index.html"
    write_text(index, render("index.html", root=""))
    return index


def _at(pages: list[Page], place: int) -> Page | None:
    return pages[place] if 0 <= place < len(pages) else None


def _templates(content: Content) -> Any:
    """A function that renders a template with everything that is known about the profile."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    anchors = {page.name: page.anchors for page in content.pages}
    environment.filters["signs"] = exhibits.with_signs
    environment.globals |= {
        "content": content,
        "documents": DOCUMENTS,
        "verdicts": VERDICTS | {scoreboard.NOT_JUDGED: "no notebook has judged it in this profile"},
        "signs": SIGNS,
        "counts": scoreboard.counts(content.board),
        "facts": facts(content.manifest),
        "gallery": exhibits.gallery(content),
        "papers": exhibits.paper_tables(content),
        "register": exhibits.register_rows(content),
        "comparisons": scoreboard.comparisons(content.profile),
        "published": literature.published(),
        "pattern": _pattern(16),
        "icon": _pattern(8),
        "duration": duration,
        "picture": lambda record: exhibits.picture(content, record),
        "table": lambda record: exhibits.table_html(content, record),
        "plain_table": lambda frame: Markup(tables.to_html(frame)),
        "target": lambda notebook, anchor: _target(anchors, notebook, anchor),
    }

    def render(name: str, **values: Any) -> str:
        return environment.get_template(name).render(**values)

    return render


def _target(anchors: dict[str, frozenset[str]], notebook: str, anchor: str) -> str | None:
    """The link from the results folder to an anchor on a notebook's page, or to the page; None without a page."""
    if notebook not in anchors:
        return None
    return f"html/{notebook}.html{'#' + anchor if anchor in anchors[notebook] else ''}"


def _pattern(bits: int) -> str:
    """Path data of the dark cells of H_K, the emblem of the pages: one unit a cell."""
    matrix = hadamard_matrix(bits)
    return "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, sign in enumerate(row) if sign < 0
    )
