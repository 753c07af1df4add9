"""The trainings that a notebook declares, as its metadata names them."""

from importlib import import_module
from typing import Any

from basics.errors import InputError


def cells_of(grid: str, parameters: dict[str, Any], *, where: str) -> list[Any]:
    """Every training that a `module:function` lists for the parameters of the notebook `where`.

    Raises:
        InputError: there is no such function.
    """
    module, _, function = grid.partition(":")
    try:
        cells = getattr(import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(f"{where}: metadata grid must be module:function, got {grid!r} ({error})") from error
    return cells(parameters)
