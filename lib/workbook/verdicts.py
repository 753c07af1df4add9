"""`python -m workbook.verdicts FOLDER FOLDER ...`: the verdicts of several runs side by side, and which are at odds.

Runs with other seeds, or on other machines, may differ in digits. A verdict may then be open in one and decided in
another; two that are decided differently are at odds.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import pandas as pd

from basics.errors import InputError, run_command
from basics.text import columns
from workbook.claims import NOT_JUDGED
from workbook.records import CLAIMS, in_order

OPEN = "inconclusive"
SAME, STEP, ODDS = "same", "one step", "at odds"
KEY = ("claim", "notebook", "data")


def agreement(verdicts: Iterable[str]) -> str:
    """Whether verdicts on one claim are the same, at most one step to or from `inconclusive` apart, or at odds.

    A claim that one run has not judged is at odds with whatever another says of it.

    >>> agreement(["trend"] * 3), agreement(["trend", "inconclusive"]), agreement(["trend", "not-shown"])
    ('same', 'one step', 'at odds')
    >>> agreement(["inconclusive", "not-judged"])
    'at odds'
    """
    found = set(verdicts)
    step = len(found - {OPEN}) == 1 and NOT_JUDGED not in found
    return SAME if len(found) == 1 else STEP if step else ODDS


def verdicts_of(folders: Sequence[Path]) -> pd.DataFrame:
    """The verdicts of several results folders: a row a claim and what it was judged on, a column a folder.

    Args:
        folders: results of one profile, such as `results/embedded`; at least two.

    Returns:
        Columns claim, notebook, data; one named like each folder, `not-judged` where it has no such record; and
        `agreement`, see there.

    Raises:
        InputError: fewer than two folders, one twice, or one without claims.
    """
    if len({folder.resolve() for folder in folders}) < max(len(folders), 2):
        raise InputError(f"verdicts are compared between two or more different folders, got {len(folders)}")
    for folder in folders:
        if not (folder / CLAIMS).is_file():
            raise InputError(f"{folder} must be a results folder, with {CLAIMS}")
    sides = {
        str(folder): {
            (record["id"], record["notebook"][:2], record["data"]): record["verdict"]
            for record in in_order(folder / CLAIMS).values()
        }
        for folder in folders
    }
    rows = []
    for key in sorted({key for side in sides.values() for key in side}, key=lambda key: (key[1], key)):
        found = {name: side.get(key, NOT_JUDGED) for name, side in sides.items()}
        rows.append(dict(zip(KEY, key, strict=True)) | found | {"agreement": agreement(found.values())})
    return pd.DataFrame(rows, columns=[*KEY, *sides, "agreement"])


def report(table: pd.DataFrame) -> str:
    """The verdicts as text: folders by number, a line a claim, and how many agree.

    Args:
        table: from `verdicts_of`.
    """
    folders = list(table.columns[len(KEY) : -1])
    numbered = [str(number) for number in range(1, len(folders) + 1)]
    shown = table.rename(columns=dict(zip(folders, numbered, strict=True)))
    counted = table["agreement"].value_counts()
    return "\n".join(
        [
            *(f"{number}: {folder}" for number, folder in zip(numbered, folders, strict=True)),
            columns([list(shown.columns), *shown.astype(str).to_numpy().tolist()]),
            f"{len(table)} verdicts: " + ", ".join(f"{counted.get(word, 0)} {word}" for word in (SAME, STEP, ODDS)),
        ]
    )


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
def main(folders: tuple[Path, ...]) -> int:
    """Compare the verdicts of two or more results folders, such as a/embedded and b/embedded.

    Exit code 0: none are at odds. 1: some are.
    """
    table = verdicts_of(folders)
    click.echo(report(table))
    return int((table["agreement"] == ODDS).any())


if __name__ == "__main__":
    raise SystemExit(run_command(main))
