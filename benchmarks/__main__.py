"""`python -m benchmarks [--only NAME,NAME]`: run benchmarks and write `results/NAME.csv` and `.md` beside this file.

A benchmark is a module `bench_NAME.py` with a one-sentence docstring and `run()`, which returns a table, or several
by name.
"""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

import click
import pandas as pd

import benchmarks
from basics import frames
from basics.errors import InputError, run_command
from basics.files import write_text
from benchmarks.clock import once
from benchmarks.machine import describe

PREFIX = "bench_"
RESULTS = Path(__file__).parent / "results"


def names() -> list[str]:
    """The benchmarks that there are."""
    modules = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name.removeprefix(PREFIX) for name in modules if name.startswith(PREFIX))


def chosen(only: str | None) -> list[str]:
    """The benchmarks to run.

    Raises:
        InputError: a name that is none of them.
    """
    wanted = names() if only is None else [name.strip() for name in only.split(",")]
    unknown = [name for name in wanted if name not in names()]
    if unknown:
        raise InputError(f"benchmarks are {', '.join(names())}, got {', '.join(unknown)}")
    return wanted


def page(module: ModuleType, found: dict[str, pd.DataFrame], facts: dict[str, str]) -> str:
    """The Markdown of one benchmark: what it measures, on what, and its tables."""
    about, _, rest = (module.__doc__ or "").strip().partition("\n\n")
    machine = " · ".join(f"{name}: {value}" for name, value in facts.items())
    parts = [f"# {about}", rest.strip(), f"Measured on: {frames.markdown_text(machine)}"]
    parts += [frames.to_markdown(frame, caption=name) for name, frame in found.items()]
    return "\n\n".join(part for part in parts if part) + "\n"


def run_one(name: str) -> None:
    """Run one benchmark and write what it found."""
    module = importlib.import_module(f"benchmarks.{PREFIX}{name}")
    facts = describe()
    timing = once(module.run)
    result = timing.result
    found = result if isinstance(result, dict) else {name: result}
    for part, frame in found.items():
        stem = name if part == name else f"{name}-{part}"
        write_text(RESULTS / f"{stem}.csv", frames.to_csv(frame))
        click.echo(f"\n{stem}\n{frame.to_string(index=False)}")
    write_text(RESULTS / f"{name}.md", page(module, found, facts))
    click.echo(f"{name}: {timing.seconds:.0f} s, written to benchmarks/results/{name}.md")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--only", help="Benchmarks to run, separated by commas.")
@click.option("--list", "listed", is_flag=True, help="Name the benchmarks and run none.")
def bench(only: str | None, listed: bool) -> None:
    """Run the benchmarks and write their tables."""
    if listed:
        click.echo("\n".join(names()))
        return
    for name in chosen(only):
        try:
            run_one(name)
        except InputError as error:
            if only is not None:
                raise
            click.echo(f"{name}: left out, as {error}")


def main() -> None:
    """Run the command line; wrong use gets one line and exit code 2."""
    run_command(bench)


if __name__ == "__main__":
    sys.exit(main())
