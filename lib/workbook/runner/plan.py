"""From the options of a command line to a checked plan: which notebooks, with which values."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from basics import paths
from basics.errors import InputError
from basics.source import lib_root
from workbook.runner import profiles
from workbook.runner.freshness import folders, inputs_of, why_stale
from workbook.runner.graph import Notebook, discover, select, select_from
from workbook.runner.hooks import find_hooks
from workbook.runner.manifest import choose_device

DEVICES = ("auto", "cpu", "cuda")
LONGEST_TIMEOUT = 1e7


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Args:
        profile: name of a file in the profiles folder.
        only: numbers, names and ranges of notebooks, None for all.
        start: the notebook to start from, None for the first.
        settings: `[NB.]KEY=VALUE` texts.
        jobs: processes side by side within a notebook, 1 or more; None leaves it to the notebooks.
        device: one of `DEVICES`; None leaves it to the notebooks.
        cluster: `host:port` of the Ray cluster that trains; None or empty for this machine.
        timeout: seconds that one notebook may take, None for any.
        force: run what is fresh too.
    """

    profile: str = "embedded"
    only: str | None = None
    start: str | None = None
    settings: Sequence[str] = ()
    jobs: int | None = None
    device: str | None = None
    cluster: str | None = None
    timeout: float | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if self.only is not None and self.start is not None:
            raise InputError("--only and --from exclude each other")
        if self.jobs is not None and self.jobs < 1:
            raise InputError(f"--jobs must be 1 or more, got {self.jobs}")
        if self.device is not None and self.device not in DEVICES:
            raise InputError(f"--device must be one of {', '.join(DEVICES)}, got {self.device!r}")
        if self.timeout is not None and not 0 < self.timeout <= LONGEST_TIMEOUT:
            limits = f"more than 0 and at most {LONGEST_TIMEOUT:g} seconds"
            raise InputError(f"--timeout must be {limits}, got {self.timeout:g}")

    def options(self) -> dict[str, Any]:
        """Values for notebooks that declare a parameter of the same name."""
        device = None if self.device is None else choose_device(self.device)
        given = {"jobs": self.jobs, "device": device}
        return {key: value for key, value in given.items() if value is not None}


@dataclass(frozen=True)
class Plan:
    """What is to be done, with everything checked that can be checked beforehand.

    Args:
        request: what was asked for.
        profile: the profile.
        notebooks: all, by name, in run order.
        selected: names of those to look at, in run order.
        values: parameter values to inject, by notebook.
        options: those of the request's that notebooks and kernels get, `auto` resolved.
        results: the name of the results' folder: the profile's, or one of its own for other data than the profile's.
        title: of these results, empty for the profile's.
    """

    request: Request
    profile: profiles.Profile
    notebooks: dict[str, Notebook]
    selected: list[str]
    values: dict[str, dict[str, Any]]
    options: dict[str, Any]
    results: str
    title: str = ""

    def parameters(self, name: str) -> dict[str, Any]:
        """Every parameter of a notebook with its value in this run."""
        return profiles.effective(self.notebooks[name], self.values[name])

    def inputs(self, name: str) -> dict[str, Any]:
        """What a notebook's results depend on now."""
        return inputs_of(self.results, self.notebooks[name], self.parameters(name))

    def why(self, name: str, inputs: Callable[[], dict[str, Any]] | None = None) -> str | None:
        """Why a notebook has to run now that its inputs are what `inputs` gives, None when it is fresh."""
        forced = self.request.force and name in self.selected
        return "forced" if forced else why_stale(self.results, name, inputs or partial(self.inputs, name))

    def states(self) -> dict[str, str | None]:
        """Why each notebook has to run if all stale ones before it did, None for fresh ones."""
        found: dict[str, str | None] = {}
        for name, notebook in self.notebooks.items():
            waits = [upstream for upstream in notebook.after if found[upstream]]
            found[name] = self.why(name) or (f"{waits[0]} has to run before it" if waits else None)
        return found

    def old_results(self, states: dict[str, str | None]) -> str:
        """A line for every notebook that is not to run and whose results are read although they are not fresh."""
        read = {upstream for name in self.selected for upstream in self.notebooks[name].after} - set(self.selected)
        stale = {name: why for name, why in states.items() if why and name in read}
        return "".join(f"note: the results of {name} are read as they are: {why}\n" for name, why in stale.items())

    def environment(self) -> dict[str, str]:
        """Variables for the kernels: the same folders wherever they work, and what was asked for."""
        own = {
            "DATA": os.path.abspath(paths.data_root()),
            "RESULTS": os.path.abspath(paths.results_root()),
            "FEATURES": os.path.abspath(paths.features_root()),
            "COMMITTED": os.path.abspath(paths.committed_root()),
            "NOTEBOOKS": os.path.abspath(paths.notebooks_root()),
            "PROFILES": os.path.abspath(paths.profiles_root()),
            **{name.upper(): str(value) for name, value in self.options.items()},
            "CLUSTER": self.request.cluster or "",
            "BATCH": "1",
        }
        # matrices are small: more threads would mostly wait for each other, and offer their cores while they do
        usual = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
        found = [str(lib_root()), os.environ.get("PYTHONPATH", "")]
        return {
            **{f"HASHCENTERS_{name}": value for name, value in own.items()},
            **{name: os.environ.get(name, value) for name, value in usual.items()},
            "PYTHONPATH": os.pathsep.join(filter(None, found)),
        }


def _beside(plan: Plan, usual: dict[str, dict[str, Any]]) -> Plan:
    """The plan with results of its own where a notebook has other data than the profile gives it.

    Args:
        plan: with the values in the place of which others were set.
        usual: the values without what was set.
    """
    named = [name for name, notebook in plan.notebooks.items() if profiles.RESERVED in notebook.declared]
    for name in [name for name in plan.selected if name in named]:
        of_profile = profiles.effective(plan.notebooks[name], usual[name])
        results, title = find_hooks().other_data(plan.parameters(name), of_profile)
        if results:
            for own in named:
                plan.values[own][profiles.RESERVED] = results
            return replace(plan, results=results, title=title)
    return plan


def make_plan(request: Request) -> Plan:
    """Check everything that was asked for.

    Raises:
        InputError: an unknown notebook, profile, parameter or data set, or a value of the wrong type.
    """
    profile = profiles.load_profile(request.profile, paths.profiles_root())
    notebooks = discover(paths.notebooks_root())
    start = request.start
    selected = select(notebooks, request.only) if start is None else select_from(notebooks, start)
    options, settings = request.options(), [profiles.parse_setting(text) for text in request.settings]
    values = profiles.resolve(notebooks, profile, settings=settings, selected=selected, options=options)
    for name, notebook in notebooks.items():
        given = profiles.effective(notebook, values[name])
        checked = find_hooks().checked(given)
        values[name] |= {key: value for key, value in checked.items() if value != given[key]}
    plan = Plan(request, profile, notebooks, selected, values, options, profile.name)
    if settings:
        plan = _beside(plan, profiles.resolve(notebooks, profile, selected=selected, options=options))
    for name in selected:
        folders(notebooks[name], plan.parameters(name))
    return plan
