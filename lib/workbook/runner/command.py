"""The command line of `run_all.py`."""

import os
from pathlib import Path
from typing import Any

import click

from basics.errors import InputError, run_command
from basics.files import writable
from basics.paths import committed_results, profile_results, profiles_root
from workbook.records import MANIFEST
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
@click.option("--check", "action", flag_value="check", help="Say what is needed; exit code 1 if any of it is missing.")
@click.option("--publish", is_flag=True, help="Then make the profile's results the committed ones, if all went well.")
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
def run_all(action: str | None, words: tuple[str, ...], open_cluster: bool, publish: bool, **options: Any) -> int:
    """Train what the notebooks that are not fresh ask for, run them, then build the report; `train` only trains.

    `verify` runs nothing: it scores the kept codes of the profile again, and holds every table that follows from
    runs against them.

    Results land in results/local/PROFILE, beside the committed ones in results/PROFILE, which only --publish changes;
    what differs from those is printed at the end.

    Exit code 0: all is fresh or done, or holds. 1: a notebook failed, those that need it were skipped; --check found
    something missing; or `verify` something that does not hold. 2: bad input, nothing was run. 130: interrupted.
    """
    if words not in ((), (TRAIN,), (VERIFY,)):
        raise InputError(f"unexpected extra argument ({' '.join(words)}); {TRAIN!r} and {VERIFY!r} are the only ones")
    if words and action:
        raise InputError(f"{words[0]!r} and --{action} exclude each other")
    if words == (VERIFY,):
        return hold(options["profile"])
    if publish and options["settings"]:
        raise InputError("the committed results are those of a profile as it is, got --set")
    plan = make_plan(Request(**options))
    if action is None:
        if open_cluster:
            os.environ["HASHCENTERS_OPEN_CLUSTER"] = "1"  # for the kernels, too
        if plan.request.cluster:
            find_hooks().check_cluster(plan.request.cluster)
        from workbook.runner import run

        if words:
            return run.train(plan)
        code = run.run(plan)
        if publish and not code:
            click.echo(run.publish(plan))
        return code
    from workbook.runner import listing

    if action == "check":
        text, complete = listing.check(plan)
        click.echo(text)
        return 0 if complete else EXIT_INCOMPLETE
    click.echo(listing.list_notebooks(plan) if action == "list" else listing.estimate(plan))
    return 0


def hold(profile: str) -> int:
    """Print what does not hold of a profile's committed results and of those here, and return the exit code."""
    load_profile(profile, profiles_root())
    folders = [committed_results(profile), profile_results(profile)]
    there = [folder for folder in dict.fromkeys(folders) if (folder / MANIFEST).is_file()]
    wrong = 0
    for folder in there or folders[:1]:
        complaints, looked_at = find_hooks().verify(folder)
        wrong += len(complaints)
        click.echo("\n".join([*complaints, f"{folder}: {looked_at}; {len(complaints) or 'nothing'} wrong"]))
    return EXIT_INCOMPLETE if wrong else 0


# the same by a word of its own, for the command that has them all


def _part(name: str, text: str, *, without: tuple[str, ...] = (), **fixed: Any) -> click.Command:
    """A command that is `run_all` with some of its options fixed; others may be left out of its own.

    Args:
        name: of the command.
        text: its help.
        without: options that it does not take.
        fixed: values of options.
    """
    left = {option.name: option for option in run_all.params if option.name in ("action", *without)}
    flags = {name: False if getattr(option, "is_bool_flag", False) else None for name, option in left.items()}
    given: dict[str, Any] = flags | {"settings": (), "words": ()} | fixed
    options = [option for option in run_all.params if option.name not in (*left, *fixed, "words")]

    def call(**values: Any) -> int:
        return run_all.callback(**(given | values))

    return click.Command(name, callback=call, params=options, help=text, context_settings=run_all.context_settings)


RUNS_NOTHING = ("publish", "timeout", "cluster", "open_cluster")
run = _part("run", run_all.help or "")
train = _part("train", "Only the trainings that notebooks ask for.", words=("train",), without=("publish", "timeout"))
states = _part("list", "Say what is fresh, and why the rest is not.", action="list", without=RUNS_NOTHING)
check = _part("check", "Say what is needed and what is missing.", action="check", without=(*RUNS_NOTHING, "force"))
estimate = _part("estimate", "Say what a run would cost.", action="estimate", without=RUNS_NOTHING)
PROFILE = click.option("--profile", default="embedded", show_default=True, help="Whose results.")


@click.command()
@PROFILE
def verify(profile: str) -> int:
    """Hold the tables against the kept codes, running nothing: of the committed results and of those here."""
    return hold(profile)


@click.command()
@PROFILE
def report(profile: str) -> None:
    """Build the report from the results that are there, running nothing: the committed ones before any run."""
    from workbook.runner import run

    click.echo(run.report(make_plan(Request(profile))))


@click.command()
@PROFILE
def publish(profile: str) -> None:
    """Make the results of a profile's run the committed ones.

    Refused where a notebook that was run here is not fresh, or where something is kept from the committed results for
    want of data. Notebooks that were not run here are not looked at: their results stay as they were committed.
    """
    from workbook.runner import run

    click.echo(run.publish(make_plan(Request(profile))))


@click.command()
@click.argument("results", nargs=-1, metavar="[BEFORE [AFTER]]")
@click.option("--page", metavar="FILE", help="Write all of it as one HTML file, too.")
def compare(results: tuple[str, ...], page: str | None) -> None:
    """Say what differs between two runs: claims whose verdict changed, tables by their largest difference.

    BEFORE and AFTER are folders of results or names of profiles, whose runs here are meant. With one name its run is
    compared with its committed results, without any that of the profile embedded.
    """
    from workbook.compare import compare as compare_folders

    if len(results) > 2:
        raise InputError(f"compare takes two results, got {len(results)}")
    place = None if page is None else writable(page, name="--page")
    last = _results_folder(results[-1] if results else "embedded")
    first = _results_folder(results[0]) if len(results) == 2 else committed_results(last.name)
    comparison = compare_folders(first, last)
    click.echo(comparison.summary(most=None))
    if place is not None:
        from workbook.report.site import write_comparison

        write_comparison(comparison, place)
        click.echo(place)


def _results_folder(name: str) -> Path:
    """The folder that a path or the name of a profile stands for."""
    return Path(name) if Path(name).is_dir() else profile_results(name)


def main() -> int:
    """Run the command line; wrong use gets one line and exit code 2."""
    return run_command(run_all)
