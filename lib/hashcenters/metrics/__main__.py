"""`python -m hashcenters.metrics CODES`: every metric of one set of codes, printed, and written where told to."""

import sys
from pathlib import Path

import click

from basics import frames
from basics.errors import InputError, run_command
from basics.files import writable, write_text
from hashcenters.metrics.code_files import CodeSet, is_encoded, load_codes
from hashcenters.metrics.ranking import DEFAULT_TIES, TIES
from hashcenters.metrics.report import score_codes


def parse_top_k(text: str) -> int | None:
    """A depth from the command line: a whole number, or `all`.

    Raises:
        InputError: anything else.
    """
    if text.lower() == "all":
        return None
    try:
        return int(text)
    except ValueError as error:
        raise InputError(f"--top-k must be a whole number >= 1 or all, got {text!r}") from error


def describe(given: CodeSet) -> str:
    """The sizes of a code set, in words."""
    queries, bits = given.query_codes.shape
    unlabelled = int((~given.query_labels.any(axis=1)).sum()) if given.query_labels.ndim == 2 else 0
    database = len(given.database_codes)
    return f"{queries} queries ({unlabelled} without any label), {database} in the database, {bits} bits"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("codes", type=click.Path(path_type=Path))
@click.option("--top-k", default="all", show_default=True, metavar="N|all", help="Ranks that count in mAP.")
@click.option(
    "--ties",
    type=click.Choice(list(TIES)),
    default=DEFAULT_TIES,
    show_default=True,
    help="Order inside ties for precision and recall; mAP is given under all four.",
)
@click.option("--output", metavar="DIR", help="Write NAME-metrics.csv and .md there, too.")
def score(codes: Path, top_k: str, ties: str, output: str | None) -> None:
    """Score CODES: an .npz file with query_codes, query_labels, database_codes and database_labels, a folder with
    test_hash.npy, test_label.npy, database_hash.npy and database_label.npy, or a file of `encode`, whose classes are
    the folders of the pictures: every fifth picture of a class is a query there, the others are the database.

    \b
    Codes (n, bits): ±1, {0, 1} or bool, or outputs whose signs are the codes, with 0 as +1.
    Refused: signs with zeros among them (-1, 0, 1), packed bytes, outputs that all have one sign.
    Labels: whole numbers (n,) or (n, 1) from 0, or rows of 0 and 1 (n, classes).
    Limits: 65,535 bits; 2,147,483,647 items a side; class numbers below 2^63, as float64 up to 2^53.
    """
    depth = parse_top_k(top_k)
    place = None if output is None else writable(output, name="--output", folder=True)
    given = load_codes(codes)
    table = score_codes(
        given.query_codes, given.query_labels, given.database_codes, given.database_labels, top_k=depth, ties=ties
    )
    learned = "; pictures that the training learned from count, too" if is_encoded(codes) else ""
    caption = f"{codes.resolve().name}: {describe(given)}{learned}"
    click.echo(f"{caption}\n{table.to_string(index=False, float_format='{:.6f}'.format)}")
    if place is not None:
        name = f"{codes.resolve().stem}-metrics"
        write_text(place / f"{name}.csv", frames.to_csv(table))
        write_text(place / f"{name}.md", frames.to_markdown(table, caption=caption))
        click.echo(f"written to {place / name}.csv and {name}.md")


def main() -> None:
    """Run the command line; wrong use gets one line and exit code 2."""
    run_command(score)


if __name__ == "__main__":
    sys.exit(main())
