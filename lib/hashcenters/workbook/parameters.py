"""Parameters of notebooks: what a notebook declares, what a profile or `--set` gives, and whether they fit.

`papermill.inspect_notebook` reads the same cells, but it gives types and defaults as text and its import takes
seconds; a test holds the two readings together.
"""

import ast
from dataclasses import dataclass
from typing import Any

from basics.errors import InputError

TYPES: dict[str, type] = {"int": int, "float": float, "str": str, "bool": bool, "list": list}


@dataclass(frozen=True)
class Parameter:
    """One line `name: type = value` of a parameters cell."""

    name: str
    type: str
    default: Any

    def accept(self, value: Any, *, where: str) -> Any:
        """The value as this parameter's type; an int stands for a float, and a list keeps its elements' type.

        Raises:
            InputError: the value has another type.
        """
        if not _fits(value, self.type):
            raise InputError(f"{where}: {self.name} must be {self._expected()}, got {value!r}")
        if self.type == "list" and self._element is not None:
            if not all(_fits(element, self._element) for element in value):
                raise InputError(f"{where}: {self.name} must be {self._expected()}, got {value!r}")
            return [_as(element, self._element) for element in value]
        return _as(value, self.type)

    @property
    def _element(self) -> str | None:
        """The one type that all elements of a list default have, None where there is none."""
        if not isinstance(self.default, list):
            return None
        kinds = {type(element).__name__ for element in self.default}
        return kinds.pop() if len(kinds) == 1 and kinds <= set(TYPES) else None

    def _expected(self) -> str:
        element = f" of {self._element}" if self._element else ""
        return f"{self.type}{element}, such as {self.default!r}"


def _fits(value: Any, kind: str) -> bool:
    """Whether a value has a type; bool is no int here, and an int is a float."""
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, (int, float) if kind == "float" else TYPES[kind])


def _as(value: Any, kind: str) -> Any:
    return float(value) if kind == "float" else value


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
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise InputError(f"{where}: the parameters cell is not Python: {error.msg}") from error
    return tuple(_parameter(statement, where=where) for statement in statements)


def _parameter(statement: ast.stmt, *, where: str) -> Parameter:
    line = ast.unparse(statement)
    if not isinstance(statement, ast.AnnAssign) or statement.value is None:
        raise InputError(f"{where}: the parameters cell must hold lines `name: type = value`, got {line!r}")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise InputError(f"{where}: a parameter's type must be one of {', '.join(TYPES)}, got {line!r}")
    try:
        default = ast.literal_eval(statement.value)
    except ValueError as error:
        raise InputError(f"{where}: a parameter's default must be a plain value, got {line!r}") from error
    parameter = Parameter(ast.unparse(statement.target), kind, default)
    parameter.accept(default, where=where)
    return parameter
