"""Every figure of the workbook: `plots.<name>(frame, ...)` draws a table and returns a matplotlib figure.

The functions live in one module a topic, which names them in `__all__`; they are found here by name, and draw in
the common look.
"""

import importlib
import pkgutil
from typing import Any


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__)]


def __getattr__(name: str) -> Any:
    if name in _modules():
        return importlib.import_module(f"{__name__}.{name}")
    for topic in [] if name.startswith("_") else _modules():
        module = importlib.import_module(f"{__name__}.{topic}")
        if name in getattr(module, "__all__", ()):
            from hashcenters.plots.style import look

            return look()(getattr(module, name))
    raise AttributeError(f"no figure named {name!r}" + ("" if name.startswith("_") else f" in {_modules()}"))


def __dir__() -> list[str]:
    modules = [importlib.import_module(f"{__name__}.{topic}") for topic in _modules()]
    return sorted(name for module in modules for name in getattr(module, "__all__", ()))
