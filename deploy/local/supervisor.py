"""Watching what was started: whatever dies is started again, with a growing pause, and it is said."""

import signal
import threading
import time
from collections.abc import Callable, Sequence

from deploy.local.child import Child
from deploy.local.refusals import Interrupted, LocalRefused

_BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_STEADY_AFTER = 30.0
_LAST_WORDS = 5
# A line of a log may hold a whole traceback; the file has the rest.
_WIDEST = 400


class Supervisor:
    """One watcher thread per part, so that a slow restart of one never delays the others."""

    def __init__(
        self,
        parts: Sequence[Child],
        *,
        say: Callable[[str], None],
        started: Callable[[Child], None],
        stop: threading.Event,
    ) -> None:
        self._parts = parts
        self._say = say
        self._started = started
        self._stop = stop
        self._threads: list[threading.Thread] = []

    def watch(self) -> None:
        """Begin to watch; returns at once."""
        for part in self._parts:
            thread = threading.Thread(
                target=self._watch, args=(part,), name=f"watch-{part.name}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def join(self, *, within: float = 10.0) -> None:
        """Wait until no watcher can start anything any more."""
        deadline = time.monotonic() + within
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _watch(self, part: Child) -> None:
        deaths, since = 0, time.monotonic()
        while not self._stop.wait(0.2):
            if part.is_alive():
                continue
            deaths = 1 if time.monotonic() - since > _STEADY_AFTER else deaths + 1
            pause = _BACK_OFF[min(deaths, len(_BACK_OFF)) - 1]
            self._say(f"{part.name} {ending(part.exit_code)}; starting it again in {pause:g} s")
            self._say_last_words(part)
            if self._stop.wait(pause):
                return
            self._start_again(part)
            since = time.monotonic()

    def _say_last_words(self, part: Child) -> None:
        if words := part.log_tail(_LAST_WORDS):
            self._say(f"its last words, from {part.log}:")
            for line in words.splitlines():
                self._say(f"  {line[:_WIDEST]}")

    def _start_again(self, part: Child) -> None:
        began = time.monotonic()
        try:
            part.start(stop=self._stop)
        except Interrupted:
            return
        except (LocalRefused, OSError) as refusal:
            self._say(f"{part.name} could not be started: {refusal}")
            return
        self._started(part)
        self._say(f"{part.name} runs again ({time.monotonic() - began:.1f} s)")


def ending(exit_code: int | None) -> str:
    """How a process ended, in words."""
    if exit_code is None:
        return "is gone"
    if exit_code < 0:
        try:
            return f"was ended by {signal.Signals(-exit_code).name}"
        except ValueError:
            return f"was ended by signal {-exit_code}"
    return f"ended with code {exit_code}"
