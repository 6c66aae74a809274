"""How many records make a transaction: as many as are settled in about a second.

A larger one costs less for each: it is committed once, and an aggregate that several of its facts concern
is loaded and written once. But its rows stay locked until it ends, and who takes a partition from us waits
for it. What a fact costs differs tenfold between services, so the size is found, not set.
"""

from shared.bus.port import POLL_LIMIT

AIM = 1.0
"""Seconds."""
LEAST, MOST = 250, 4000
"""More than the most, and what a batch holds no longer fits the processor's caches."""


class Pace:
    """Learns from each transaction."""

    def __init__(self, limit: int = POLL_LIMIT, *, least: int = LEAST, most: int = MOST) -> None:
        self.limit = limit
        """Records for the next transaction."""
        self._least = least
        self._most = most

    def took(self, records: int, seconds: float) -> None:
        """A transaction of so many records took so long."""
        # A small one that was quick tells nothing of a full one: most of what it took is its own.
        if records * 2 < self.limit and seconds < AIM:
            return
        fitting = int(records * AIM / max(seconds, 1e-6))
        self.limit = max(self._least, min(self._most, 2 * self.limit, fitting))
