"""`python -m hashcenters.datasets`: what there is, what is missing, downloads and audits."""

import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import click
import pandas as pd

from basics.errors import InputError, one_line_errors, run_command
from basics.paths import data_root
from hashcenters.datasets.protocol import Protocol, find_protocol
from hashcenters.datasets.registry import Entry, check, find_entry, find_reader, load, reader_options, registry

AUTHORS = ("csq-official", "shc-official")
SHELF = "shelf.papers"  # downloads and audits are plug-ins, found by name


def state(entry: Entry) -> str:
    """One word: what is known of the presence of a data set."""
    if entry.folder is None:
        return "own images" if check(entry.name) else "built in"
    missing = len(check(entry.name))
    return "present" if not missing else f"{missing} missing"


def protocol_text(protocol: Protocol) -> str:
    """Name, nominal sizes, depth and source of a protocol."""
    sizes = ", ".join(
        f"{size:,} {part}" for part in ("train", "query", "database") if (size := getattr(protocol, part))
    )
    return f"{protocol.name}: {sizes or 'sizes as given'}; mAP@{protocol.top_k or 'All'} ({protocol.source})"


def print_audit(audit: Any) -> None:
    """The tables and problems of an audit as plain text."""
    with pd.option_context("display.width", None, "display.max_columns", None, "display.max_colwidth", None):
        click.echo(audit.parts.set_index("list").T.to_string())
        click.echo(f"\n{audit.overlaps.to_string(index=False)}")
    for problem in audit.problems:
        click.echo(f"bad row: {problem}")


@click.group(no_args_is_help=False)
def main() -> None:
    """The data sets of the workbook."""


@main.command("list")
def list_command() -> None:
    """Name every data set, its classes, and whether it is there."""
    click.echo(f"data root: {data_root()}")
    for entry in registry().values():
        classes = "" if entry.num_classes is None else f"{entry.num_classes} classes"
        kind = {True: "multi-label", False: "single-label", None: ""}[entry.multi_label]
        click.echo(f"{entry.name:<26} {state(entry):<11} {classes:<12} {kind:<13} {entry.title}")


@main.command()
@click.argument("name")
def info(name: str) -> None:
    """Say what a data set is, how it is scored, and what is missing for it."""
    with one_line_errors():
        entry = find_entry(name)
        for field in ("title", "num_classes", "licence", "home", "size"):
            click.echo(f"{field.replace('_', ' '):<12} {getattr(entry, field)}")
        for protocol in entry.protocols:
            click.echo(f"protocol     {protocol_text(protocol)}")
        missing = check(name)
        click.echo(f"state        {state(entry)}")
        for step in missing:
            click.echo(f"  {step}")


@main.command("download")
@click.argument("name")
def download_command(name: str) -> None:
    """Download a data set into the data root, where that is free; resumes what was interrupted.

    `authors` brings all that the papers' authors released: codes, centers and lists (about 25 MB).
    """
    with one_line_errors():
        for part in AUTHORS if name == "authors" else (name,):
            resolve_name(f"{SHELF}.downloads:download")(find_entry(part), report=click.echo)


@main.command("audit")
@click.argument("name")
@click.option("--protocol", help="Protocol whose lists are audited; default the data set's first.")
@click.option("--root", type=click.Path(path_type=Path), help="Folder of the images; default below the data root.")
@click.option("--decode", is_flag=True, help="Also read every listed picture.")
def audit_command(name: str, protocol: str | None, root: Path | None, decode: bool) -> None:
    """Audit the list files of a data set, or the data set itself where it has none."""
    audit_of_data, audit_of_lists = (resolve_name(f"{SHELF}.audit:audit_{kind}") for kind in ("data", "protocol"))
    with one_line_errors():
        entry = find_entry(name)
        chosen = find_protocol(protocol, data=name) if entry.protocols else None
        if chosen is None or not chosen.lists:
            # with nothing held out the sizes are those that the protocol names
            whole = entry.folder is not None and "validation" in reader_options(find_reader(entry))
            options = {"validation": 0} if whole else {}
            options |= {option: value for option, value in (("protocol", protocol), ("root", root)) if value}
            audit = audit_of_data(load(name, **options), protocol=chosen, decode=decode)
        else:
            folder = root or (data_root() / entry.folder if entry.folder else None)
            audit = audit_of_lists(chosen, root=folder, decode=decode)
        print_audit(audit)
        if audit.problems:
            raise InputError(f"{name} has {len(audit.problems)} bad rows, the first is {audit.problems[0]}")


if __name__ == "__main__":
    sys.exit(run_command(main))
