"""Sliders where somebody can move them, one static picture everywhere else."""

import base64
import inspect
import io
import os
from collections.abc import Callable, Sequence
from typing import Any

from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from basics.errors import InputError

BATCH = "HASHCENTERS_BATCH"
SCREEN_DPI = 130
_SESSION_NAMES = ("JPY_SESSION_NAME", "VSCODE_PID")


def is_live() -> bool:
    """Whether a person sits in front: a kernel started by JupyterLab or an editor, and no batch run.

    A Jupyter server names the open notebook in its kernels' environment; papermill and nbconvert do not, and
    batch runs that are started from inside JupyterLab set `HASHCENTERS_BATCH`.
    """
    shell = get_ipython()
    in_kernel = shell is not None and hasattr(shell, "kernel")
    named = any(os.environ.get(name) for name in _SESSION_NAMES)
    return in_kernel and named and not os.environ.get(BATCH)


def defaults(function: Callable[..., Any], choices: dict[str, Sequence[Any]]) -> dict[str, Any]:
    """The value each choice starts from: the default in the function's signature, or the first choice.

    Raises:
        InputError: a choice that the function does not take, has no values, or does not contain its default.
    """
    parameters = inspect.signature(function).parameters
    start = {}
    for name, values in choices.items():
        if name not in parameters or not len(values):
            raise InputError(f"sliders need values for parameters of {list(parameters)}, got {name}={values}")
        default = parameters[name].default
        start[name] = values[0] if default is inspect.Parameter.empty else default
        if start[name] not in values:
            raise InputError(f"{name} must start at one of {list(values)[:20]}, got {start[name]!r}")
    return start


def sliders(function: Callable[..., Any], **choices: Sequence[Any]) -> None:
    """Draw `function` with a slider or a menu a choice when live, and once with its defaults otherwise.

    Args:
        function: takes the choices by name; returns a figure or anything a notebook can show.
        choices: the values of each parameter: numbers become a slider, anything else a menu.

    Raises:
        InputError: see `defaults`.
    """
    start = defaults(function, choices)
    if is_live():
        _show_widgets(function, choices, start)
    else:
        _draw(function, start)


def _draw(function: Callable[..., Any], values: dict[str, Any]) -> None:
    """Call the function and show what it returns."""
    shown = function(**values)
    if isinstance(shown, Figure):
        display(picture(shown), raw=True)
    elif shown is not None:
        display(shown)


def picture(drawn: Figure) -> dict[str, Any]:
    """A figure as the MIME bundle of one picture; works for figures that pyplot does not know."""
    content = io.BytesIO()
    drawn.savefig(content, format="png", dpi=SCREEN_DPI)
    return {"image/png": base64.b64encode(content.getvalue()).decode(), "text/plain": "[figure]"}


def _control(name: str, values: Sequence[Any], start: Any) -> Any:
    """A slider for numbers, a menu for anything else."""
    import ipywidgets as widgets  # only here: importing it in batch would leave widget state in the notebook

    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return widgets.SelectionSlider(options=list(values), value=start, description=name, continuous_update=False)
    return widgets.Dropdown(options=list(values), value=start, description=name)


def _show_widgets(function: Callable[..., Any], choices: dict[str, Sequence[Any]], start: dict[str, Any]) -> None:
    """One control a choice above an output that is drawn again at every change."""
    import ipywidgets as widgets

    controls = {name: _control(name, values, start[name]) for name, values in choices.items()}
    output = widgets.interactive_output(lambda **values: _draw(function, values), controls)
    display(widgets.VBox([widgets.HBox(list(controls.values())), output]))
