"""One member of a group on the embedded engine: a heartbeat, one look for all partitions, and reads."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence

from shared.bus.embedded import records
from shared.bus.embedded.link import Link
from shared.bus.embedded.membership import BEAT, LEASE, Membership, Replaced
from shared.bus.embedded.redelivery import Redelivery
from shared.bus.port import POLL_LIMIT, BusBusy, OnRevoke, Partition, PartitionLost, Record

LOOK = 0.1
"""Seconds between two looks for new records; all partitions share one query."""


class EmbeddedConsumer:
    """Reads what its membership owns."""

    def __init__(
        self,
        link: Link,
        membership: Membership,
        on_revoke: OnRevoke,
        sent_here: asyncio.Condition,
        redelivery: Redelivery | None,
    ) -> None:
        self._link = link
        self._membership = membership
        self._on_revoke = on_revoke
        self._sent_here = sent_here
        self._redelivery = redelivery
        self._positions: dict[Partition, int] = {}
        self._floors: dict[Partition, int] = {}
        self._high: dict[Partition, int] = {}
        self._looked = asyncio.Condition()
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Join and take what is free."""
        async with self._link.connection() as connection:
            await self._membership.join(connection)
        await self._beat()
        self._tasks = [asyncio.create_task(self._beats()), asyncio.create_task(self._looks())]

    def assigned(self) -> frozenset[Partition]:
        return frozenset(self._positions)

    async def poll(
        self, partition: Partition, *, limit: int = POLL_LIMIT, wait: float = 0.5
    ) -> Sequence[Record]:
        self._step_back(partition)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait), self._looked:
                await self._looked.wait_for(lambda: self._has_more(partition))
        self._raise_failure()
        position = self._positions.get(partition)
        if position is None or not self._has_more(partition):
            return []
        async with self._link.connection() as connection:
            found = await records.read(connection, partition, position, limit)
        # While we read, the partition may have gone, or somebody sought elsewhere.
        if self._positions.get(partition) != position:
            return []
        if found:
            self._positions[partition] = found[-1].offset + 1
        return found

    async def position(self, partition: Partition) -> int:
        if partition not in self._positions:
            raise PartitionLost(f"{partition} is not ours")
        return self._positions[partition]

    async def high_water(self, partition: Partition) -> int:
        async with self._link.connection() as connection:
            return (await records.high_waters(connection, [partition.topic]))[partition]

    def seek(self, partition: Partition, offset: int) -> None:
        if partition not in self._positions:
            raise PartitionLost(f"{partition} is not ours")
        self._positions[partition] = offset

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        async with self._link.connection() as connection, connection.transaction():
            await self._membership.commit(connection, offsets)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._positions.clear()
        with contextlib.suppress(BusBusy):
            async with self._link.connection() as connection, connection.transaction():
                await self._membership.leave(connection)

    def _has_more(self, partition: Partition) -> bool:
        position = self._positions.get(partition)
        known = position is not None and self._high.get(partition, 0) > position
        return known or self._failure is not None

    def _step_back(self, partition: Partition) -> None:
        position = self._positions.get(partition)
        # Only when there is news: at the end of the log a group must be able to come to rest.
        if self._redelivery is not None and position is not None and self._has_more(partition):
            floor = self._floors.get(partition, position)
            self._positions[partition] = max(floor, position - self._redelivery.step_back())

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure
        for task in self._tasks:
            # Neither ends by itself: what ended one is a bug, and must not look like a quiet bus.
            if task.done() and not task.cancelled():
                task.result()

    async def _beats(self) -> None:
        beaten = time.monotonic()
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._beat()
                beaten = time.monotonic()
            except BusBusy as error:
                # Within the lease the next beat may still come in time; after it others may own what we had.
                if time.monotonic() - beaten > LEASE or isinstance(error, Replaced):
                    await self._fail(error)
                    return

    async def _beat(self) -> None:
        async with self._link.connection() as connection:
            owned, share, others = await self._membership.beat(connection)
        if gone := (self.assigned() - owned) | (owned - share):
            await self._give_up(gone)
        if wanted := share - self.assigned():
            async with self._link.connection() as connection:
                taken = await self._membership.take(connection, wanted, others)
            self._floors.update(taken)
            self._positions.update(taken)

    async def _give_up(self, gone: frozenset[Partition]) -> None:
        # Not ours to poll from here on; ours to commit until the row says so.
        for partition in gone:
            self._positions.pop(partition, None)
        await self._on_revoke(gone)
        async with self._link.connection() as connection:
            await self._membership.release(connection, gone)

    async def _looks(self) -> None:
        while True:
            with contextlib.suppress(BusBusy):
                async with self._link.connection() as connection:
                    self._high = await records.high_waters(connection, self._membership.topics)
                async with self._looked:
                    self._looked.notify_all()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK), self._sent_here:
                    await self._sent_here.wait()

    async def _fail(self, error: BusBusy) -> None:
        self._failure = error
        async with self._looked:
            self._looked.notify_all()
