"""What `--list` and `--estimate` say; nothing is run or written."""

from typing import Any

from basics import paths

from hashcenters.workbook import trainings
from hashcenters.workbook.manifest import read_manifest
from hashcenters.workbook.plan import Plan
from hashcenters.workbook.text import columns, duration, size


def list_notebooks(plan: Plan) -> str:
    """A line a notebook: what it reads, its last time, and whether and why it has to run."""
    states = plan.states()
    known = read_manifest(plan.profile.name).get("notebooks", {})
    rows = [("notebook", "reads", "last time", "state")]
    for name in plan.selected:
        reads = ", ".join(upstream[:2] for upstream in plan.notebooks[name].after)
        last = duration(known[name]["seconds"]) if name in known else ""
        rows.append((name, reads, last, f"stale: {states[name]}" if states[name] else "fresh"))
    return columns(rows)


def estimate(plan: Plan) -> str:
    """What a run would do: trainings, time and disk, from the times of the last recorded run.

    A training that several notebooks share is counted with the first of them.
    """
    known = read_manifest(plan.profile.name).get("notebooks", {})
    rows = [("notebook", "trainings to do", "about")]
    planned: list[Any] = []
    seconds, space, unknown = 0.0, 0.0, False
    for name in (name for name, state in plan.states().items() if state and name in plan.selected):
        entry, cells = known.get(name, {}), missing_trainings(plan, name)
        new = [cell for cell in cells or [] if cell not in planned]
        planned += new
        count = None if cells is None else len(new)
        expected = trainings.estimated_seconds(entry, count, jobs=plan.parameters(name).get("jobs", 1))
        rows.append(
            (name, "" if count is None else str(count), "?" if expected is None else duration(expected))
        )
        seconds += expected or 0.0
        space += len(new) * entry.get("trainings", {}).get("mean_bytes", 0)
        unknown = unknown or expected is None
    rows.append(("all", str(len(planned)), ("more than " if unknown else "") + duration(seconds)))
    return "\n".join([columns(rows), _disk(plan, space)])


def _disk(plan: Plan, more: float) -> str:
    """What lies on disk and what would come to it."""
    folder = paths.profile_results(plan.profile.name)
    return f"disk: {size(trainings.size_of(folder))} in {folder}, about {size(more)} more for the trainings to do"


def missing_trainings(plan: Plan, name: str) -> list[Any] | None:
    """The trainings of a notebook that are still to be done, None where it declares none.

    Raises:
        InputError: its metadata names no importable function.
    """
    if not plan.notebooks[name].grid:
        return None
    from hashcenters import sweep
    from hashcenters.workbook.grid import cells_of

    parameters = plan.parameters(name)
    cells = [cell for grid in plan.notebooks[name].grid for cell in cells_of(grid, parameters, where=name)]
    return sweep.missing(cells, plan.profile.name)
