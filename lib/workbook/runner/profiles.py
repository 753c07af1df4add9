"""Profiles and `--set`: which values the notebooks get, checked before anything runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from basics.errors import SHOWN, InputError, one_of, shown
from basics.files import read_text
from basics.schema import Struct, convert
from basics.yaml import parse_yaml
from workbook.runner.graph import Notebook, select

RESERVED = "profile"
SHARED = "<<"  # a notebook's key for what it has in common with others, most often an alias; its own values win


class Profile(Struct):
    """One size of the work.

    Args:
        name: of its file and of its results folder.
        title: one line for the report.
        notebooks: parameter values by notebook, `NN_topic: {parameter: value}`; a notebook without an entry keeps
            its own defaults. Values that several share may stand once, with an anchor, under the key `<<`.
        extends: the profile whose values hold where this one sets no others.
        front: the profile whose numbers the report's front page puts beside the papers', where it has results; None for
            its own.
        parts: further profiles that the same work needs, `PROFILE: "NUMBERS"`, as `--only` takes them.
    """

    name: str
    title: str
    notebooks: dict[str, dict[str, Any]]
    extends: str | None = None
    front: str | None = None
    parts: dict[str, str] = {}  # noqa: RUF012 (msgspec copies it)


@dataclass(frozen=True)
class Setting:
    """One `--set [NB.]KEY=VALUE`.

    Args:
        text: as it was given.
        notebook: a number or name, None for every notebook that has the key.
        key: the parameter.
        value: what stands behind the sign.
    """

    text: str
    notebook: str | None
    key: str
    value: str


def profile_names(folder: Path) -> list[str]:
    """The names of the profiles in a folder, sorted."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_profile(name: str, folder: Path) -> Profile:
    """Read one profile, with the values of the one that it extends where it sets no others.

    Raises:
        InputError: there is none of this name, it holds anything but what a profile may hold, or it extends one
            that extends another.
    """
    profile = _read(name, folder)
    if profile.extends is None:
        return profile
    base = _read(profile.extends, folder)
    if base.extends is not None:
        raise InputError(f"profile {name} extends {base.name}, which extends another; one step is allowed")
    merged = {notebook: base.notebooks.get(notebook, {}) | own for notebook, own in profile.notebooks.items()}
    return replace(profile, notebooks=base.notebooks | merged)


def _read(name: str, folder: Path) -> Profile:
    """One profile file, checked."""
    if name not in profile_names(folder):
        raise InputError(f"there is no profile {shown(name)}; there are {', '.join(profile_names(folder)) or 'none'}")
    where = f"profile {name}"
    profile = convert(parse_yaml(read_text(folder / f"{name}.yaml"), where=where), Profile, where=where)
    if profile.name != name:
        raise InputError(f"{where} must be named like its file, got {shown(profile.name)}")
    if profile.front is not None:
        one_of(profile.front, profile_names(folder), f"{where}, front,")
    merged = {key: _with_shared(own, where=f"{where}, {key}, {SHARED}") for key, own in profile.notebooks.items()}
    return replace(profile, notebooks=merged)


def _with_shared(own: dict[str, Any], *, where: str) -> dict[str, Any]:
    """A notebook's values with those that it shares."""
    shared = convert(own.get(SHARED, {}), dict[str, Any], where=where)
    return shared | {key: value for key, value in own.items() if key != SHARED}


def parse_setting(text: str) -> Setting:
    """Take one `--set` apart; what its value means depends on the parameter's type.

    Raises:
        InputError: not of the form `[NB.]KEY=VALUE`.

    >>> parse_setting("04.bits=[16, 32]")
    Setting(text='04.bits=[16, 32]', notebook='04', key='bits', value='[16, 32]')
    """
    target, sign, value = text.partition("=")
    notebook, dot, key = target.strip().rpartition(".")
    if not sign or not key or (dot and not notebook):
        raise InputError(f"--set takes [NB.]KEY=VALUE, got {shown(text)}")
    return Setting(text, notebook or None, key, value)


def resolve(
    notebooks: dict[str, Notebook],
    profile: Profile,
    *,
    settings: Sequence[Setting] = (),
    selected: Sequence[str] | None = None,
    options: dict[str, Any] | None = None,
) -> dict[str, dict[str, Any]]:
    """The values that differ from a notebook's own defaults, by notebook.

    Args:
        notebooks: all, by name.
        profile: gives values by notebook.
        settings: win over the profile and the options; they may name only notebooks that are `selected`.
        selected: names of the notebooks that are to run, None for all.
        options: values such as `jobs` for every notebook that declares them; they win over the profile.

    Raises:
        InputError: an unknown notebook or parameter, or a value of the wrong type.
    """
    for name in profile.notebooks:
        if name not in notebooks:
            raise InputError(f"profile {profile.name}: there is no notebook {shown(name)}")
    values = {}
    for name, notebook in notebooks.items():
        entry = profile.notebooks.get(name, {})
        values[name] = _accepted(notebook, entry, where=f"profile {profile.name}, {name}")
        given = {RESERVED: profile.name, **(options or {})}
        values[name] |= {key: value for key, value in given.items() if key in notebook.declared}
    for setting in settings:
        for name in _targets(setting, notebooks, list(notebooks) if selected is None else selected):
            where, declared = f"--set {setting.text[:SHOWN]}, {name}", notebooks[name].declared
            read = declared[setting.key].read(setting.value, where=where) if setting.key in declared else None
            values[name] |= _accepted(notebooks[name], {setting.key: read}, where=where)
    return values


def _accepted(notebook: Notebook, given: dict[str, Any], *, where: str) -> dict[str, Any]:
    """Given values as the notebook's types."""
    accepted = {}
    for key, value in given.items():
        if key == RESERVED:
            raise InputError(f"{where}: profile is chosen with --profile only")
        if key not in notebook.declared:
            known = ", ".join(name for name in notebook.declared if name != RESERVED)
            raise InputError(f"{where}: there is no parameter {shown(key)}; there are {known or 'none'}")
        accepted[key] = notebook.declared[key].accept(value, where=where)
    return accepted


def _targets(setting: Setting, notebooks: dict[str, Notebook], selected: Sequence[str]) -> list[str]:
    """The notebooks that a setting is for."""
    if setting.notebook is None:
        found = [name for name in selected if setting.key in notebooks[name].declared]
        problem = "" if found else f"no notebook that is to run has a parameter {shown(setting.key)}"
    else:
        found = select(notebooks, setting.notebook)
        left_out = [name for name in found if name not in selected]
        problem = f"{left_out[0]} is not among the notebooks that are to run" if left_out else ""
    if problem:
        raise InputError(f"--set {setting.text[:SHOWN]}: {problem}")
    return found


def effective(notebook: Notebook, values: dict[str, Any]) -> dict[str, Any]:
    """Every parameter with the value it has in a run."""
    return {parameter.name: parameter.default for parameter in notebook.parameters} | values
