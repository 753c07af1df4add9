"""The command `hashcenters`: one name for all that the workbook's command lines do.

Each word is a command of the module that the table names, which is imported when the word is given.
"""

import sys
from importlib import import_module
from typing import Any

import click

from basics.errors import run_command

RUNNER = "workbook.runner.command"
# word: (module with the command, its name there, what it does)
WORDS = {
    "run": (RUNNER, "run", "Run the notebooks that are not fresh, then build the report."),
    "list": (RUNNER, "states", "Say what is fresh, and why the rest is not."),
    "check": (RUNNER, "check", "Say what a profile needs and what of it is missing."),
    "estimate": (RUNNER, "estimate", "Say what a run would cost; works before the data are there."),
    "verify": (RUNNER, "verify", "Hold the committed tables against the kept codes, running nothing."),
    "train": (RUNNER, "train", "Only the trainings, without the notebooks."),
    "report": (RUNNER, "report", "Build the report from what is there, running nothing."),
    "compare": (RUNNER, "compare", "Say what differs between two runs, or a run and the committed results."),
    "publish": (RUNNER, "publish", "Make the results of a profile's run the committed ones."),
    "trainings": ("hashcenters.training.__main__", "list_runs", "Finished trainings, and what tells them apart."),
    "encode": ("hashcenters.training.__main__", "encode", "Codes of your own images with a finished training."),
    "search": ("chapters.search", "search", "Pictures in, their neighbours among encoded images out."),
    "score": ("hashcenters.metrics.__main__", "score", "Every metric of a set of codes."),
    "data": ("hashcenters.datasets.__main__", "main", "The data sets: list, info, download, audit."),
    "lab": ("workbook.lab", "lab", "Open JupyterLab on the start page."),
}


class _Words(click.Group):
    """A group that imports a command when it is asked for, and gives its help without a word."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(context, args or ["--help"])

    def list_commands(self, context: click.Context) -> list[str]:
        return list(WORDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in WORDS:
            return None
        module, attribute, _ = WORDS[name]
        return getattr(import_module(module), attribute)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, what) for name, (_, _, what) in WORDS.items()])


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def hashcenters() -> None:
    """Hash centers, re-run and checked: a reproducibility workbook for two papers on deep hashing."""


def main() -> Any:
    """Run the command line; wrong use gets one line and exit code 2."""
    sys.exit(run_command(hashcenters))
