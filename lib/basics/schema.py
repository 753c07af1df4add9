"""Values from outside held against the types that they must have; one line says where, what was expected, what came.

An int is a float too, a bool is no number, text is no path of a list, and a key that a structure does not have is
refused.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from basics.errors import InputError, shown

T = TypeVar("T")
_NAMES = {"null": "None", "array": "list", "object": "mapping"}


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of a catalogue's entries: frozen, given by keyword, without any further field."""


def convert(value: Any, kind: type[T] | Any, *, where: str) -> T:
    """A plain value as a type.

    Args:
        value: numbers, numpy's too, texts, lists and mappings, as YAML or JSON gives them.
        kind: a `Struct`, or any type that can be written in an annotation; a text becomes a `Path` where one is
            meant.
        where: the value comes from, at the front of the message.

    Raises:
        InputError: the value, or a part of it, has another type, or a field is missing or unknown.

    >>> convert(1, float, where="rate")
    1.0
    >>> convert({"rates": [1, True]}, dict[str, list[float]], where="profile x")
    Traceback (most recent call last):
    basics.errors.InputError: profile x, [...][1] must be float, got bool
    >>> convert("all", int | None, where="top_k")
    Traceback (most recent call last):
    basics.errors.InputError: top_k must be int | None, got 'all'
    """
    if type(value).__module__ == "numpy":
        value = value.tolist()
    try:
        return msgspec.convert(value, kind, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise InputError(_message(str(error), value, kind, where)) from None
    except (OverflowError, RecursionError):
        raise InputError(f"{where} must be numbers and lists that a computer holds, got {shown(value)}") from None


def entries(content: Any, kind: type[T], *, where: str) -> dict[str, T]:
    """A catalogue of named entries: the name of each is its field `name` too.

    Raises:
        InputError: see `convert`; names the entry.
    """
    named = convert(content, dict[str, dict[str, Any]], where=where)
    return {name: convert({"name": name, **fields}, kind, where=f"{where}, {name}") for name, fields in named.items()}


def _path(kind: type, value: Any) -> Any:
    """A text as a path; msgspec asks for every type that it does not know itself."""
    if kind is Path and isinstance(value, str | Path):
        return Path(value).expanduser()
    raise msgspec.ValidationError(f"Expected `{kind.__name__}`, got `{type(value).__name__}`")


def _message(problem: str, value: Any, kind: Any, where: str) -> str:
    """msgspec's message as this project words them, with the value that came."""
    problem, _, path = problem.partition(" - at ")
    path = path.strip("`").replace("key` in `$", "a key of $").replace("$.", "").removeprefix("$")
    place = f"{where}, {path}" if path else where
    field = re.fullmatch(r"Object (missing required|contains unknown) field `(.*)`", problem)
    if field and field[1] == "missing required":
        return f"{place} lacks {field[2]!r}"
    if field:
        known = "" if path else f"; there are {', '.join(getattr(kind, '__struct_fields__', ()))}"
        return f"{place} has no {field[2]!r}{known}"
    types = re.fullmatch(r"Expected `(.*)`, got `(.*)`", problem)
    if not types:
        return f"{place}: {problem}"
    expected = re.sub(r"\w+", lambda word: _NAMES.get(word[0], word[0]), types[1])
    try:
        got = shown(_at(value, path))
    except LookupError:
        got = _NAMES.get(types[2], types[2])
    return f"{place} must be {expected}, got {got}"


def _at(value: Any, path: str) -> Any:
    """The part of a value at a path such as `needs[0].any`.

    Raises:
        LookupError: the path does not say which part.
    """
    for key, index in re.findall(r"(\w+)|\[([^]]*)\]", path):
        if index == "..." or path.startswith("a key of"):
            raise LookupError(path)
        value = value[key] if isinstance(value, Mapping) else value[int(index)]
    return value
