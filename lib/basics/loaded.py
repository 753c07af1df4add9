"""Whether files of the library have changed since this process began to import them.

A process that imported a file before it was edited, and reads it afterwards, would name what the old code made after
the new one. The package of this module imports it first of all, so that no house is imported before.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LIB = Path(__file__).resolve().parents[1]


def states(lib: Path, pattern: str) -> dict[str, tuple[int, int]]:
    """Time (ns) and size of the files of all packages below a folder whose names fit a pattern, by path.

    Not of what Python keeps in `__pycache__`, nor of what vanishes meanwhile: others may import or edit beside.
    """
    found = {}
    for path in (path for init in lib.glob("*/__init__.py") for path in init.parent.rglob(pattern)):
        if path.parent.name != "__pycache__":
            with suppress(FileNotFoundError):
                status = path.stat()
                found[path.relative_to(lib).as_posix()] = (status.st_mtime_ns, status.st_size)
    return found


def _modules() -> dict[str, tuple[int, int]]:
    """The states of all modules; of an installed copy, which nobody edits, none."""
    return states(LIB, "*.py") if LIB.name == "lib" else {}


AT_START = _modules()


def changed(modules: Iterable[str]) -> list[str]:
    """The files of some modules that are no longer what they were, sorted.

    Args:
        modules: by dotted name.
    """
    now = _modules()
    stems = [module.replace(".", "/") for module in modules]
    files = {file for stem in stems for file in (f"{stem}.py", f"{stem}/__init__.py")}
    return sorted(file for file in files if now.get(file) != AT_START.get(file))
