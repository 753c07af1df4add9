"""Everything that the report of a profile shows, read from its results folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from basics import paths
from basics.errors import InputError
from basics.files import read_json

from hashcenters import scoreboard
from hashcenters.report.pages import Page, Records, make_page
from hashcenters.results import read_claims, read_exhibits


@dataclass(frozen=True)
class Content:
    """The results of a profile, ready to be shown.

    Args:
        profile: its name.
        title: its title.
        folder: its results folder.
        records: what the notebooks recorded.
        pages: the executed notebooks, by number.
        missing: names of notebooks that have not been executed.
        board: the scoreboard.
        manifest: what made the results; empty where there is none.
    """

    profile: str
    title: str
    folder: Path
    records: Records
    pages: list[Page]
    missing: list[str]
    board: list[scoreboard.Row]
    manifest: dict[str, Any]


def read_content(profile: str) -> Content:
    """Read everything there is; a part that is missing is left empty.

    Raises:
        InputError: there are no results of this profile.
    """
    folder = paths.profile_results(profile)
    if not folder.is_dir():
        raise InputError(
            f"there are no results of profile {profile!r} in {paths.results_root()}; run it first"
        )
    records = Records(read_exhibits(profile), read_claims(profile))
    executed = sorted((folder / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    names = {path.stem for path in executed}
    sources = {path.stem for path in paths.notebooks_root().glob("[0-9][0-9]_*.ipynb")}
    return Content(
        profile,
        _profile_title(profile),
        folder,
        records,
        [make_page(path, records, names) for path in executed],
        sorted(sources - names),
        scoreboard.rows(profile),
        _manifest(folder / "manifest.json"),
    )


def _profile_title(profile: str) -> str:
    path = paths.profiles_root() / f"{profile}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    return str(content.get("title", profile)) if isinstance(content, dict) else profile


def _manifest(path: Path) -> dict[str, Any]:
    content = read_json(path) if path.is_file() else {}
    return content if isinstance(content, dict) else {}
