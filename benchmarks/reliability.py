"""`python -m benchmarks.reliability`: kills runs, damages files, fills disks, loads the metrics, and writes what came.

The tables go to `benchmarks/results/reliability-*.csv` and into `docs/reliability.md`, between its marks. Linux only:
what works for a run is found in /proc. Disks are tried where a tmpfs can be mounted, which takes root's rights.
"""

import importlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
import pandas as pd

from basics import frames
from basics.errors import InputError, run_command
from basics.files import read_text, write_text
from basics.paths import project_root
from benchmarks import damage, kills, load
from benchmarks.machine import describe
from benchmarks.misbehaving import misbehaving

RESULTS = Path(__file__).parent / "results"
PAGE = project_root() / "docs" / "reliability.md"
BAD_INPUTS = "bad_inputs"  # a module beside the tests, where there is one
WRONG_INPUT = "one line, exit code 2, nothing written"
COLUMNS = {
    "lost_trainings": "finished trainings lost",
    "lost_notebooks": "finished notebooks lost",
    "half_files": "half files",
    "processes_left": "processes left",
    "unfinished_files": "temporary files left",
    "differing": "results that differ",
}


def table_of_kills(tallies: dict[str, kills.Tally]) -> pd.DataFrame:
    """One row a kind of kill, and their sum."""
    rows = [{"killed": kind, "kills": tally.kills, **_costs(tally)} for kind, tally in tallies.items()]
    frame = pd.DataFrame(rows)
    total = frame.drop(columns="killed").sum().to_dict()
    return pd.concat([frame, pd.DataFrame([{"killed": "all", **total}])], ignore_index=True)


def _costs(tally: kills.Tally) -> dict[str, int]:
    return {title: getattr(tally, name) for name, title in COLUMNS.items()}


def table_of_damage(rows: list[damage.Outcome]) -> pd.DataFrame:
    """One row a kind of damage: how often it was tried, and how often it ended as promised."""
    return pd.DataFrame(
        [
            {"what": row.what, "promised": row.promised, "tried": row.tried, "as promised": row.kept, "note": row.note}
            for row in rows
        ]
    )


def put_into_page(page: str, name: str, content: str) -> str:
    """A page with other content between the marks of a name.

    Raises:
        InputError: the page has no such marks.
    """
    marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
    if not all(mark in page for mark in marks):
        raise InputError(f"{PAGE} must hold {marks[0]} and {marks[1]}")
    pattern = f"({re.escape(marks[0])}).*?({re.escape(marks[1])})"
    return re.sub(pattern, lambda found: f"{found[1]}\n{content}\n{found[2]}", page, flags=re.DOTALL)


def write(name: str, frame: pd.DataFrame) -> None:
    """Write a table beside the benchmarks' and into the page."""
    write_text(RESULTS / f"reliability-{name}.csv", frames.to_csv(frame))
    machine = " · ".join(f"{key}: {value}" for key, value in describe().items())
    content = f"{frames.to_markdown(frame, caption=name)}\nTried on: {frames.markdown_text(machine)}"
    write_text(PAGE, put_into_page(read_text(PAGE), name, content))


def wrong_inputs() -> Iterator[damage.Outcome]:
    """One row a group of the wrong inputs that the tests try, none where they are not there."""
    tests = project_root() / "tests"
    if not (tests / f"{BAD_INPUTS}.py").is_file():
        return
    sys.path.insert(0, str(tests))
    tried = importlib.import_module(BAD_INPUTS)
    for group in tried.GROUPS:
        with tempfile.TemporaryDirectory() as name:
            found = tried.outcomes(group, Path(name))
            faults = tried.faults(group, found)
        kept = len(found) - len(faults)
        yield damage.Outcome(f"wrong input: {group}", WRONG_INPUT, len(found), kept, "; ".join(faults[:1]))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kills", "count", default=56, show_default=True, help="Kills, over all kinds; 0 for none.")
@click.option("--damage/--no-damage", "damaged", default=True, show_default=True, help="Damage files and fill disks.")
@click.option("--load/--no-load", "loaded", default=True, show_default=True, help="Time the metrics at full size.")
@click.option("--seed", default=0, show_default=True, help="Of the moments of the kills.")
def attack(count: int, damaged: bool, loaded: bool, seed: int) -> None:
    """Attack small workbooks, load the metrics, print what came of it, and write the tables."""
    if count:
        write("kills", _shown(table_of_kills(kills.trials(count, seed, click.echo))))
    if damaged:
        with tempfile.TemporaryDirectory() as name:
            misbehaved = misbehaving(Path(name))
        write("damage", _shown(table_of_damage([*damage.trials(click.echo), misbehaved, *wrong_inputs()])))
    if loaded:
        write("load", _shown(load.table()))


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    click.echo(frame.to_string(index=False))
    return frame


def main() -> None:
    """Run the command line; wrong use gets one line and exit code 2."""
    run_command(attack)


if __name__ == "__main__":
    main()
