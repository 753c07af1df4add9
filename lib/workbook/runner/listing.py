"""What `--list`, `--estimate` and `--check` say; nothing is run or written."""

from collections.abc import Iterator
from dataclasses import replace

from basics.paths import data_root, profile_results
from basics.text import columns, duration, size
from workbook.runner.graph import Notebook
from workbook.runner.hooks import Need, find_hooks
from workbook.runner.manifest import estimated_seconds, recorded, size_of
from workbook.runner.plan import Plan, Request, make_plan
from workbook.runner.trainer import count_missing


def list_notebooks(plan: Plan) -> str:
    """A line a notebook: what it reads, its last time, and whether and why it has to run."""
    states = plan.states()
    known = recorded(plan.profile.name)
    rows = [("notebook", "reads", "last time", "state")]
    for name in plan.selected:
        reads = ", ".join(upstream[:2] for upstream in plan.notebooks[name].after)
        last = duration(known[name]["seconds"]) if name in known else ""
        rows.append((name, reads, last, f"stale: {states[name]}" if states[name] else "fresh"))
    return columns(rows)


def estimate(plan: Plan) -> str:
    """What a run would do: trainings, time and disk, from the times of the last recorded run.

    A training that several notebooks share is counted with the first of them.

    Raises:
        InputError: a notebook does not say what it trains.
    """
    known = recorded(plan.profile.name)
    rows = [("notebook", "trainings to do", "about")]
    planned: set[str] = set()
    seconds, space, unknown = 0.0, 0.0, False
    stale = [name for name, state in plan.states().items() if state and name in plan.selected]
    missing = count_missing(plan, stale)
    for name in stale:
        entry, new = known.get(name, {}), set(missing.get(name, ())) - planned
        planned |= new
        count = len(new) if name in missing else None
        expected = estimated_seconds(entry, count, jobs=plan.parameters(name).get("jobs", 1))
        rows.append((name, "" if count is None else str(count), "?" if expected is None else duration(expected)))
        seconds += expected or 0.0
        space += len(new) * entry.get("trainings", {}).get("mean_bytes", 0)
        unknown = unknown or expected is None
    rows.append(("all", str(len(planned)), ("more than " if unknown else "") + duration(seconds)))
    folder = profile_results(plan.profile.name)
    disk = f"disk: {size(size_of(folder))} in {folder}, about {size(space)} more for the trainings to do"
    return f"{columns(rows)}\n{disk}"


def gather(plan: Plan) -> list[Need]:
    """What the selected notebooks need, each thing once with all who need it."""
    found: dict[str, Need] = {}
    for name in plan.selected:
        for need in (*_folders(plan.notebooks[name]), *find_hooks().needs(plan.parameters(name))):
            before = found.get(need.what, need)
            missing = dict.fromkeys((*before.missing, *need.missing))
            found[need.what] = replace(need, missing=tuple(missing), users=(*before.users, name))
    return list(found.values())


def _folders(notebook: Notebook) -> Iterator[Need]:
    """The folders of the data root that a notebook's metadata names."""
    for name in notebook.data:
        place = data_root() / name
        yield Need(f"folder {name}", () if place.is_dir() else (f"there is no {place}",))
    for name in notebook.optional_data:
        note = "" if (data_root() / name).is_dir() else "not there; the notebook says what it leaves out"
        yield Need(f"optional folder {name}", note=note)


def parts_of(plan: Plan) -> list[Plan]:
    """The plan itself and those of its profile's parts; without the latter where notebooks were chosen."""
    request = plan.request
    if request.only is not None or request.start is not None:
        return [plan]
    parts = plan.profile.parts.items()
    return [plan, *(make_plan(Request(part, only=only, device=request.device)) for part, only in parts)]


def check(plan: Plan) -> tuple[str, bool]:
    """What the profile and its parts need, as text, and whether all of it is there."""
    lines, lacking = [], []
    for part in parts_of(plan):
        only = f" --only {part.request.only}" if part.request.only else ""
        lines.append(f"run_all.py --profile {part.profile.name}{only}")
        needs = gather(part)
        lines += [line for need in needs for line in _described(need)] or ["  needs nothing that is not built in"]
        lacking += [need.what for need in needs if need.missing]
    lacking = list(dict.fromkeys(lacking))
    lines.append(f"missing: {', '.join(lacking)}" if lacking else "nothing is missing")
    return "\n".join(lines), not lacking


def _described(need: Need) -> list[str]:
    """Lines for one need: its state, and the steps to what is missing."""
    state = "incomplete" if need.missing else need.note or "present"
    users = ", ".join(user[:2] for user in need.users)
    return [f"  {need.what} (for {users}): {state}", *(f"    {line}" for line in need.missing)]
