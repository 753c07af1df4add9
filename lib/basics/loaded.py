"""Whether files of the library have changed since this process began to import them.

A process that imported a file before it was edited, and reads it afterwards, would name what the old code made after
the new one. The package of this module imports it first of all, so that no house is imported before.
"""

from collections.abc import Iterable
from pathlib import Path

LIB = Path(__file__).resolve().parents[1]


def _states() -> dict[str, tuple[int, int]]:
    """Time and size of every module by its path; of an installed copy, which nobody edits, none."""
    packages = [init.parent for init in LIB.glob("*/__init__.py")] if LIB.name == "lib" else []
    found = ((path, path.stat()) for package in packages for path in package.rglob("*.py"))
    return {path.relative_to(LIB).as_posix(): (status.st_mtime_ns, status.st_size) for path, status in found}


AT_START = _states()


def changed(modules: Iterable[str]) -> list[str]:
    """The files of some modules that are no longer what they were, sorted.

    Args:
        modules: by dotted name.
    """
    now = _states()
    stems = [module.replace(".", "/") for module in modules]
    files = {file for stem in stems for file in (f"{stem}.py", f"{stem}/__init__.py")}
    return sorted(file for file in files if now.get(file) != AT_START.get(file))
