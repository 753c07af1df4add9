"""Builds the static site of a profile: a front page, a page a notebook, a style sheet and a script."""

import re
from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from basics import paths
from basics.files import write_text
from basics.frames import markdown_text, to_markdown
from basics.text import duration, in_words
from workbook import beside, scoreboard, tables
from workbook.catalogue import workbook
from workbook.claims import LOOKS, catalogue
from workbook.compare import Comparison, compare
from workbook.discrepancies import PARTIES, ranked
from workbook.findings import findings
from workbook.glossary import FirstUses, glossary
from workbook.literature import published_table
from workbook.report import exhibits
from workbook.report.content import Content, on_front, read_content
from workbook.report.pages import Page, first_sentence
from workbook.signs import spelled, with_signs

TEMPLATES = Path(__file__).parent / "templates"
COMPARED = "compare.html"
MOST_ROWS, MOST_ROWS_IN_MARKDOWN = 200, 30
_NAMES = re.compile(r"[\w./-]*(?:[A-Za-z0-9]_\w+|\w\.(?:py|npy|pkl|txt|md|ipynb))\b")


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
    compared = against_committed(profile)
    render = _renderer(content, compared=compared, infinity=inf)
    html = content.folder / "html"
    write_text(html / "site.js", (TEMPLATES / "site.js").read_text(encoding="utf-8"))
    write_text(html / "style.css", (TEMPLATES / "style.css").read_text(encoding="utf-8") + _verdict_colours())
    for before, page, after in zip([None, *content.pages], content.pages, [*content.pages[1:], None], strict=False):
        shown = render("notebook.html", root="../", page=page, before=before, after=after)
        write_text(html / f"{page.name}.html", shown)
    if compared:
        write_text(html / COMPARED, render("compare.html", root="../", comparison=compared))
    pages = {html / f"{page.name}.html" for page in content.pages} | ({html / COMPARED} if compared else set())
    for old in set(html.glob("*.html")) - pages:
        old.unlink()
    write_text(content.folder / "README.md", spelled(render("README.md")))
    index = content.folder / "index.html"
    write_text(index, render("index.html", root=""))
    return index


def against_committed(profile: str) -> Comparison | None:
    """What the results of a profile's runs here differ in from the committed ones; None without these."""
    committed, own = paths.committed_results(profile), paths.shown_results(profile)
    return compare(committed, own) if committed.is_dir() and own != committed else None


def write_comparison(comparison: Comparison, page: Path) -> None:
    """Write what two results folders differ in as a page that needs no other file.

    Raises:
        InputError: it cannot be written.
    """
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8") + _verdict_colours()
    shown = _environment().get_template("compared.html")
    write_text(page, shown.render(style=style, comparison=comparison, looks=LOOKS, infinity=inf))


def _verdict_colours() -> str:
    """The style sheet's colour of each verdict."""
    return "".join(f".v-{verdict} {{ --verdict: {look.colour}; }}\n" for verdict, look in LOOKS.items())


def _renderer(content: Content, **values: Any) -> Any:
    """A function that renders a template with everything that is known about the profile, and given values."""
    environment = _environment()
    environment.globals |= values
    cells = partial(exhibits.read_cells, content)
    front = on_front(content)
    joint = beside.groups(front.claims, front.exhibits, partial(exhibits.read_cells, front))
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
        "register": ranked(content.claims, cells),
        "found": findings(content.claims, content.exhibits),
        "joint": {"headings": beside.headings(), "groups": joint, "profile": front.profile},
        "shows": lambda key, record: exhibits.shown_by(content, key, record),
        "glossary": glossary(),
        "comparisons": scoreboard.comparisons(content.profile),
        "duration": duration,
        "picture": lambda record: exhibits.picture(content, record),
        "recorded": lambda record: exhibits.read_recorded(content, record),
        "published": published_table,
        "table": lambda frame: Markup(tables.to_html(frame, most_rows=MOST_ROWS)),
        "target": _targets(content.pages),
        "markdown": to_markdown,
        "board": _board(content),
        "joint_markdown": to_markdown(beside.frame(joint)),
        "notebook": lambda name: (
            f"notebooks/{name}.ipynb" if (content.folder / f"notebooks/{name}.ipynb").is_file() else ""
        ),
        "most_rows": MOST_ROWS_IN_MARKDOWN,
        "versions": ", ".join(f"{name} {version}" for name, version in content.versions().items()),
    }
    return lambda name, **values: environment.get_template(name).render(**values)


def _marked(terms: FirstUses) -> Callable[[str], Markup]:
    """A filter that escapes a text and marks the terms that it is the first to use."""
    return lambda text: Markup(terms.mark(str(with_signs(text))))


def _named(place: str) -> str:
    """A place in a repository with the names of files and functions between backticks.

    >>> _named("train.py, train_model; the whole repository")
    '`train.py`, `train_model`; the whole repository'
    """
    return place if "`" in place else _NAMES.sub(r"`\g<0>`", place)


def _deviation(cell: str) -> Markup:
    """A cell with its deviation smaller, where a line may break."""
    number, sign, rest = cell.partition(" ± ")
    return Markup("{} <small>±&nbsp;{}</small>").format(number, rest) if sign else Markup("{}").format(number)


def _environment() -> Environment:
    """The templates and their filters."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name.endswith(".html"),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters |= {"signs": with_signs, "text": markdown_text, "sentence": first_sentence, "spelled": spelled}
    environment.filters |= {
        "words": in_words,
        "made_with": tables.made_with,
        "named": _named,
        "deviation": _deviation,
        "terms": _marked(FirstUses("")),
    }
    return environment


def _board(content: Content) -> str:
    """The scoreboard as Markdown, with links to the executed notebooks."""
    frame = scoreboard.frame(content.board, scoreboard.README)
    links = {page.number: f"[{page.number}](notebooks/{page.name}.ipynb)" for page in content.pages}
    linked = ["notebook", "---", *(links.get(number, number) for number in frame.pop("notebook"))]
    lines = zip(to_markdown(frame).splitlines(), linked, strict=True)
    return "".join(f"{line} {link} |\n" for line, link in lines)


def _targets(pages: list[Page]) -> Any:
    """A function from a notebook's number and an anchor to the link from the results folder; None without a page."""
    known = {page.number: page for page in pages}

    def target(number: str, anchor: str) -> str | None:
        page = known.get(number[:2])
        return page and f"html/{page.name}.html{'#' + anchor if anchor and anchor in page.anchors else ''}"

    return target


def _emblem(rows: tuple[str, ...]) -> str:
    """Path data of the dark cells of the emblem, one unit a cell."""
    return "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, cell in enumerate(row) if cell == "#")
