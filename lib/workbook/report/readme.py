"""The results of a profile as one Markdown page for reading on a code host; the same after every equal run."""

from workbook import literature, scoreboard
from workbook.report.content import Content
from workbook.report.exhibits import beside_published, gallery, read_recorded

MOST_ROWS = 30


def readme(content: Content) -> str:
    """Scoreboard, tables and figures of a profile, without times, dates or machine."""
    versions = ", ".join(f"{name} {version}" for name, version in content.versions().items())
    parts = [
        f"# Results of the profile `{content.profile}`",
        f"{_text(content.title)}. This page is generated; the same results with prose, code and a searchable "
        "scoreboard are in `index.html`, which `run_all.py` builds beside it.",
        *_scoreboard(content),
        *_published(content),
        *_figures(content),
        *_other_tables(content),
        "## Versions",
        versions or "Not recorded.",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _scoreboard(content: Content) -> list[str]:
    counts = ", ".join(f"{number} {verdict}" for verdict, number in scoreboard.counts(content.board).items())
    failed = [page.name for page in content.pages if page.failed]
    warning = [f"**Failed notebooks: {', '.join(failed)}.**"] if failed else []
    frame = scoreboard.frame(content.board, scoreboard.README)
    links = {page.number: f"[{page.number}](notebooks/{page.name}.ipynb)" for page in content.pages}
    linked = ["notebook", "---", *(links.get(number, number) for number in frame.pop("notebook"))]
    lines = frames.to_markdown(frame).splitlines()
    shown = "\n".join(f"{line} {link} |" for line, link in zip(lines, linked, strict=True))
    return ["## Scoreboard", *warning, f"{len(content.board)} claims: {counts}.", shown]


def _published(content: Content) -> list[str]:
    found = ["## Published tables beside ours"]
    for table, ours in beside_published(content):
        printed = frames.to_markdown(literature.published_table(table.source), caption="As published")
        found += [f"### {table.source}", printed, *(_table(content, record) for _, record in ours)]
    comparisons = scoreboard.comparisons(content.profile)
    if len(comparisons):
        found += ["### The same data", frames.to_markdown(comparisons)]
    return found


def _figures(content: Content) -> list[str]:
    found = ["## Figures"] if gallery(content) else []
    for _, record in gallery(content):
        heading = f"**{_text(record['source'])}.** " if record["source"] else ""
        substitute = f" {_substitute(record)}" if record["substitute"] else ""
        found += [f"![{_text(record['alt'])}]({record['files']['png']})"]
        found += [f"{heading}{_text(record['caption'])}{substitute} ({_origin(record, 'svg', 'pdf', 'csv')})"]
    return found


def _other_tables(content: Content) -> list[str]:
    others = [_table(content, record) for _, record in content.recorded("table") if not record["source"]]
    return ["## Tables", *others] if others else []


def _table(content: Content, record: dict) -> str:
    frame = read_recorded(content, record)
    text = frames.to_markdown(frame.head(MOST_ROWS), caption=record["caption"])
    rest = f"{len(frame) - MOST_ROWS} more rows in the csv file. " if len(frame) > MOST_ROWS else ""
    substitute = f"{_substitute(record)} " if record["substitute"] else ""
    return f"{text}\n{rest}{substitute}({_origin(record, 'csv', 'tex')})"


def _substitute(record: dict) -> str:
    return f"_Substitute data: {_text(record['substitute'])}_"


def _origin(record: dict, *kinds: str) -> str:
    """The notebook that recorded an exhibit, and links to its files."""
    links = ", ".join(f"[{kind}]({record['files'][kind]})" for kind in kinds)
    return f"{record['notebook'][:2]}; {links}"


def _text(text: str) -> str:
    """A string from data as Markdown text."""
    return frames.markdown_text(text)
