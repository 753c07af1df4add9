"""Builds the static site of a profile: a front page, a page a notebook, a style sheet and a script."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from basics.files import write_text
from basics.text import duration
from workbook import scoreboard, tables
from workbook.catalogue import workbook
from workbook.claims import LOOKS, catalogue, is_substitute
from workbook.discrepancies import PARTIES, effects, register
from workbook.literature import published_table
from workbook.report import exhibits
from workbook.report.content import Content, read_content
from workbook.report.markup import with_signs
from workbook.report.pages import Page
from workbook.report.readme import readme

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 200


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
    render = _renderer(content)
    html = content.folder / "html"
    write_text(html / "site.js", (TEMPLATES / "site.js").read_text(encoding="utf-8"))
    write_text(html / "style.css", (TEMPLATES / "style.css").read_text(encoding="utf-8") + _verdict_colours())
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


def _verdict_colours() -> str:
    """The style sheet's colour of each verdict."""
    return "".join(f".v-{verdict} {{ --verdict: {look.colour}; }}\n" for verdict, look in LOOKS.items())


def _renderer(content: Content) -> Any:
    """A function that renders a template with everything that is known about the profile."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"signs": with_signs, "is_substitute": is_substitute}
    environment.globals |= {
        "content": content,
        "workbook": workbook(),
        "emblem": _emblem(workbook().emblem),
        "looks": LOOKS,
        "statements": catalogue(),
        "counts": scoreboard.counts(content.board),
        "columns": scoreboard.PAGE,
        "facts": content.facts(),
        "gallery": exhibits.gallery(content),
        "papers": exhibits.beside_published(content),
        "parties": PARTIES,
        "register": [(entry, effects(entry, content.claims)) for entry in register()],
        "comparisons": scoreboard.comparisons(content.profile),
        "duration": duration,
        "picture": lambda record: exhibits.picture(content, record),
        "recorded": lambda record: exhibits.read_recorded(content, record),
        "published": published_table,
        "table": lambda frame: Markup(tables.to_html(frame, most_rows=MOST_ROWS)),
        "target": _targets(content.pages),
    }

    def render(name: str, **values: Any) -> str:
        return environment.get_template(name).render(**values)

    return render


def _targets(pages: list[Page]) -> Any:
    """A function from a notebook's number and an anchor to the link from the results folder; None without a page."""
    known = {page.number: page for page in pages}

    def target(number: str, anchor: str) -> str | None:
        page = known.get(number[:2])
        return page and f"html/{page.name}.html{'#' + anchor if anchor in page.anchors else ''}"

    return target


def _emblem(rows: tuple[str, ...]) -> str:
    """Path data of the dark cells of the emblem, one unit a cell."""
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == "#")
