"""What the group takes from us, or never gives us: we join again, nothing stays behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from services.survey.consumer import SUBSCRIPTIONS
from shared.bus import subscriber as module
from shared.bus.ending import bounded
from shared.bus.port import BusBusy, Partition, PartitionLost, Record
from shared.bus.subscriber import Subscriber

FIRST = Partition("jiesu.case", 0)
UNHEARD = (("ce_type", b"jiesu.case.urged.v1"),)


class ForgetfulConsumer:
    """Holds one partition; its first commit is refused, and nobody revokes anything."""

    def __init__(self, group: "ForgetfulGroup") -> None:
        self._group = group
        self._position = group.kept

    def assigned(self) -> frozenset[Partition]:
        return frozenset({FIRST})

    async def poll(self, partition: Partition, *, limit: int = 500, wait: float = 0.5) -> Sequence[Record]:
        await asyncio.sleep(0)
        if self._position >= self._group.end:
            await asyncio.sleep(min(wait, 0.01))
            return []
        self._position += 1
        return [Record(FIRST.topic, 0, self._position - 1, b"k", b"{}", UNHEARD)]

    async def position(self, partition: Partition) -> int:
        return self._position

    async def high_water(self, partition: Partition) -> int:
        return self._group.end

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        if self._group.joined == 1:
            raise PartitionLost("the group does not know us")
        self._group.kept = offsets[FIRST]

    async def close(self) -> None:
        return None


class ForgetfulGroup:
    """A bus with one group and one record."""

    def __init__(self) -> None:
        self.end, self.kept, self.joined = 1, 0, 0

    async def consumer(self, *_: Any, **__: Any) -> ForgetfulConsumer:
        self.joined += 1
        return ForgetfulConsumer(self)

    def producer(self) -> Any:
        async def close() -> None:
            return None

        return SimpleNamespace(close=close)

    async def lag(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        with contextlib.suppress(asyncio.CancelledError):  # as client libraries do now and then
            await asyncio.sleep(3600)
        raise BusBusy("not known here")


async def test_a_lost_partition_is_joined_anew_and_its_offset_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REVOKED_WITHIN", 0.05)
    monkeypatch.setattr(module, "LOOK", 0.01)
    group = ForgetfulGroup()
    store: Any = SimpleNamespace(source="survey")
    subscriber = Subscriber(store, group, SUBSCRIPTIONS)  # type: ignore[arg-type]
    running = asyncio.create_task(subscriber.run())
    async with asyncio.timeout(60):
        while group.kept < group.end:
            await asyncio.sleep(0)
    subscriber.stop()
    async with asyncio.timeout(60):
        await running
    assert group.joined == 2


class BrokenOff(ForgetfulConsumer):
    """A member whose reading is cancelled beneath it, as client libraries do now and then."""

    async def poll(self, partition: Partition, *, limit: int = 500, wait: float = 0.5) -> Sequence[Record]:
        raise asyncio.CancelledError


class BrokenGroup(ForgetfulGroup):
    """Its first member reads nothing."""

    async def consumer(self, *_: Any, **__: Any) -> ForgetfulConsumer:
        self.joined += 1
        return BrokenOff(self) if self.joined == 1 else ForgetfulConsumer(self)

    async def lag(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        self.measured += 1
        raise KeyError(FIRST)

    measured = 0


async def test_a_worker_that_was_broken_off_by_nobody_of_ours_is_missed() -> None:
    """And a figure that cannot be had for once is asked for again."""
    group = BrokenGroup()
    store: Any = SimpleNamespace(source="survey")
    subscriber = Subscriber(store, group, SUBSCRIPTIONS)  # type: ignore[arg-type]
    with pytest.MonkeyPatch.context() as quicker:
        quicker.setattr(module, "MEASURE", 0.01)
        running = asyncio.create_task(subscriber.run())
        async with asyncio.timeout(60):
            while group.kept < group.end or group.measured < 2:
                await asyncio.sleep(0)
    subscriber.stop()
    async with asyncio.timeout(60):
        await running
    assert group.joined == 2


class EmptyHanded(ForgetfulConsumer):
    """A member that was given nothing."""

    def assigned(self) -> frozenset[Partition]:
        return frozenset()


class UnevenGroup(ForgetfulGroup):
    """Gives its first member nothing, although the group is behind."""

    async def consumer(self, *_: Any, **__: Any) -> ForgetfulConsumer:
        self.joined += 1
        return EmptyHanded(self) if self.joined == 1 else ForgetfulConsumer(self)

    async def lag(self, group: str, topics: Sequence[str]) -> Mapping[Partition, int]:
        return {FIRST: self.end - self.kept}


async def test_a_member_without_a_share_of_what_is_left_joins_anew() -> None:
    group = UnevenGroup()
    store: Any = SimpleNamespace(source="survey", read=_nothing_parked)
    subscriber = Subscriber(store, group, SUBSCRIPTIONS, patience=0.03)  # type: ignore[arg-type]
    running = asyncio.create_task(subscriber.run())
    async with asyncio.timeout(60):
        while group.kept < group.end:
            await asyncio.sleep(0)
    subscriber.stop()
    async with asyncio.timeout(60):
        await running
    assert group.joined == 2


@contextlib.asynccontextmanager
async def _nothing_parked() -> AsyncIterator[None]:
    raise BusBusy("no database here")
    yield


async def test_what_swallows_its_cancellation_is_ended_all_the_same() -> None:
    ended = asyncio.Event()

    async def stubborn() -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
            await asyncio.sleep(3600)
        finally:
            ended.set()

    assert not await bounded(stubborn(), within=0)
    assert ended.is_set()
