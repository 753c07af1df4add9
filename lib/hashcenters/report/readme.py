"""The results of a profile as one Markdown page for reading on a code host; the same after every equal run."""

from hashcenters import literature, scoreboard, tables
from hashcenters.report.content import Content
from hashcenters.report.exhibits import gallery, read_recorded
from hashcenters.report.facts import versions

MOST_ROWS = 30


def readme(content: Content) -> str:
    """Scoreboard, tables and figures of a profile, without times, dates or machine."""
    parts = [
        f"# Results of the profile `{content.profile}`",
        f"{_text(content.title)}. This page is generated; the same results with prose, code and a searchable "
        "scoreboard are in `index.html`, which `run_all.py` builds beside it.",
        *_scoreboard(content),
        *_papers(content),
        *_figures(content),
        *_tables(content),
        "## Versions",
        ", ".join(f"{name} {version}" for name, version in versions(content.manifest).items())
        or "Not recorded.",
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _text(text: str) -> str:
    """A string from data as Markdown text."""
    return tables.markdown_text(text)


def _scoreboard(content: Content) -> list[str]:
    counts = ", ".join(f"{number} {verdict}" for verdict, number in scoreboard.counts(content.board).items())
    frame = scoreboard.frame(content.board)
    shown = frame[["verdict", "claim", "statement", "evidence", "data"]]
    executed = {page.number: page.name for page in content.pages}
    links = [
        f"[{number}](notebooks/{executed[number]}.ipynb)" if number in executed else number
        for number in frame.notebook
    ]
    failed = [page.name for page in content.pages if page.failed]
    warning = [f"**Failed notebooks: {', '.join(failed)}.**"] if failed else []
    lines = tables.to_markdown(shown).rstrip("\n").split("\n")
    linked = [f"{line} {cell} |" for line, cell in zip(lines, ["notebook", "---", *links], strict=True)]
    return ["## Scoreboard", *warning, f"{len(content.board)} claims: {counts}.", "\n".join(linked)]


def _papers(content: Content) -> list[str]:
    found = ["## Published tables beside ours"]
    recorded = [r for r in content.records.exhibits.values() if r["kind"] == "table" and r["source"]]
    for source in literature.sources():
        found += [
            f"### {source}",
            tables.to_markdown(literature.published_table(source), caption="As published"),
        ]
        for record in [record for record in recorded if record["source"] == source]:
            found += [_table(content, record)]
    comparisons = scoreboard.comparisons(content.profile)
    if len(comparisons):
        found += ["### The same data", tables.to_markdown(comparisons)]
    return found


def _figures(content: Content) -> list[str]:
    found = ["## Figures"] if gallery(content) else []
    for _, record in gallery(content):
        heading = f"**{_text(record['source'])}.** " if record["source"] else ""
        substitute = f" _Substitute data: {_text(record['substitute'])}_" if record["substitute"] else ""
        files = record["files"]
        downloads = ", ".join(f"[{kind}]({files[kind]})" for kind in ("svg", "pdf", "csv"))
        found += [f"![{_text(record['alt'])}]({files['png']})"]
        found += [f"{heading}{_text(record['caption'])}{substitute} ({record['notebook'][:2]}; {downloads})"]
    return found


def _tables(content: Content) -> list[str]:
    others = [r for r in content.records.exhibits.values() if r["kind"] == "table" and not r["source"]]
    return ["## Tables", *[_table(content, record) for record in others]] if others else []


def _table(content: Content, record: dict) -> str:
    frame = read_recorded(content, record)
    text = tables.to_markdown(frame.head(MOST_ROWS), caption=record["caption"])
    rest = f"{len(frame) - MOST_ROWS} more rows in the csv file. " if len(frame) > MOST_ROWS else ""
    substitute = f"_Substitute data: {_text(record['substitute'])}_ " if record["substitute"] else ""
    downloads = ", ".join(f"[{kind}]({record['files'][kind]})" for kind in ("csv", "tex"))
    return f"{text}\n{rest}{substitute}({record['notebook'][:2]}; {downloads})"
