"""What is settled and not kept yet, of all of one consumer's partitions: kept together, every half second.

Keeping an offset costs broker and service as much as a small batch, for one partition as for all. What a
crash leaves unkept is heard again, and the inbox knows it.
"""

import asyncio
import contextlib
from collections.abc import Collection

from shared.bus.port import BusBusy, Consumer, Partition, PartitionLost

KEEP = 0.5
"""Seconds an offset may wait to be kept."""


class Offsets:
    """Workers tell how far they are; `run` keeps it."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer
        self._unkept: dict[Partition, int] = {}
        self._lost: dict[Partition, PartitionLost] = {}
        # Who finishes a partition must not find its offset on its way and think it kept.
        self._keeping = asyncio.Lock()

    async def run(self) -> None:
        """Keep what was noted, again and again; the bus being away is waited out."""
        while True:
            await asyncio.sleep(KEEP)
            with contextlib.suppress(BusBusy):
                await self.keep(self._unkept.keys())

    def note(self, partition: Partition, offset: int) -> None:
        """Everything before the offset is settled."""
        self._unkept[partition] = offset

    def raise_if_lost(self, partition: Partition) -> None:
        """Raise the `PartitionLost` that keeping its offset came to."""
        if (lost := self._lost.get(partition)) is not None:
            raise lost

    def forget(self, partition: Partition) -> None:
        """It is not ours any more; should it come back, it begins anew."""
        self._unkept.pop(partition, None)
        self._lost.pop(partition, None)

    async def keep(self, partitions: Collection[Partition]) -> None:
        """Keep what was noted of these. Raises `BusBusy`: it is still noted then."""
        async with self._keeping:
            noted = {each: self._unkept[each] for each in partitions if each in self._unkept}
            try:
                await self._keep(noted)
            except PartitionLost:
                # Which of them: one that went must not take the others with it.
                for partition, offset in noted.items():
                    await self._keep_alone(partition, offset)

    async def _keep_alone(self, partition: Partition, offset: int) -> None:
        try:
            await self._keep({partition: offset})
        except PartitionLost as lost:
            self._unkept.pop(partition, None)
            self._lost[partition] = lost

    async def _keep(self, noted: dict[Partition, int]) -> None:
        if not noted:
            return
        await self._consumer.commit(noted)
        for partition, offset in noted.items():
            if self._unkept.get(partition) == offset:
                del self._unkept[partition]
