"""Notices a consumer that stands still: the bus has more, we ask for it, and nothing comes."""

from dataclasses import dataclass

from shared.bus.port import Partition

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class _Stand:
    position: int
    since: float


class Watchdog:
    """Told at intervals where each partition stands; says whether one is stuck."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self.interval = min(5.0, patience / 3)
        self._stands: dict[Partition, _Stand] = {}

    def is_stuck(
        self, partition: Partition, *, position: int, high_water: int, asking: bool, at: float
    ) -> bool:
        """Whether it did not move for too long although we asked. `at` is a monotonic moment."""
        stand = self._stands.get(partition)
        moved = stand is None or stand.position != position
        if stand is None or moved or high_water <= position or not asking:
            # Busy with a transaction is not stuck: then the database is what we wait for.
            self._stands[partition] = _Stand(position, at)
            return False
        return at - stand.since > self.patience

    def forget(self) -> None:
        """A new consumer begins anew."""
        self._stands.clear()
