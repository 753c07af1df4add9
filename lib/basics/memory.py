"""How much memory there is, and a refusal of what is declared larger before it is read."""

import os
from pathlib import Path

from basics.errors import InputError
from basics.text import size

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def memory_bytes() -> int:
    """Memory that this process may use: the machine's, or its container's limit where that is lower."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(physical, int(CGROUP_LIMIT.read_text()))
    except (OSError, ValueError):
        return physical


def check_fits(declared: int, path: Path) -> None:
    """Make sure that what a file says it holds fits into memory.

    Args:
        declared: bytes.
        path: of the file, for the message.

    Raises:
        InputError: it does not.
    """
    if declared > memory_bytes():
        raise InputError(f"{path} must fit into the {size(memory_bytes())} of memory here, it holds {size(declared)}")
