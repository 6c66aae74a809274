"""One partition's worker: poll, settle, commit the offset, again. Order within the partition is its order."""

import asyncio
import time

from shared.bus.batching import Batches
from shared.bus.ending import bounded, end
from shared.bus.port import BusBusy, Consumer, Partition, PartitionLost

POLL = 1.0
KEEP = 0.5
"""Seconds an offset may wait to be kept. Keeping one costs broker and service as much as a small batch; what
a crash leaves unkept is heard again, and the inbox knows it.
"""


class Worker:
    """Begins at once; ends by `finish` or by what `failure` tells."""

    def __init__(self, consumer: Consumer, partition: Partition, batches: Batches) -> None:
        self._consumer = consumer
        self._partition = partition
        self._batches = batches
        self._finishing = False
        self.is_asking = False
        self._unkept: int | None = None
        self._kept_at = time.monotonic()
        self._task = asyncio.create_task(self._work())

    def failure(self) -> BaseException | None:
        """What ended it, if anything did."""
        if not self._task.done() or self._task.cancelled():
            return None
        return self._task.exception()

    async def finish(self, *, within: float) -> None:
        """Let the running transaction end, and its offset be kept; break it off when it takes too long."""
        self._finishing = True
        if self.is_asking:
            self._task.cancel()
        await asyncio.wait([self._task], timeout=within)
        await end(self._task)
        await bounded(self._keep_offset(), within=within)

    async def _work(self) -> None:
        while not self._finishing:
            self.is_asking = True
            records = await self._consumer.poll(self._partition, wait=POLL if self._unkept is None else KEEP)
            self.is_asking = False
            if records:
                await self._batches.settle(records)
                self._unkept = records[-1].offset + 1
            if not records or time.monotonic() - self._kept_at >= KEEP:
                await self._keep_offset()

    async def _keep_offset(self) -> None:
        offset, self._unkept = self._unkept, None
        self._kept_at = time.monotonic()
        if offset is None:
            return
        try:
            await self._consumer.commit({self._partition: offset})
        except PartitionLost:
            raise
        except BusBusy:
            # Kept with the next one, or when nothing comes; a restart before finds what the inbox knows.
            self._unkept = offset
