"""The process of a notebook's kernel: ipykernel in the running interpreter, gone with its workers when its starter is.

ipykernel's own watch ends the kernel alone, and processes that a notebook started for a sweep would work on.
"""

import atexit
import os
import sys

from workbook.runner.processes import end_group, guard_group, when_parent_ends

MODULE = f"{__package__}.kernel"
STARTER = "HASHCENTERS_KERNEL_STARTER"


def main() -> None:
    """Start a kernel with ipykernel's arguments."""
    os.environ.pop("JPY_PARENT_PID", None)
    starter = int(os.environ.pop(STARTER))
    guard_group(starter)
    when_parent_ends(starter, lambda: end_group(os.getpgid(0)))
    # the last to be called at the end: to free all that torch has loaded takes a second or two
    atexit.register(os._exit, 0)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(sys.argv[1:])


if __name__ == "__main__":
    main()
