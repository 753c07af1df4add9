"""The committed results, which readers see, beside those of the runs here: taken over, kept, published.

A run writes to a folder that git ignores. What it has not run yet is shown there as committed; what it cannot make,
since the data are not at hand, stays as committed and says so; and only `publish` changes the committed results.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from basics.errors import InputError
from basics.files import write_bytes
from basics.paths import committed_results, profile_results
from workbook.records import CLAIMS, EXHIBITS, MANIFEST, changing, drop, in_order, read, read_or_empty
from workbook.run_table import take_runs

README, NEEDS_DATA = "README.md", "needs-data"
# what a run makes, as patterns
ARTEFACTS = (README, CLAIMS, EXHIBITS, "notebooks/*.ipynb", "figures/*", "tables/*", "codes/*")
KEPT = "kept"  # the field of a record that says why it is not of this run
MACHINE = ("jobs", "device", "profile")  # parameters that say how and where, not what


def records_of(folder: Path, notebook: str) -> dict[str, dict[str, dict[str, Any]]]:
    """What a notebook recorded in a results folder: entries by file and key."""
    entries = {file: in_order(folder / file) for file in (CLAIMS, EXHIBITS)}
    return {file: {k: e for k, e in found.items() if e["notebook"] == notebook} for file, found in entries.items()}


def take_over(profile: str, notebooks: Collection[str]) -> list[str]:
    """Put the committed results of notebooks that have not been run here beside those of the others.

    Args:
        profile: whose results.
        notebooks: names of those that have not been run here.

    Returns:
        Those of them that have committed results.
    """
    folder, source = profile_results(profile), committed_results(profile)
    found = [name for name in notebooks if (source / "notebooks" / f"{name}.ipynb").is_file()]
    for name in found:
        records, path = records_of(source, name), Path("notebooks", f"{name}.ipynb")
        if records != records_of(folder, name):
            drop(folder, name)
            for file, entries in records.items():
                _put(folder, source, file, entries)
            with changing(folder / EXHIBITS):
                take_runs(folder, source, name[:2])
        for code in (path.name for path in (source / "codes").glob("*")):
            # labels, whose names have no number, are shared
            if code.startswith(f"{name[:2]}-") or not code[:2].isdigit():
                _copy(folder, source, f"codes/{code}")
        _copy(folder, source, path.as_posix())
    if found and not (folder / MANIFEST).is_file():
        write_bytes(folder / MANIFEST, (source / MANIFEST).read_bytes())
    return found


def keep(profile: str, notebook: str, *, absent: Collection[str], parameters: Mapping[str, Any]) -> list[str]:
    """Keep the committed records of a notebook that it could not make, since folders of data are not here.

    These are the figures and tables that it did not record, and the claims that it could not judge. They say why they
    are kept. With other parameters than the committed ones nothing is.

    Args:
        profile: whose results.
        notebook: that has just been run.
        absent: names of the folders that it reads where they are there, and that are not.
        parameters: of this run.

    Returns:
        The keys of what is kept.
    """
    folder, source = profile_results(profile), committed_results(profile)
    before = read_or_empty(source / MANIFEST).get("notebooks", {}).get(notebook, {}).get("parameters")
    if not absent or before is None or _what(before) != _what(parameters):
        return []
    made, records = records_of(folder, notebook), records_of(source, notebook)
    open_claims = {key: entry for key, entry in made[CLAIMS].items() if entry["verdict"] == NEEDS_DATA}
    judged = {entry["id"] for key, entry in made[CLAIMS].items() if key not in open_claims}
    records[CLAIMS] = {
        key: entry
        for key, entry in records[CLAIMS].items()
        if entry["verdict"] != NEEDS_DATA and entry["id"] not in judged and KEPT not in entry
    }
    records[EXHIBITS] = {
        key: entry for key, entry in records[EXHIBITS].items() if key not in made[EXHIBITS] and KEPT not in entry
    }
    kept_ids = {entry["id"] for entry in records[CLAIMS].values()}
    with changing(folder / CLAIMS) as entries:
        for key in [key for key, entry in open_claims.items() if entry["id"] in kept_ids]:
            del entries[key]
    why = f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not here"
    for file, text in ((CLAIMS, "evidence"), (EXHIBITS, "caption")):
        marked = {
            key: entry | {KEPT: why, text: f"{entry[text].rstrip('.')}. Kept from the committed results: {why}."}
            for key, entry in records[file].items()
        }
        _put(folder, source, file, marked)
    tables = [key.removeprefix("table-")[3:] for key in records[EXHIBITS]]
    with changing(folder / EXHIBITS):
        take_runs(folder, source, notebook[:2], tables=tables)
    return [key for entries in records.values() for key in entries]


def _what(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that say what was done."""
    return {name: value for name, value in parameters.items() if name not in MACHINE}


def _put(folder: Path, source: Path, file: str, found: Mapping[str, dict[str, Any]]) -> None:
    """Write entries into a file of records, with the figures and tables that they name."""
    if not found:
        return
    with changing(folder / file) as entries:
        for key, entry in found.items():
            for name in entry.get("files", {}).values():
                write_bytes(folder / name, (source / name).read_bytes())
            entries[key] = entry


def kept(profile: str) -> dict[str, str]:
    """Why records of a profile's runs are kept from the committed results, by key."""
    entries = [read(profile_results(profile) / file) for file in (CLAIMS, EXHIBITS)]
    return {key: entry[KEPT] for found in entries for key, entry in found.items() if KEPT in entry}


def publish(profile: str) -> tuple[int, int]:
    """Make the results of the runs here the committed ones; files that they do not hold are removed.

    Returns:
        How many files were written and how many removed.

    Raises:
        InputError: there is nothing to publish, or some of it is kept for want of data.
    """
    folder, target = profile_results(profile), committed_results(profile)
    if not (folder / README).is_file():
        raise InputError(f"there are no results of {profile} in {folder}; run it first")
    lacking = kept(profile)
    if lacking:
        reasons = ", ".join(sorted(set(lacking.values())))
        raise InputError(f"{len(lacking)} records of {profile} are kept from the committed results ({reasons})")
    wanted = set(_files(folder))
    changed = [name for name in sorted(wanted) if not _same(folder / name, target / name)]
    removed = [name for name in _files(target) if name not in wanted]
    for name in changed:
        write_bytes(target / name, (folder / name).read_bytes())
    for name in removed:
        (target / name).unlink()
    return len(changed), len(removed)


def _files(folder: Path) -> Iterator[str]:
    """The files of a results folder that are committed, by relative path."""
    found = (path for pattern in (*ARTEFACTS, MANIFEST) for path in folder.glob(pattern))
    yield from (path.relative_to(folder).as_posix() for path in found if not path.name.startswith("."))


def _copy(folder: Path, source: Path, name: str) -> None:
    """Put a file of one results folder into another, where it differs."""
    if not _same(folder / name, source / name):
        write_bytes(folder / name, (source / name).read_bytes())


def _same(one: Path, other: Path) -> bool:
    """Whether both files are there with the same content."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()
