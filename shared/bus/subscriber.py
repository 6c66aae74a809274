"""The bus knocks: keeps a consumer alive, and one worker for each partition it has.

A worker polls; its batch is settled in one transaction with what others brought; then its offset is kept. On
revoke it finishes what it began, within a bound. A consumer that fails or stands still is made new.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from shared.bus import parking
from shared.bus.batching import Batches
from shared.bus.dead_letter_copies import Copies
from shared.bus.ending import end
from shared.bus.fates import Fate, fate_of
from shared.bus.offsets import Offsets
from shared.bus.port import Bus, BusBusy, Consumer, Partition, PartitionLost, Record
from shared.bus.settling import Settler
from shared.bus.subscriptions import Subscription, Subscriptions
from shared.bus.watchdog import PATIENCE, Watchdog
from shared.bus.worker import Worker
from shared.events.envelope import Undecodable, read_envelope
from shared.observability.logging import logger
from shared.observability.metrics import CONSUMER_LAG, CONSUMER_RENEWED, PARKED
from shared.store.work import Store, Work

W = TypeVar("W", bound=Work)

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
LOOK = 0.1
"""Seconds between two looks at which partitions are ours."""
FINISH = 8.0
"""Seconds a running transaction is given when its partition is revoked or we stop."""
AT_ONCE = 2
"""Transactions at once where there is much to do: one computes while the other waits for the disk. More would
make each of them smaller and take the requests' connections.
"""
MEASURE = 15.0
REVOKED_WITHIN = 10.0
"""Seconds in which the group divides itself anew after it told us that a partition is not ours."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """How far a group is behind."""

    records: int
    since: datetime | None
    """When the earliest was said of those that are next in their partitions; None: none can be read."""


class Subscriber(Generic[W]):
    """One service's membership in its group. `run()` returns after `stop()`, or raises what is a bug."""

    def __init__(
        self,
        store: Store[W],
        bus: Bus,
        subscriptions: Iterable[Subscription],
        *,
        group: str | None = None,
        instance: str = "1",
        max_parked_in_row: int = 20,
        patience: float = PATIENCE,
    ) -> None:
        self._store = store
        self._bus = bus
        self._heard = Subscriptions(subscriptions)
        self._group = group or store.source
        self._instance = instance
        self._copies = Copies(bus.producer(), service=store.source, group=self._group)
        settler = Settler(store, self._heard, self._group, self._copies, max_parked_in_row=max_parked_in_row)
        self._batches = Batches(settler.settle, at_once=AT_ONCE)
        self._watchdog = Watchdog(patience)
        self._workers: dict[Partition, Worker] = {}
        self._lost: dict[Partition, float] = {}
        self._stopping = asyncio.Event()
        self._trouble: str | None = "not joined yet"
        self._log = logger("jiesu.subscriber")

    @property
    def trouble(self) -> str | None:
        """Why readiness should say no, or None."""
        return self._trouble

    async def unheard(self) -> "Unheard":
        """What lies on the bus and is not handled yet, by us or the others of the group. Raises `BusBusy`."""
        records = sum((await self._lag()).values())
        times = map(_said_at, await self._bus.next_up(self._group, self._heard.topics) if records else ())
        return Unheard(records, min(filter(None, times), default=None))

    def stop(self) -> None:
        """Finish the running transactions and leave."""
        self._stopping.set()

    async def run(self) -> None:
        """Hear, until stopped."""
        if not self._heard.topics:
            self._trouble = None
            return
        measuring = asyncio.create_task(self._measure())
        try:
            await self._keep_a_consumer()
        finally:
            await end(measuring)
            await self._copies.close()

    async def _keep_a_consumer(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._consume()
            except BusBusy as error:
                self._trouble = f"the bus is away: {error}"
                self._log.warning("consumer renewed", error=str(error))
                CONSUMER_RENEWED.labels(self._store.source, "busy").inc()
            wait = FIRST_WAIT if time.monotonic() - began > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
            await self._pause(wait)

    async def _consume(self) -> None:
        consumer = await self._bus.consumer(
            self._group, self._heard.topics, instance=self._instance, on_revoke=self._let_go
        )
        self._watchdog.forget()
        self._lost.clear()
        offsets = Offsets(consumer)
        beside = (asyncio.create_task(self._watch(consumer)), asyncio.create_task(offsets.run()))
        try:
            self._trouble = None
            while not self._stopping.is_set():
                await self._assign(consumer, offsets)
                self._raise_failures(beside)
                await self._pause(LOOK)
        finally:
            for task in beside:
                await end(task)
            await self._let_go(frozenset(self._workers))
            await self._batches.break_off()
            await consumer.close()

    async def _assign(self, consumer: Consumer, offsets: Offsets) -> None:
        await self._let_go(frozenset(self._workers.keys() - consumer.assigned()))
        for partition in consumer.assigned() - self._workers.keys() - self._lost.keys():
            self._workers[partition] = Worker(consumer, partition, self._batches, offsets)
        now = time.monotonic()
        if any(now - since > REVOKED_WITHIN for since in self._lost.values()):
            raise BusBusy("a partition was lost, and the group has not been divided anew")

    def _raise_failures(self, beside: "Iterable[asyncio.Task[None]]") -> None:
        for task in beside:
            if task.done():
                task.result()
        for partition, worker in list(self._workers.items()):
            error = worker.failure()
            if isinstance(error, PartitionLost):
                # What was not kept is heard again by whoever gets it. We go on only after a revocation: until
                # then the client stands behind what nobody kept, and would never bring it again.
                del self._workers[partition]
                self._lost.setdefault(partition, time.monotonic())
            elif error is not None:
                raise error

    async def _let_go(self, partitions: frozenset[Partition]) -> None:
        for partition in partitions:
            self._lost.pop(partition, None)
        leaving = [self._workers.pop(partition) for partition in partitions & self._workers.keys()]
        await asyncio.gather(*(worker.finish(within=FINISH) for worker in leaving))

    async def _watch(self, consumer: Consumer) -> None:
        idle_since = time.monotonic()
        while True:
            await asyncio.sleep(self._watchdog.interval)
            if self._workers:
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since > self._watchdog.patience:
                await self._demand_a_share()
                idle_since = time.monotonic()
            for partition, worker in list(self._workers.items()):
                if await self._is_stuck(consumer, partition, worker):
                    CONSUMER_RENEWED.labels(self._store.source, "stuck").inc()
                    raise BusBusy(f"{partition.topic}/{partition.number} has more, and nothing comes")

    async def _demand_a_share(self) -> None:
        """Nothing was ours for long: right where the group has no work for us, and a fault where it has."""
        try:
            behind = sum((await self._lag()).values())
        except BusBusy:
            return
        if behind:
            CONSUMER_RENEWED.labels(self._store.source, "stuck").inc()
            raise BusBusy(f"no partition is ours, and the group is {behind} records behind")

    async def _is_stuck(self, consumer: Consumer, partition: Partition, worker: Worker) -> bool:
        try:
            position = await consumer.position(partition)
            high_water = await consumer.high_water(partition)
        except BusBusy:
            # The broker is away: that is no fault of the consumer's, which comes back by itself.
            return False
        asking = worker.is_asking
        return self._watchdog.is_stuck(
            partition, position=position, high_water=high_water, asking=asking, at=time.monotonic()
        )

    async def _measure(self) -> None:
        while True:
            try:
                _show_lag(self._store.source, await self._lag())
                async with self._store.read() as connection:
                    PARKED.labels(self._store.source).set(await parking.count(connection, self._group))
            except Exception as error:
                # Nobody waits for this loop: ended by an error it would show the last figures for ever.
                if fate_of(error) is not Fate.BUSY:
                    self._log.error("cannot be measured", exc_info=error)
            await asyncio.sleep(MEASURE)

    async def _lag(self) -> Mapping[Partition, int]:
        return await self._bus.lag(self._group, self._heard.topics)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


def _show_lag(service: str, lag: Mapping[Partition, int]) -> None:
    for partition, behind in lag.items():
        CONSUMER_LAG.labels(service, partition.topic, str(partition.number)).set(behind)


def _said_at(record: Record) -> datetime | None:
    try:
        return read_envelope(record.headers).time
    except Undecodable:
        return None
