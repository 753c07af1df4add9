"""Every figure of the workbook: `plots.<name>(frame, ...)` draws a table and returns a matplotlib figure.

The functions live in one module a topic, which names them in `__all__`; they are found here by name.
"""

import importlib
import pkgutil
from typing import Any


def _topics() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__) if module.name != "style"]


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    for topic in _topics():
        module = importlib.import_module(f"{__name__}.{topic}")
        if name == topic:
            return module
        if name in module.__all__:
            return getattr(module, name)
    if name == "style":
        return importlib.import_module(f"{__name__}.style")
    raise AttributeError(f"no figure named {name!r}; there are {', '.join(__dir__())}")


def __dir__() -> list[str]:
    return sorted(
        name for topic in _topics() for name in importlib.import_module(f"{__name__}.{topic}").__all__
    )
