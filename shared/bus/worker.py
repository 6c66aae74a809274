"""One partition's worker: poll, settle, commit the offset, again. Order within the partition is its order."""

import asyncio
import contextlib
from typing import Any

from shared.bus.port import BusBusy, Consumer, Partition, PartitionLost
from shared.bus.settling import Settler

POLL = 1.0


class Worker:
    """Begins at once; ends by `finish` or by what `failure` tells."""

    def __init__(
        self, consumer: Consumer, partition: Partition, settler: Settler[Any], slots: asyncio.Semaphore
    ) -> None:
        self._consumer = consumer
        self._partition = partition
        self._settler = settler
        self._slots = slots
        self._finishing = False
        self.is_asking = False
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
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self._task

    async def _work(self) -> None:
        while not self._finishing:
            self.is_asking = True
            records = await self._consumer.poll(self._partition, wait=POLL)
            self.is_asking = False
            if not records:
                continue
            async with self._slots:
                await self._settler.settle(records)
            await self._keep_offset(records[-1].offset + 1)

    async def _keep_offset(self, offset: int) -> None:
        try:
            await self._consumer.commit({self._partition: offset})
        except PartitionLost:
            raise
        except BusBusy:
            # The next commit keeps this one too; a restart before it finds duplicates, which the inbox knows.
            return
