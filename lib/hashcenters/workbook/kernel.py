"""The kernel of a batch run: ipykernel in the running interpreter, gone with its workers when its starter is.

ipykernel's own watch ends the kernel alone; processes that a notebook started for a sweep would work on.
"""

import atexit
import os
import signal
import sys

from hashcenters.workbook.parent import when_parent_ends

STARTER = "HASHCENTERS_KERNEL_STARTER"


def _end_group() -> None:
    """End this process and all that it started; a kernel leads a process group of its own."""
    os.killpg(os.getpgid(0), signal.SIGKILL)


def main() -> None:
    """Start the kernel; takes ipykernel's arguments."""
    os.environ.pop("JPY_PARENT_PID", None)
    when_parent_ends(int(os.environ.pop(STARTER)), _end_group)
    # the last to be called at the end: to free all that torch has loaded takes a second or two
    atexit.register(os._exit, 0)
    from ipykernel import kernelapp

    kernelapp.launch_new_instance(sys.argv[1:])


if __name__ == "__main__":
    main()
