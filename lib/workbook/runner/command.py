"""The command line of `run_all.py`."""

import os
from typing import Any

import click

from basics.errors import InputError, run_command
from basics.paths import profiles_root
from workbook.runner.hooks import find_hooks
from workbook.runner.plan import DEVICES, Request, make_plan
from workbook.runner.profiles import load_profile

EXIT_INCOMPLETE = 1
TRAIN, VERIFY = "train", "verify"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--profile", default="embedded", show_default=True, help="Size of the work, a file in profiles/.")
@click.option("--only", help="Notebooks to run: numbers, names and ranges, such as 03,05-07.")
@click.option("--from", "start", help="Run this notebook and all that come after it.")
@click.option("--force", is_flag=True, help="Run notebooks that are fresh, too.")
@click.option("--set", "settings", multiple=True, metavar="[NB.]KEY=VALUE", help="Set a parameter; repeatable.")
@click.option("--estimate", "action", flag_value="estimate", help="Say how many trainings, how long, how much disk.")
@click.option("--list", "action", flag_value="list", help="Say what is fresh, and why the rest is not.")
@click.option(
    "--check",
    "action",
    flag_value="check",
    help="Say what the profile needs and what of it is missing; exit code 1 if anything is.",
)
@click.option("--jobs", type=int, help="Trainings side by side.")
@click.option(
    "--cluster",
    envvar="RAY_ADDRESS",
    show_envvar=True,
    metavar="HOST:PORT",
    help="Head node of the Ray cluster that trains, one training a processor or GPU; --jobs does not count then.",
)
@click.option(
    "--open-cluster",
    is_flag=True,
    envvar="HASHCENTERS_OPEN_CLUSTER",
    show_envvar=True,
    help="Use a cluster that lets in whoever reaches it, without RAY_AUTH_MODE=token.",
)
@click.option("--device", help=f"Where networks run: {', '.join(DEVICES)}.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Stop a notebook that takes longer.")
@click.argument("words", nargs=-1, metavar="[train|verify]")
def run_all(action: str | None, words: tuple[str, ...], open_cluster: bool, **options: Any) -> int:
    """Train what the notebooks that are not fresh ask for, run them, then build the report; `train` only trains.

    `verify` runs nothing: it scores the kept codes of the profile again, and holds every table that follows from
    runs against them.

    Exit code 0: all is fresh or done, or holds. 1: a notebook failed, those that need it were skipped; --check found
    something missing; or `verify` something that does not hold. 2: bad input, nothing was run. 130: interrupted.
    """
    if words not in ((), (TRAIN,), (VERIFY,)):
        raise InputError(
            f"Got unexpected extra argument ({' '.join(words)}); {TRAIN!r} and {VERIFY!r} are the only ones"
        )
    if words and action:
        raise InputError(f"{words[0]!r} and --{action} exclude each other")
    if words == (VERIFY,):
        return verify(options["profile"])
    plan = make_plan(Request(**options))
    if action is None:
        if open_cluster:
            os.environ["HASHCENTERS_OPEN_CLUSTER"] = "1"  # for the kernels, too
        if plan.request.cluster:
            find_hooks().check_cluster(plan.request.cluster)
        from workbook.runner import run

        return run.train(plan) if words else run.run(plan)
    from workbook.runner import listing

    if action == "check":
        text, complete = listing.check(plan)
        click.echo(text)
        return 0 if complete else EXIT_INCOMPLETE
    click.echo(listing.list_notebooks(plan) if action == "list" else listing.estimate(plan))
    return 0


def verify(profile: str) -> int:
    """Print what does not hold of a profile's results, or that all does, and return the exit code."""
    load_profile(profile, profiles_root())
    complaints, looked_at = find_hooks().verify(profile)
    click.echo("\n".join([*complaints, f"{profile}: {looked_at}; {len(complaints) or 'nothing'} wrong"]))
    return EXIT_INCOMPLETE if complaints else 0


def main() -> int:
    """Run the command line; wrong use gets one line and exit code 2."""
    return run_command(run_all)
