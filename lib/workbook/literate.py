"""Definitions that a notebook writes down from a document, held against the library's; and its longer functions shown.

Knows nothing of what is defined: it compares numbers and shows source text.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np

from basics.errors import InputError
from workbook.display import DEFINITION, Shown


def same_as_library(name: str, ours: Any, library: Any, *, tolerance: float | int = 1e-9) -> Shown:
    """One line that says that a definition in the notebook and the library's function give the same values.

    Args:
        name: of the definition, such as "S.6"; may hold Markdown.
        ours: what the notebook's definition gives: numbers, an array, a tensor, or a list of them.
        library: what the library's function gives for the same input, in the same shape.
        tolerance: largest absolute difference that still counts as equal; 0 for exact values.

    Raises:
        InputError: the two differ in shape or by more than the tolerance, or there is nothing to compare.

    >>> same_as_library("the square", [1, 4], np.square([1, 2]), tolerance=0)
    the square: the definition above and the library's function agree on 2 values, exactly.
    """
    found, expected = _numbers(ours), _numbers(library)
    if found.shape != expected.shape or not found.size:
        raise InputError(
            f"{name}: expected the values of the library's function, of shape {expected.shape}, got {found.shape}"
        )
    wrong = ~np.isclose(found, expected, rtol=0, atol=tolerance)  # NaN equals nothing
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0].tolist())
        raise InputError(
            f"{name}: expected {expected[place]:.6g} as the library's function gives at {place}, "
            f"got {found[place]:.6g} ({wrong.sum()} of {wrong.size} values differ)"
        )
    how = f"equal within {tolerance:g}" if tolerance else "exactly"
    count = f"{found.size:,} value{'s' if found.size > 1 else ''}"
    line = f"the definition above and the library's function agree on {count}, {how}."
    return Shown({"text/markdown": f"**{name}**: {line}", "text/plain": f"{name}: {line}"}, mark=DEFINITION)


def show(function: Callable[..., Any]) -> Shown:
    """The source of a library function, without its docstring, under the name of its module."""
    function = inspect.unwrap(function)
    source = textwrap.dedent(inspect.getsource(function))
    lines, definition = source.splitlines(), ast.parse(source).body[0]
    if ast.get_docstring(definition) is not None:
        text = definition.body[0]
        del lines[text.lineno - 1 : text.end_lineno]
    code = "\n".join(lines).strip("\n")
    place = f"{function.__module__}.{function.__qualname__}"
    bundle = {"text/markdown": f"`{place}`\n\n```python\n{code}\n```", "text/plain": f"{place}\n{code}"}
    return Shown(bundle, mark=DEFINITION)


def _numbers(values: Any) -> np.ndarray:
    """Numbers, arrays, tensors and lists of them as one float64 array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    elif isinstance(values, list | tuple):
        values = [_numbers(value) for value in values]
    return np.asarray(values, dtype=np.float64)
