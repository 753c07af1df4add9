"""Sliders where somebody can move them, one static picture everywhere else."""

import base64
import inspect
import io
import os
import random
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from IPython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure

from basics.errors import InputError

BATCH = "HASHCENTERS_BATCH"
SCREEN_DPI = 130
MANY = 40  # values from which a slider is wide and its number can be typed
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


def session() -> dict[str, Any]:
    """The texts and lists that the open notebook of a live session holds, by name; nothing in a batch run."""
    names = get_ipython().user_ns if is_live() else {}
    return {name: value for name, value in names.items() if isinstance(value, str | list) and not name.startswith("_")}


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


def sliders(function: Callable[..., Any], *, drawn: str = "", **choices: Sequence[Any]) -> None:
    """Draw `function` with a slider or a menu a choice when live, and once with its defaults otherwise.

    Args:
        function: takes the choices by name; returns a figure or anything a notebook can show.
        drawn: the choice that a button "random" draws; "" for no button.
        choices: the values of each parameter: numbers become a slider, anything else a menu.

    Raises:
        InputError: see `defaults`.
    """
    start = defaults(function, choices)
    if is_live():
        _show_widgets(function, choices, start, drawn=drawn)
    else:
        _draw(function, start)


def upload(function: Callable[..., Any], *, accept: str, **choices: Sequence[Any]) -> None:
    """As `sliders`, with a button for a file, whose content `function` takes as its first argument.

    Args:
        function: takes the content (None as long as there is no file), and the choices by name.
        accept: endings of the files, such as ".png,.jpg".
        choices: as for `sliders`.

    Raises:
        InputError: see `defaults`. One that `function` raises when live is shown in place of a figure.
    """
    start = defaults(function, choices)
    if is_live():
        _show_widgets(function, choices, start, accept=accept)
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
    """A slider for numbers, a menu for anything else; a wide one with a number to type for many whole numbers."""
    import ipywidgets as widgets  # only here: importing it in batch would leave widget state in the notebook

    look = {"value": start, "description": name}
    if len(values) > MANY and list(values) == list(range(values[0], values[-1] + 1)):
        wide = widgets.Layout(width="36rem", max_width="100%")
        return widgets.IntSlider(min=values[0], max=values[-1], continuous_update=False, layout=wide, **look)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return widgets.SelectionSlider(options=list(values), continuous_update=False, **look)
    return widgets.Dropdown(options=list(values), **look)


def _show_widgets(
    function: Callable[..., Any],
    choices: dict[str, Sequence[Any]],
    start: dict[str, Any],
    *,
    drawn: str = "",
    accept: str = "",
) -> None:
    """One control a choice above an output that is drawn again at every change."""
    import ipywidgets as widgets

    controls = {name: _control(name, values, start[name]) for name, values in choices.items()}
    buttons = []
    if drawn:
        button = widgets.Button(description="random", tooltip=f"a random {drawn}")
        button.on_click(lambda _: setattr(controls[drawn], "value", random.choice(choices[drawn])))
        buttons.append(button)
    if accept:
        picker = widgets.FileUpload(accept=accept, multiple=False)
        buttons.append(picker)
        output = widgets.interactive_output(
            lambda files, **values: _draw_or_say(function, files, values), {"files": picker, **controls}
        )
    else:
        output = widgets.interactive_output(lambda **values: _draw(function, values), controls)
    wrapped = widgets.Layout(flex_flow="row wrap")
    display(widgets.VBox([widgets.HBox([*controls.values(), *buttons], layout=wrapped), output]))


def _draw_or_say(function: Callable[..., Any], files: Sequence[Any], values: dict[str, Any]) -> None:
    """Draw the content of a chosen file, or say in one line why not."""
    content = bytes(files[0]["content"]) if files else None
    try:
        _draw(partial(function, content), values)
    except InputError as error:
        display(str(error))
