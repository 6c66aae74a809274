"""Garbage is collected by the clock, not by how many objects live.

CPython looks for reference cycles whenever so many more objects live than at its last look. A batch under way
is just that: thousands of facts, all needed until their commit, looked through in vain again and again. It
took a fifth of scoring's fold. What is ours makes no cycles that matter (see `Work.end`), so a look now and
then is enough.
"""

import asyncio
import contextlib
import gc

EVERY = 10.0
"""Seconds between two looks at the youngest objects."""
OLDER, OLDEST = 6, 30
"""At every how manieth look the older ones are looked at too, and all: each minute, each 5 minutes."""
MOST = 1_000_000
"""Objects more than at the last look, at which the interpreter looks itself; two batches make fewer."""


def at_rest() -> None:
    """What lives now stays for ever, like the city and the modules: nobody need look through it any more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MOST, OLDER, OLDEST // OLDER)


class Collector:
    """The loop that looks."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._looks = 0
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Look until stopped."""
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._every)
            self.look()

    def look(self) -> int:
        """Free what only cycles hold; how many objects that were."""
        self._looks += 1
        if self._looks % OLDEST == 0:
            return gc.collect()
        return gc.collect(1 if self._looks % OLDER == 0 else 0)
