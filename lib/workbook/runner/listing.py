"""What `--list`, `--estimate` and `--check` say; nothing is run or written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from basics.paths import data_root, profile_results
from basics.text import columns, duration, size
from workbook.runner.freshness import absent_data, size_of
from workbook.runner.graph import Notebook
from workbook.runner.hooks import Need, find_hooks
from workbook.runner.manifest import estimated_seconds, recorded
from workbook.runner.plan import Plan, Request, make_plan
from workbook.runner.trainer import count_missing

# ends of the names of parameters that say how many trainings there are, and not what one of them takes
COUNTED = ("seed", "seeds", "bits", "draws", "jobs", "profile")


def list_notebooks(plan: Plan) -> str:
    """A line a notebook: what it reads, its last time, and whether and why it has to run."""
    states = plan.states()
    known = recorded(plan.results)
    rows = [("notebook", "reads", "last time", "state")]
    for name in plan.selected:
        reads = ", ".join(upstream[:2] for upstream in plan.notebooks[name].after)
        last = duration(known[name]["seconds"]) if name in known else ""
        rows.append((name, reads, last, f"stale: {states[name]}" if states[name] else "fresh"))
    return columns(rows)


def estimate(plan: Plan) -> str:
    """What a run would do: trainings, time, memory, disk and what has to be fetched, for a profile and its parts.

    Times are those of the last recorded run, or that of the profile which this one extends, and where there is none, or
    where its trainings were others, such as on another device, the project's guess from the sizes alone. A training
    that several notebooks share is counted with the first of them.

    Raises:
        InputError: a notebook does not say what it trains.
    """
    parts = parts_of(plan)
    stale = [[name for name, state in part.states().items() if state and name in part.selected] for part in parts]
    missing = count_missing(list(zip(parts, stale, strict=True)))
    texts = list(map(_estimate, parts, stale, missing))
    headed = [f"{_command(part)}\n{text}" for part, text in zip(parts, texts, strict=True)]
    return "\n\n".join(headed if len(parts) > 1 else texts)


def _estimate(plan: Plan, stale: Sequence[str], missing: Mapping[str, Mapping[str, dict[str, Any]]]) -> str:
    """What a run of one profile would do, from its notebooks that are not fresh and what they have to train."""
    known = recorded(plan.results) or recorded(plan.profile.extends or plan.results)
    rows = [("notebook", "trainings to do", "about")]
    planned: dict[str, dict[str, Any]] = {}
    guessed: dict[str, dict[str, Any]] = {}
    seconds, space, unknown = 0.0, 0.0, False
    for name in stale:
        entry, parameters = known.get(name, {}), plan.parameters(name)
        new = {key: cost for key, cost in missing.get(name, {}).items() if key not in planned}
        planned |= new
        count = len(new) if name in missing else None
        if new and not all(_counts(key, old, parameters.get(key)) for key, old in entry.get("parameters", {}).items()):
            entry = {}
        expected = estimated_seconds(entry, count, jobs=parameters.get("jobs", 1))
        guess = new if expected is None else {}
        guessed |= guess
        cores = 1 if parameters.get("device") == "cuda" else min(parameters.get("jobs", 1), len(guess) or 1)
        reckoned = sum(cost["seconds"] for cost in guess.values()) / cores
        about = f"{duration(reckoned)}, reckoned" if guess else "?"
        rows.append((name, "" if count is None else str(count), about if expected is None else duration(expected)))
        seconds += expected or reckoned
        space += len(new) * entry.get("trainings", {}).get("mean_bytes", 0) + sum(one["disk"] for one in guess.values())
        unknown = unknown or expected is None
    rows.append(("all", str(len(planned)), ("more than " if unknown else "") + duration(seconds)))
    folder = profile_results(plan.results)
    first = [f"to get first: {need.what}, {need.size}" for need in _incomplete(gather(plan, sized=True))]
    disk = f"disk: {size(size_of(folder))} in {folder}, about {size(space)} more for the trainings to do"
    return "\n".join([columns(rows), *_guesses(guessed), *first, disk])


def _counts(key: str, recorded: Any, now: Any) -> bool:
    """Whether trainings with another value of a parameter than the recorded one take as long, if there are any.

    A list that is merely shorter means fewer of them, unless it holds options, which say what one takes.
    """
    end = key.rpartition("_")[2]
    fewer = isinstance(recorded, list) and isinstance(now, list) and all(value in recorded for value in now)
    return recorded == now or end in COUNTED or (fewer and end != "options")


def _guesses(costs: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Core time and memory of trainings without a recorded time, from their sizes."""
    for where in dict.fromkeys(cost["where"] for cost in costs.values()):
        own = [cost for cost in costs.values() if cost["where"] == where]
        total, most = sum(cost["seconds"] for cost in own), max(cost["memory"] for cost in own)
        yield f"{len(own)} trainings without a recorded time: {duration(total)} {where}, reckoned from sizes"
        yield f"memory: about {size(most)} for the largest of them, beside the pictures"


def _command(part: Plan) -> str:
    """The command that runs a part."""
    return f"run_all.py --profile {part.profile.name}{f' --only {part.request.only}' if part.request.only else ''}"


def gather(plan: Plan, *, sized: bool = False) -> list[Need]:
    """What the selected notebooks need, or only what has a `size`, each thing once with all who need it."""
    found: dict[str, Need] = {}
    for name in plan.selected:
        asked = find_hooks().needs(plan.parameters(name), sized=sized)
        for need in asked if sized else (*_folders(plan.notebooks[name]), *asked):
            before = found.get(need.what, need)
            missing = dict.fromkeys((*before.missing, *need.missing))
            found[need.what] = replace(need, missing=tuple(missing), users=(*before.users, name))
    return list(found.values())


def lacking(plan: Plan, name: str) -> str:
    """What a notebook needs and is not here, with the first step to each, in a line; empty where all is."""
    needs = [(need.what, *need.missing) for need in _incomplete(gather(replace(plan, selected=[name])))]
    return "; ".join(f"{what}: {first}{f', and {len(more)} more' if more else ''}" for what, first, *more in needs)


def _incomplete(needs: Sequence[Need]) -> list[Need]:
    """Those that lack something; where several lack the same, such as one download, the first of them."""
    lacks = [need.missing for need in needs]
    return [need for place, need in enumerate(needs) if need.missing and need.missing not in lacks[:place]]


def _folders(notebook: Notebook) -> Iterator[Need]:
    """The folders of the data root that a notebook's metadata names."""
    for name in notebook.data:
        place = data_root() / name
        yield Need(f"folder {name}", () if place.is_dir() else (f"there is no {place}",))
    for name in notebook.optional_data:
        absent = "not here; what it leads to stays as committed"
        yield Need(f"optional folder {name}", note="" if (data_root() / name).is_dir() else absent)


def parts_of(plan: Plan) -> list[Plan]:
    """The plan itself and those of its profile's parts; without the latter where notebooks were chosen."""
    if plan.request.only is not None or plan.request.start is not None:
        return [plan]
    parts = plan.profile.parts.items()
    return [plan, *(make_plan(Request(part, only=only, device=plan.request.device)) for part, only in parts)]


def check(plan: Plan) -> tuple[str, bool]:
    """What the profile and its parts need, as text, and whether all of it is there."""
    lines, lacking = [], []
    for part in parts_of(plan):
        lines.append(_command(part))
        needs = gather(part)
        lines += [line for need in needs for line in _described(need)] or ["  needs nothing that is not built in"]
        lacking += [need.what for need in needs if need.missing]
    lacking = list(dict.fromkeys(lacking))
    absent = dict.fromkeys(folder for name in plan.selected for folder in absent_data(plan.notebooks[name]))
    nothing = "nothing that is needed is missing" if absent else "nothing is missing"
    lines.append(f"missing: {', '.join(lacking)}" if lacking else nothing)
    lines += [f"optional, and not here: {', '.join(absent)}"] if absent else []
    lines += find_hooks().ways_to(absent)
    return "\n".join(lines), not lacking


def _described(need: Need) -> list[str]:
    """Lines for one need: its state, and the steps to what is missing."""
    state = "incomplete" if need.missing else need.note or "present"
    users = ", ".join(user[:2] for user in need.users)
    return [f"  {need.what} (for {users}): {state}", *(f"    {line}" for line in need.missing)]
