"""What `--check` says: the data sets, weights and devices that a profile needs, and how to get what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from basics.paths import data_root

from hashcenters.workbook.data import named_sets
from hashcenters.workbook.graph import Notebook
from hashcenters.workbook.plan import Plan, Request, make_plan


@dataclass(frozen=True)
class Need:
    """Something that notebooks cannot do without.

    Args:
        what: its kind and name.
        missing: a line for each piece that is not there, with the step that brings it.
        note: what to know although nothing is missing.
        users: the notebooks that need it.
    """

    what: str
    missing: tuple[str, ...] = ()
    note: str = ""
    users: tuple[str, ...] = ()


def needs_of(notebook: Notebook, parameters: Mapping[str, Any]) -> Iterator[Need]:
    """What one notebook needs with these parameters."""
    for name in notebook.data:
        absent = () if (data_root() / name).is_dir() else (f"there is no {data_root() / name}",)
        yield Need(f"folder {name}", absent)
    for name, options in named_sets(parameters):
        from hashcenters.datasets.registry import check

        where = f" at {options['root']}" if options.get("root") else ""
        lines = (line.removeprefix(f"{name}: ") for line in check(name, **options))
        yield Need(f"data set {name}{where}", tuple(lines))
    yield from _weights(parameters)
    if parameters.get("device") == "cuda":
        yield Need("device cuda", _cuda())


def _weights(parameters: Mapping[str, Any]) -> Iterator[Need]:
    """The files that backbones start from; torchvision's are downloaded when they are not there."""
    weights = parameters.get("weights", "")
    if weights in ("", "none", "pretrain"):
        return
    if weights != "imagenet":
        path = Path(weights)
        yield Need(f"weights {path}", () if path.is_file() else ("put the file there, or set other weights",))
        return
    import torch

    from hashcenters.models.factory import find_backbone, torchvision_weights

    folder = Path(torch.hub.get_dir()) / "checkpoints"
    for name in dict.fromkeys([parameters["backbone"], *parameters.get("backbones", [])]):
        find_backbone(name)
        found = torchvision_weights(name)
        if found is None:
            yield Need(
                f"ImageNet weights of {name}",
                ("torchvision has none; set weights to a file, pretrain or none",),
            )
            continue
        file = folder / found.url.rsplit("/", 1)[-1]
        size = f"{found.meta['_file_size']:.0f} MB"
        note = "" if file.is_file() else f"the first training downloads {found.url} ({size}) to {file}"
        yield Need(f"ImageNet weights of {name}", note=note)


def _cuda() -> tuple[str, ...]:
    """What is missing for trainings on a GPU."""
    import torch

    return () if torch.cuda.is_available() else ("torch finds no CUDA device; --device cpu does without one",)


def gather(plan: Plan) -> list[Need]:
    """What the selected notebooks need, each thing once with all who need it."""
    found: dict[str, Need] = {}
    for name in plan.selected:
        for need in needs_of(plan.notebooks[name], plan.parameters(name)):
            before = found.get(need.what, need)
            missing = dict.fromkeys((*before.missing, *need.missing))
            found[need.what] = replace(need, missing=tuple(missing), users=(*before.users, name))
    return list(found.values())


def parts_of(plan: Plan) -> list[Plan]:
    """The plan itself and those of its profile's parts; without the latter where notebooks were chosen."""
    request = plan.request
    if request.only is not None or request.start is not None:
        return [plan]
    parts = plan.profile.parts.items()
    return [plan, *(make_plan(Request(part, only=only, device=request.device)) for part, only in parts)]


def report(plan: Plan) -> tuple[str, bool]:
    """What the profile and its parts need, as text, and whether all of it is there."""
    lines, lacking = [], []
    for part in parts_of(plan):
        only = f" --only {part.request.only}" if part.request.only else ""
        lines.append(f"run_all.py --profile {part.profile.name}{only}")
        needs = gather(part)
        lines += [line for need in needs for line in _described(need)] or [
            "  needs nothing that is not built in"
        ]
        lacking += [need.what for need in needs if need.missing]
    lacking = list(dict.fromkeys(lacking))
    lines.append(f"missing: {', '.join(lacking)}" if lacking else "nothing is missing")
    return "\n".join(lines), not lacking


def _described(need: Need) -> list[str]:
    """Lines for one need: its state, and the steps to what is missing."""
    state = "incomplete" if need.missing else need.note or "present"
    users = ", ".join(user[:2] for user in need.users)
    return [f"  {need.what} (for {users}): {state}", *(f"    {line}" for line in need.missing)]
