"""Waiting for something to become true, no longer than said, and giving way when a person asks to stop."""

import threading
import time
from collections.abc import Callable

from deploy.local.refusals import Interrupted

NEVER = threading.Event()


def wait_until(
    ask: Callable[[], bool], *, within: float, stop: threading.Event = NEVER, every: float = 0.05
) -> bool:
    """Ask again and again until it is so (True) or the time is over (False)."""
    deadline = time.monotonic() + within
    while True:
        if ask():
            return True
        if time.monotonic() >= deadline:
            return False
        if stop.wait(every):
            raise Interrupted
