"""Ends a process soon after the one that started it is gone, however that one ended."""

import os
import threading
import time
from collections.abc import Callable

INTERVAL = 0.5


def when_parent_ends(parent: int, act: Callable[[], None]) -> None:
    """Call `act` from a thread of its own as soon as the parent process is no longer `parent`.

    Args:
        parent: process id that the parent is known to have had; it may have ended already.
        act: must not return to work, such as `os._exit`.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(INTERVAL)
        act()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
