"""Chapter 00, what there is in the project: notebooks, profiles and verdicts, read from its files."""

import re
from pathlib import Path

import pandas as pd

from basics import paths
from basics.files import read_json
from basics.frames import markdown_text
from basics.yaml import read_yaml
from workbook import scoreboard
from workbook.catalogue import workbook
from workbook.claims import VERDICTS, catalogue


def title_of(path: Path) -> str:
    """The first heading of a notebook without its number, or its file name."""
    for cell in read_json(path)["cells"]:
        if cell["cell_type"] == "markdown":
            found = re.search(r"^# (?:\d\d\W+)?(.+)$", "".join(cell["source"]), flags=re.MULTILINE)
            if found:
                return found.group(1).strip()
    return path.stem[3:].replace("_", " ")


def notebooks(profile: str) -> pd.DataFrame:
    """One row a notebook: number, file, title, claims that it judges, and how many it has judged in a profile."""
    board = scoreboard.rows(profile)
    lines = []
    for path in sorted(paths.notebooks_root().glob("[0-9][0-9]_*.ipynb")):
        own = [row for row in board if row.statement.notebook == path.stem[:2]]
        judged = sum(row.verdict != scoreboard.NOT_JUDGED for row in own)
        about = {"notebook": path.stem[:2], "file": path.name, "title": title_of(path)}
        lines.append(about | {"claims": len(own), "judged": judged})
    return pd.DataFrame(lines, columns=["notebook", "file", "title", "claims", "judged"])


def notebook_list(profile: str) -> str:
    """The notebooks as a Markdown table with links, for a notebook that lies beside them."""
    lines = ["| | notebook | statements judged |", "|---|---|---:|"]
    for row in notebooks(profile).itertuples():
        judged = f"{row.judged} of {row.claims}" if row.claims else ""
        lines.append(f"| {row.notebook} | [{markdown_text(row.title)}]({row.file}) | {judged} |")
    return "\n".join(lines)


def profiles() -> pd.DataFrame:
    """One row a profile: its name, its title and the command that runs it."""
    lines = []
    for path in sorted(paths.profiles_root().glob("*.yaml")):
        content = read_yaml(path)
        command = f"python run_all.py --profile {path.stem}"
        lines.append({"profile": path.stem, "title": content.get("title", ""), "command": command})
    return pd.DataFrame(lines, columns=["profile", "title", "command"])


def verdicts() -> pd.DataFrame:
    """What each verdict means."""
    return pd.DataFrame({"verdict": list(VERDICTS), "meaning": list(VERDICTS.values())})


def documents() -> pd.DataFrame:
    """The two documents and how many statements of each are judged."""
    titles = workbook().documents
    counted = [sum(s.document == name for s in catalogue().values()) for name in titles]
    return pd.DataFrame({"short": list(titles), "document": list(titles.values()), "statements": counted})
