"""The command line of `run_all.py`."""

from typing import Any

import click
from basics.errors import InputError, one_line_errors

from hashcenters.cluster.address import RAY, check
from hashcenters.workbook.plan import DEVICES, EXIT_INTERRUPTED, Request, make_plan

EXIT_INCOMPLETE = 1


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--profile", default="embedded", show_default=True, help="Size of the work, a file in profiles/."
)
@click.option("--only", help="Notebooks to run: numbers, names and ranges, such as 03,05-07.")
@click.option("--from", "start", help="Run this notebook and all that come after it.")
@click.option("--force", is_flag=True, help="Run notebooks that are fresh, too.")
@click.option(
    "--set", "settings", multiple=True, metavar="[NB.]KEY=VALUE", help="Set a parameter; repeatable."
)
@click.option(
    "--estimate", "action", flag_value="estimate", help="Say how many trainings, how long, how much disk."
)
@click.option("--list", "action", flag_value="list", help="Say what is fresh, and why the rest is not.")
@click.option(
    "--check",
    "action",
    flag_value="check",
    help="Say what the profile needs and what of it is missing; exit code 1 if anything is.",
)
@click.option("--jobs", type=int, help="Trainings side by side within a notebook.")
@click.option(
    "--cluster",
    envvar=RAY,
    show_envvar=True,
    metavar="HOST:PORT",
    help="Head node of the Ray cluster that trains, one training a processor or GPU; --jobs does not count then.",
)
@click.option("--device", help=f"Where networks run: {', '.join(DEVICES)}.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop a notebook that takes longer.")
def run_all(action: str | None, **options: Any) -> int:
    """Run every notebook that is not fresh, then build the report.

    Exit code 0: all is fresh or done. 1: a notebook failed, those that need it were skipped; or --check found
    something missing. 2: bad input, nothing was run. 130: interrupted.
    """
    plan = make_plan(Request(**options))
    if action is None:
        if plan.request.cluster:
            check(plan.request.cluster)
        from hashcenters.workbook.run import run

        return run(plan)
    if action == "check":
        from hashcenters.workbook import needs

        text, complete = needs.report(plan)
        click.echo(text)
        return 0 if complete else EXIT_INCOMPLETE
    from hashcenters.workbook import listing

    click.echo(listing.list_notebooks(plan) if action == "list" else listing.estimate(plan))
    return 0


def main() -> int:
    """Run the command line; wrong use gets one line and exit code 2."""
    with one_line_errors():
        try:
            return run_all.main(standalone_mode=False)
        except click.Abort:
            return EXIT_INTERRUPTED
        except click.ClickException as error:
            raise InputError(error.format_message()) from error
