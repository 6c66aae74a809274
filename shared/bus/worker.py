"""One partition's worker: poll, settle, note the offset, again. Order within the partition is its order."""

import asyncio

from shared.bus.batching import Batches
from shared.bus.ending import bounded, end
from shared.bus.offsets import Offsets
from shared.bus.port import BusBusy, Consumer, Partition

POLL = 1.0


class Worker:
    """Begins at once; ends by `finish` or by what `failure` tells."""

    def __init__(self, consumer: Consumer, partition: Partition, batches: Batches, offsets: Offsets) -> None:
        self._consumer = consumer
        self._partition = partition
        self._batches = batches
        self._offsets = offsets
        self._finishing = False
        self._has_records = False
        self.is_asking = False
        self._task = asyncio.create_task(self._work())

    def failure(self) -> BaseException | None:
        """What ended it, if anything did."""
        if not self._task.done():
            return None
        if self._task.cancelled():
            # Not by us: what it waited for was. Nobody would poll the partition any more, nor miss it.
            return None if self._finishing else BusBusy(f"{self._partition} was broken off in mid batch")
        return self._task.exception()

    async def finish(self, *, within: float) -> None:
        """Let the running transaction end, and its offset be kept; break it off when it takes too long."""
        self._finishing = True
        if not self._has_records:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=within)
        await end(self._task)
        await bounded(self._offsets.keep([self._partition]), within=within)
        self._offsets.forget(self._partition)

    async def _work(self) -> None:
        while not self._finishing:
            await self._batches.room()
            self.is_asking = True
            records = await self._consumer.poll(self._partition, limit=self._batches.limit, wait=POLL)
            self.is_asking = False
            if records:
                self._has_records = True
                await self._batches.settle(records)
                self._has_records = False
                self._offsets.note(self._partition, records[-1].offset + 1)
            self._offsets.raise_if_lost(self._partition)
