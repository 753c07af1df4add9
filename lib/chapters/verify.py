"""Holds committed results against each other, without training anything: codes, runs, tables, and every file.

Nothing here imports torch, so that a check of a fresh clone takes seconds.
"""

import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from basics.errors import InputError
from basics.files import read_json, read_text, sha256
from basics.frames import to_csv
from basics.schema import convert
from chapters.n05_center_table import CENTERS, MARGINS, center_table, margins_again
from chapters.shared import derived, slopes
from chapters.shared.code_sets import FOLDER, SavedCodes, code_sets_in
from chapters.shared.draws import DRAWS, draws_again, judge_draws
from chapters.shared.label_differences import LABEL_DIFFERENCES, label_differences_again
from hashcenters.metrics import average_precision
from workbook import run_table
from workbook.claims import weakest
from workbook.records import CLAIMS, EXHIBITS, MANIFEST, read
from workbook.runner.manifest import artefacts

# how a kind of tables is worked out again, and how many of its columns tell rows apart
KINDS: dict[str, tuple[Callable[..., pd.DataFrame], int]] = {
    derived.MEANS: (derived.by_method(derived.ablation_table), 1),
    derived.AVERAGES: (derived.by_method(derived.averages_table), 1),
    derived.LISTED: (derived.by_method(derived.listed_table), 2),
    derived.DIFFERENCES: (derived.differences_again, 2),
    derived.LEVELS: (derived.by_method(derived.level_table), 2),
    derived.STORED: (derived.stored_again, 2),
    slopes.SLOPES: (slopes.slope_table, 4),
    slopes.LADDER: (slopes.ladder_table, 2),
    slopes.LINE: (derived.by_method(slopes.line_table), 2),
    derived.SEARCH: (derived.search_again, 3),
    derived.POINTS: (derived.points_again, 2),
    DRAWS: (draws_again, 1),
    CENTERS: (center_table, 2),
    MARGINS: (margins_again, 2),
    LABEL_DIFFERENCES: (label_differences_again, 3),
}
TOLERANCE = 1e-9  # of every number
QUOTED = re.compile(r"[+−]\d\.\d{4} \[[^]]*\]|\d\.\d{4} ± [\w. ]+ pp")  # in what a claim says of its tables
OR_OTHER = "or is of another version of the workbook"
UNREADABLE = (InputError, LookupError, ArithmeticError, TypeError, ValueError, StopIteration)  # by what was edited


def verify(folder: Path) -> tuple[list[str], str]:
    """Everything about the results in a folder that does not hold, a line each, and what was looked at.

    Raises:
        InputError: they have no codes or no table of runs.
    """
    if not (folder / run_table.FILE).is_file() or not (folder / FOLDER).is_dir():
        asked = f"{run_table.FILE} and {FOLDER}/"
        raise InputError(f"{folder} must hold {asked}; a run of the profile {folder.name} makes them")
    runs, changed = run_table.read_runs(folder, derived.RUN_KINDS)
    saved, tables = code_sets_in(folder / FOLDER), derived_tables(folder)
    claims = [entry for entry in read(folder / CLAIMS).values() if run_table.FOLLOWS in entry]
    complaints = [
        *changed,
        *check_runs(tables, runs),
        *(line for one in saved for line in check_codes(one, runs)),
        *(line for exhibit, entry in tables.items() for line in check_table(folder, exhibit, entry, runs)),
        *(line for claim in claims for line in check_claim(claim, tables, runs)),
        *check_files(folder),
    ]
    follow = f"{len(tables)} tables and {len(claims)} verdicts that follow from them"
    count = len(runs.drop_duplicates([*run_table.OWNER, "method", "bits", "seed"]))
    seen = f"{len(saved)} code sets, {count:,} runs, {follow}, all files"
    return complaints, seen


def derived_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """The exhibits of a results folder that follow from runs."""
    return {name: entry for name, entry in read(folder / EXHIBITS).items() if run_table.DERIVED in entry}


def table_again(exhibit: str, entry: dict[str, Any], runs: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """A table worked out from its runs.

    Args:
        exhibit: id of the table.
        entry: what was recorded of it.
        runs: the table of runs.
        options: in the place of recorded ones.
    """
    own = runs[(runs[run_table.OWNER] == owner(exhibit, entry)).all(axis=1)]
    known = entry[run_table.DERIVED]
    return KINDS[known["kind"]][0](run_table.by_run(own), **known["options"] | options)


def owner(exhibit: str, entry: dict[str, Any]) -> list[str]:
    """Notebook and table, as the table of runs names a table that was recorded."""
    return [entry["notebook"][:2], exhibit.removeprefix("table-")[3:]]


def check_runs(tables: dict[str, dict[str, Any]], runs: pd.DataFrame) -> Iterator[str]:
    """Whether every run belongs to a table, and tables of a notebook on the same data say the same of the same run.

    What they have to agree on is what was measured, and whether the training reached its plateau.

    Args:
        tables: from `derived_tables`.
        runs: the table of runs.
    """
    data = {
        tuple(owner(name, entry)): str([entry["protocol"].get(key) for key in ("dataset", "protocol")])
        for name, entry in tables.items()
    }
    owners = pd.Series([*runs[run_table.OWNER].itertuples(index=False, name=None)], index=runs.index, dtype=object)
    for which in owners.unique():
        if which not in data:
            yield f"{run_table.FILE}: there is no table {'-'.join(which)} that follows from runs"
    same = ["data", "notebook", "method", "bits", "seed", "measure"]
    groups = runs.assign(data=owners.map(data)).groupby(same)
    apart = groups["value"].max() - groups["value"].min() > TOLERANCE
    for what, differ in (("values", apart), ("convergence", groups["converged"].nunique() > 1)):
        for run in differ.index[differ]:
            places = ", ".join(runs.loc[groups.groups[run], "table"])
            yield f"{run_table.FILE}: {', '.join(map(str, run[1:]))} has other {what} in the tables {places}"


def check_codes(saved: SavedCodes, runs: pd.DataFrame) -> Iterator[str]:
    """Whether a code set is the one that was saved, and scores what the table of runs says.

    Args:
        saved: the code set.
        runs: the table of runs.
    """
    whose = f"{saved.notebook}-{saved.table}, {saved.method}, {saved.bits} bits, seed {saved.seed}"
    for path, wanted in ((saved.file, saved.file_sum), (saved.labels, saved.labels_sum)):
        if not path.is_file():
            yield f"{FOLDER}/{path.name} is missing ({whose})"
            return
        if sha256(path) != wanted:
            yield f"{FOLDER}/{path.name} was changed ({whose})"
    try:
        codes = saved.codes()
        arrays = codes.query_codes, codes.query_labels, codes.database_codes, codes.database_labels
        found = float(np.nanmean(average_precision(*arrays, top_k=saved.top_k)))
    except InputError as error:
        yield f"{whose}: {error}"
        return
    wanted = {name: getattr(saved, name) for name in ("notebook", "table", "method", "bits", "seed")}
    wanted["measure"] = derived.MAP
    own = runs[np.logical_and.reduce([runs[name] == value for name, value in wanted.items()])]
    if len(own) != 1:
        yield f"{run_table.FILE} must have one run for {FOLDER}/{saved.file.name} ({whose}), got {len(own)}"
    elif abs(own["value"].item() - found) > TOLERANCE:
        yield f"{whose}: the codes have a mAP of {found:.12g}, {run_table.FILE} says {own['value'].item():.12g}"


def check_table(folder: Path, exhibit: str, entry: dict[str, Any], runs: pd.DataFrame) -> Iterator[str]:
    """Whether every mean, deviation, interval and verdict of a table follows from its runs.

    Args:
        folder: of the results.
        exhibit: id of the table.
        entry: what was recorded of it.
        runs: the table of runs.
    """
    file = entry["files"]["csv"]
    known = entry[run_table.DERIVED]
    try:
        made, stored = _cells(to_csv(table_again(exhibit, entry, runs))), _cells(read_text(folder / file))
        if source := known.get(run_table.COPIED):
            made = pd.concat([_cells(read_text(folder / f"tables/{source}.csv")), made.iloc[:, 1:]], axis=1)
    except UNREADABLE as error:
        yield f"{file} does not follow from its runs, {OR_OTHER}: {error}"
        return
    if len(made) != len(stored) or {*made.columns} != {*stored.columns}:
        yield f"{file} must have {len(made)} rows and the columns {', '.join(made.columns)}, {OR_OTHER}"
        return
    for name in made:
        for row, (wanted, found) in enumerate(zip(made[name], stored[name], strict=True)):
            if not _same(wanted, found):
                label = ", ".join(stored.iloc[row, : KINDS[known["kind"]][1]])
                yield f"{file}, {label}, {name}: the table says {found or '–'}, its runs give {wanted or '–'}"


def check_claim(claim: dict[str, Any], tables: dict[str, dict[str, Any]], runs: pd.DataFrame) -> Iterator[str]:
    """Whether a verdict is the weakest of the rows that it follows from, and what it quotes is theirs, by their runs.

    Args:
        claim: as it was recorded.
        tables: from `derived_tables`.
        runs: the table of runs.
    """
    name, found = f"{CLAIMS}, {claim['id']} (notebook {claim['notebook'][:2]})", []
    quoted, told = {*QUOTED.findall(claim["observed"] + claim["evidence"])}, set()
    try:
        for part in claim[run_table.FOLLOWS]:
            entry = tables[part["table"]]
            kind = entry[run_table.DERIVED]["kind"]
            options = {"margin": part["margin"]} if kind == derived.DIFFERENCES else {}
            again = table_again(part["table"], entry, runs, **options)
            if kind == DRAWS:
                found.append(judge_draws(again)["verdict"])
                told.update(again.iloc[0, 1:])
                continue
            told.update(map(derived.with_interval, again["mean"], again["low"], again["high"]))
            own = again["verdict"].iloc[part["rows"]].replace("identical", part["alike"])
            found += own.tolist() if derived.speaks_of(again, part.get("about", ())) else ["inconclusive"]
        verdict = weakest(found)
    except UNREADABLE as error:
        yield f"{name} does not follow from its runs, {OR_OTHER}: {error!r}"
        return
    if verdict != claim["verdict"].replace("finding", "trend"):
        yield f"{name}: it says {claim['verdict']}, its runs give {verdict}"
    yield from (f"{name}: it says {text}, which its runs do not give" for text in sorted(quoted - told))


def check_files(folder: Path) -> Iterator[str]:
    """Whether every file is the one that the manifest lists."""
    path = folder / MANIFEST
    listed = convert(read_json(path), dict[str, Any], where=str(path)).get("artefacts")
    listed, there = convert(listed, dict[str, str], where=f"{path}, artefacts"), artefacts(folder)
    for name in sorted(listed.keys() | there.keys()):
        if listed.get(name) != there.get(name):
            how = "is missing" if name not in there else "is not in" if name not in listed else "is not the one of"
            yield f"{name} {how}{'' if name not in there else ' the manifest'}"


def _cells(text: str) -> pd.DataFrame:
    """A csv file as text."""
    return pd.read_csv(StringIO(text), dtype=str, keep_default_na=False)


def _same(wanted: str, found: str) -> bool:
    """Whether two cells say the same: as text, or as numbers within the tolerance."""
    if wanted == found:
        return True
    try:
        return abs(float(wanted) - float(found)) <= TOLERANCE
    except ValueError:
        return False
