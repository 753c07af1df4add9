"""Parameters of notebooks: what a notebook declares, what a profile or `--set` gives, and whether they fit.

`papermill.inspect_notebook` reads the same cells, but it gives types and defaults as text and its import takes
seconds; a test holds the two readings together.
"""

import ast
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from basics.errors import SHOWN, InputError, shown
from basics.schema import convert
from basics.yaml import parse_yaml

TYPES: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool, "list": list}


@dataclass(frozen=True)
class Parameter:
    """One line `name: type = value` of a parameters cell."""

    name: str
    type: str
    default: Any

    def read(self, text: str, *, where: str) -> Any:
        """The value that a text stands for: the text itself for a `str`, what YAML makes of it for others.

        Raises:
            InputError: the text is not YAML.
        """
        return text if self.type == "str" else parse_yaml(text, where=where)

    def accept(self, value: Any, *, where: str) -> Any:
        """The value as this parameter's type; an int stands for a float, and a list keeps its elements' type.

        Raises:
            InputError: the value has another type, a list is empty whose default is not, or holds a number twice.
        """
        kinds = set(map(type, self.default)) if isinstance(self.default, list) else set()
        element = kinds.pop() if len(kinds) == 1 and kinds <= set(TYPES.values()) else None
        try:
            accepted = convert(value, list[element] if element else TYPES[self.type], where=where)
        except InputError:
            expected = f"{self.type} of {element.__name__}" if element else self.type
            raise InputError(
                f"{where}: {self.name} must be {expected}, such as {self.default!r}, got {shown(value)}"
            ) from None
        if element and not accepted:
            raise InputError(f"{where}: {self.name} must hold at least one value, such as {self.default!r}, got []")
        if element in (int, float) and len(set(accepted)) < len(accepted):
            raise InputError(f"{where}: {self.name} must hold every number once, got {shown(value)}")
        return accepted


def parse_parameters(source: str, *, where: str) -> tuple[Parameter, ...]:
    """Read a parameters cell, whose every line is `name: type = value`.

    Args:
        source: of the cell.
        where: the notebook, for messages.

    Raises:
        InputError: another statement, an unknown type, or a default that is no literal of its type.

    >>> parse_parameters("bits: list = [16, 32]  # code lengths", where="01_x")
    (Parameter(name='bits', type='list', default=[16, 32]),)
    """
    try:
        found = tuple(_parameter(statement, where=where) for statement in ast.parse(source).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, InputError):
            raise
        problem = getattr(error, "msg", None) or error or "it is nested too deeply"
        raise InputError(f"{where}: the parameters cell is not Python: {problem}") from error
    names = [parameter.name for parameter in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"{where}: the parameters cell must declare {name} once")
    return found


def _parameter(statement: ast.stmt, *, where: str) -> Parameter:
    line = shorten(ast.unparse(statement), SHOWN)
    named = isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    if not named or statement.value is None:
        raise InputError(f"{where}: the parameters cell must hold lines `name: type = value`, got {line!r}")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise InputError(f"{where}: a parameter's type must be one of {', '.join(TYPES)}, got {line!r}")
    try:
        default = ast.literal_eval(statement.value)
    except (ValueError, TypeError) as error:
        raise InputError(f"{where}: a parameter's default must be a plain value, got {line!r}") from error
    parameter = Parameter(statement.target.id, kind, default)
    parameter.accept(default, where=where)
    return parameter
