"""Everything that the report of a profile shows, read from its results folder."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.text import duration
from workbook import records, scoreboard
from workbook.catalogue import workbook
from workbook.project import front_of, profile_file
from workbook.records import read_manifest
from workbook.report.pages import Page, make_page
from workbook.results import read_claims, read_exhibits


@dataclass(frozen=True)
class Content:
    """The results of a profile, ready to be shown.

    Args:
        profile: its name.
        title: its title.
        folder: its results folder.
        exhibits: the recorded figures and tables, by id.
        claims: the recorded verdicts, in order.
        pages: the executed notebooks, by number.
        missing: names of notebooks that have not been executed.
        board: the scoreboard.
        manifest: what made the results; empty where there is none.
    """

    profile: str
    title: str
    folder: Path
    exhibits: dict[str, dict[str, Any]]
    claims: list[dict[str, Any]]
    pages: list[Page]
    missing: list[str]
    board: list[scoreboard.Row]
    manifest: dict[str, Any]

    def recorded(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Id and record of every `figure` or `table`."""
        return [(key, record) for key, record in self.exhibits.items() if record["kind"] == kind]

    @property
    def failed(self) -> list[str]:
        """The names of the notebooks that failed."""
        return [page.name for page in self.pages if page.failed]

    def versions(self) -> dict[str, str]:
        """Python and the packages that numbers depend on most."""
        found = {"Python": self.manifest.get("python"), **self.manifest.get("packages", {})}
        return {name: str(found[name]) for name in ("Python", *workbook().packages) if found.get(name)}

    def facts(self) -> dict[str, str]:
        """What ran, where and how long, as label and text."""
        notebooks = self.manifest.get("notebooks", {}).values()
        commit = str(self.manifest.get("commit") or "")[:12]
        changed = " with changes" if self.manifest.get("changed_since_commit") else ""
        seconds = [entry["seconds"] for entry in notebooks if "seconds" in entry]
        finished = max((str(entry["finished"]) for entry in notebooks if "finished" in entry), default="")
        given = [value for entry in notebooks for value in entry.get("seeds", {}).values()]
        machines = dict.fromkeys(str(entry["machine"]) for entry in notebooks if entry.get("machine"))
        seeds = {str(seed) for value in given for seed in (value if isinstance(value, list) else [value])}
        said = {
            "Machine": "; ".join(machines) or self.manifest.get("device"),
            "System": self.manifest.get("platform"),
            "Commit": commit and f"{commit}{changed}",
            "Time of all notebooks": seconds and duration(sum(seconds)),
            "Finished": finished and f"{finished[:16].replace('T', ' ')} UTC",
            "Seeds": ", ".join(sorted(seeds)),
            "Versions": ", ".join(f"{name} {version}" for name, version in self.versions().items()),
        }
        return {label: str(text) for label, text in said.items() if text}


def read_content(profile: str) -> Content:
    """Read everything there is; a part that is missing is left empty.

    Raises:
        InputError: there are no results of this profile, or their records are not what a run writes.
    """
    folder = paths.shown_results(profile)
    if not folder.is_dir():
        raise InputError(f"there are no results of profile {profile!r} in {paths.results_root()}; run it first")
    exhibits, claims = read_exhibits(profile), read_claims(profile)
    manifest = read_manifest(folder)
    executed = sorted((folder / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    names = {path.stem for path in executed}
    sources = {path.stem for path in paths.notebooks_root().glob("[0-9][0-9]_*.ipynb")}
    return Content(
        profile,
        str(manifest.get("title") or profile_file(profile).get("title", profile)),
        folder,
        exhibits,
        claims,
        [make_page(path, exhibits, claims, names) for path in executed],
        sorted(sources - names),
        scoreboard.rows(profile),
        manifest,
    )


def on_front(content: Content) -> Content:
    """The results beside the papers' numbers: committed ones of the profile that `front` names, or its own."""
    name = front_of(content.profile)
    folder = paths.committed_results(name)
    if name == content.profile or not folder.is_dir():
        return content
    claims = list(records.in_order(folder / records.CLAIMS).values())
    exhibits = records.in_order(folder / records.EXHIBITS)
    return replace(content, profile=name, folder=folder, exhibits=exhibits, claims=claims)
