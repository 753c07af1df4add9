"""The table of runs: what each run behind a table measured, in full precision, to hold the table against.

A frame that follows from runs says so by `declare`; `Results.table` then writes its runs into `tables/runs.csv` of the
results, under the notebook and the table that they belong to: a line a measured number, each with a check of its own.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from basics.errors import InputError
from basics.files import read_text, write_text

FILE = "tables/runs.csv"
DERIVED = "derived"  # the entry of a frame's attrs, and of exhibits.json
COPIED = "copied"  # the entry of a derived table that names the table whose columns stand beside its own
FOLLOWS = "follows"  # the entry of a claim that says which rows of recorded tables it follows from
RECORDED = "recorded"  # the entry of a frame's attrs that says under which id it was recorded
OWNER = ["notebook", "table"]
MEASURED = ["measure", "value"]  # what a run measured, and how much of it
CHECK = "check"


def declare(frame: pd.DataFrame, kind: str, runs: Iterable[Mapping[str, Any]], **options: Any) -> pd.DataFrame:
    """The frame, with a note on what it follows from.

    Args:
        frame: a table.
        kind: by which the project knows how to work it out again.
        runs: a mapping a run, all with the same keys: floats are what was measured, all else tells runs apart.
        options: what that takes beside the runs, as JSON has it.
    """
    frame.attrs[DERIVED] = {"kind": kind, "options": options, "runs": [dict(run) for run in runs]}
    return frame


def put_runs(folder: Path, notebook: str, table: str, runs: Iterable[Mapping[str, Any]]) -> None:
    """Write the runs behind one table of a results folder, in the place of those it had.

    Args:
        folder: of the results; its lock is held.
        notebook, table: whose runs.
        runs: from `declare`.
    """
    owner, lines = dict(zip(OWNER, (notebook, table), strict=True)), []
    for run in runs:
        told = {key: value for key, value in run.items() if not isinstance(value, float)}
        lines += [{**owner, **told, "measure": key, "value": run[key]} for key in run if key not in told]
    own = pd.DataFrame(lines, dtype=object).map(lambda value: repr(value) if isinstance(value, float) else str(value))
    own[CHECK] = _checks(own)
    kept = _kept(folder)
    kept = kept[(kept[OWNER] != [notebook, table]).any(axis=1)] if len(kept) else own[:0]
    if [*kept.columns] != [*own.columns]:
        raise InputError(f"runs of {table} must have the columns {[*kept.columns]}, got {[*own.columns]}")
    _write(folder, pd.concat([kept, own]))


def take_runs(folder: Path, source: Path, notebook: str, *, tables: Collection[str] | None = None) -> None:
    """Put the runs of a notebook in another results folder in the place of those here; the lock is held.

    Args:
        folder: of the results.
        source: of the others.
        notebook: whose runs.
        tables: those of some tables only; None for all.
    """
    theirs, own = _texts(source), _kept(folder)

    def wanted(texts: pd.DataFrame) -> pd.Series:
        return (texts["notebook"] == notebook) & (texts["table"].isin(tables) if tables is not None else True)

    theirs = theirs[wanted(theirs)] if len(theirs) else theirs
    if len(theirs):
        _write(folder, pd.concat([own[~wanted(own)], theirs]) if len(own) else theirs)


def drop_runs(folder: Path, notebook: str) -> None:
    """Forget the runs of a notebook; its results folder's lock is held."""
    kept = _texts(folder)
    if len(kept) and (kept["notebook"] == notebook).any():
        _write(folder, kept[kept["notebook"] != notebook])


def read_runs(folder: Path, kinds: Mapping[str, type]) -> tuple[pd.DataFrame, list[str]]:
    """The table of runs of a results folder, without its checks, and complaints: lines whose check fails.

    Lines that cannot be read are complaints as well, and are left out of the table.

    Args:
        folder: of the results.
        kinds: of the columns that tell runs apart and are no text: int or bool.

    Raises:
        InputError: it has none, or one that is no such table.
    """
    texts = _texts(folder)
    kinds = dict(kinds, value=float)
    wanted = list(dict.fromkeys([*OWNER, *kinds, *MEASURED, CHECK]))
    if not {*wanted} <= {*texts.columns}:
        raise InputError(f"{folder / FILE} must have the columns {', '.join(wanted)}, got {', '.join(texts.columns)}")
    runs = texts.drop(columns=CHECK)
    read = runs.assign(**{name: runs[name].map(partial(_value, kind)) for name, kind in kinds.items()})
    unread = read.isna()
    unread["value"] &= runs["value"] != "nan"  # a run may have measured nothing
    lost = unread.any(axis=1)
    expected = ", ".join(f"{kind.__name__} as {name}" for name, kind in kinds.items())
    said = lost.map({True: f"must have {expected}", False: "was changed"})
    wrong = runs[lost | (texts[CHECK] != _checks(runs))]
    changed = [f"{FILE}, line {place + 2}: {', '.join(row)} {said[place]}" for place, row in wrong.T.items()]
    return read[~lost].astype(dict(kinds)).reset_index(drop=True), changed


def by_run(lines: pd.DataFrame) -> pd.DataFrame:
    """The runs of one table as they were declared, a column a measure, from its lines in the table of runs.

    Raises:
        InputError: a run lacks one of the measures.
        ValueError: a run has two values of one measure.
    """
    if lines.empty:
        return lines
    told = [name for name in lines if name not in (*OWNER, *MEASURED)]
    wide = lines.set_index([*told, "measure"])["value"].unstack("measure", sort=False)
    if wide.size != len(lines):
        raise InputError(f"every run must have one {', one '.join(wide.columns)}")
    return wide.rename_axis(columns=None).reset_index()


def _value(kind: type, text: str) -> Any:
    """What a text of the table stands for, None where it is not of the kind."""
    try:
        return {"True": True, "False": False}.get(text) if kind is bool else np.dtype(kind).type(text)
    except (ValueError, OverflowError):
        return None


def own_runs(folder: Path, notebook: str) -> list[list[str]]:
    """The lines of one notebook, as they are written."""
    texts = _texts(folder)
    return texts[texts["notebook"] == notebook].to_numpy().tolist() if len(texts) else []


def _texts(folder: Path) -> pd.DataFrame:
    """The table as text, without lines where there is no file."""
    path = folder / FILE
    if not path.is_file():
        return pd.DataFrame()
    try:
        return pd.read_csv(StringIO(read_text(path)), dtype=str, keep_default_na=False).reset_index(drop=True)
    except ValueError as error:
        raise InputError(f"{path} is no table: {error}") from error


def _kept(folder: Path) -> pd.DataFrame:
    """The table as text; none of a table from before its lines named measures, whose notebooks have to run again."""
    texts = _texts(folder)
    return texts if {*MEASURED} <= {*texts.columns} else pd.DataFrame()


def _write(folder: Path, table: pd.DataFrame) -> None:
    ordered = table.sort_values("notebook", kind="stable")
    write_text(folder / FILE, ordered.to_csv(index=False, lineterminator="\n"))


def _checks(table: pd.DataFrame) -> list[str]:
    """A few digits of the SHA-256 of each line."""
    lines = ("\x1f".join(row) for row in table.to_numpy().tolist())
    return [hashlib.sha256(line.encode()).hexdigest()[:8] for line in lines]
