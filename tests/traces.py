"""Which modules see another value when one number changes: every call is traced, and what it holds when it ends."""

import dataclasses
import hashlib
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any

import numpy as np
from numba.core.dispatcher import Dispatcher
from torch import Tensor, nn

Calls = dict[str, Counter[str]]  # by module, in the order in which they are entered: digests of what its calls held


def traced(work: Callable[[], Any], package: str) -> Calls:
    """The values that each module of a package holds while `work` runs, as digests."""
    calls: Calls = {}
    lock = threading.Lock()

    def note(module: str, function: str, held: Any) -> None:
        digest = hashlib.sha256(f"{function} {list(_plain(held))}".encode()).hexdigest()
        with lock:
            calls.setdefault(module, Counter())[digest] += 1

    def profile(frame: FrameType, event: str, returned: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event == "call" and module.startswith(f"{package}."):
            calls.setdefault(module, Counter())
        if event == "return" and module.startswith(f"{package}."):
            note(module, frame.f_code.co_name, [dict(frame.f_locals), returned])

    with _kernels_seen(package, note):
        threading.setprofile(profile)
        sys.setprofile(profile)
        try:
            work()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
    return calls


@contextmanager
def _kernels_seen(package: str, note: Callable[..., None]) -> Iterator[None]:
    """Let compiled functions be seen too, which no profiler hears of: where modules call them, with what they fill."""
    replaced: list[tuple[ModuleType, str, Dispatcher]] = []
    for module in [module for name, module in sys.modules.items() if name.startswith(f"{package}.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, Dispatcher) and value.py_func.__module__ != module.__name__:
                replaced.append((module, name, value))
                setattr(module, name, _seen(value, note))
    try:
        yield
    finally:
        for module, name, value in replaced:
            setattr(module, name, value)


def _seen(kernel: Dispatcher, note: Callable[..., None]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        result = kernel(*arguments)
        note(kernel.py_func.__module__, kernel.py_func.__name__, [arguments, result])
        return result

    return call


def _plain(value: Any, depth: int = 0) -> Iterator[str]:
    """The numbers and texts in a value, as far as they can be read off; folders, code and the like say nothing."""
    if depth > 6:
        return
    if isinstance(value, Tensor):
        value = value.detach().float().cpu().numpy()
    if isinstance(value, np.ndarray) and value.dtype != object:
        yield f"{value.shape} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    elif value is None or isinstance(value, int | float | str | np.generic):
        yield repr(value)
    elif isinstance(value, nn.Module):
        own = {name: part for name, part in vars(value).items() if not name.startswith("_")}
        yield from _plain(own, depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from _plain(vars(value), depth + 1)
    elif isinstance(value, Mapping):
        for name in sorted(value, key=str):
            yield str(name)
            yield from _plain(value[name], depth + 1)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _plain(part, depth + 1)


def differing(first: Calls, second: Calls) -> list[str]:
    """The modules that held other values, in the order in which they were entered."""
    return [name for name in dict.fromkeys([*first, *second]) if first.get(name) != second.get(name)]
