"""Batches of several partitions: together when a transaction runs already, at once when none does."""

import asyncio
import contextlib
from collections.abc import Sequence

import pytest

from shared.bus.batching import Batches
from shared.bus.pacing import Pace
from shared.bus.port import Record


def records(partition: int, count: int) -> list[Record]:
    return [Record("t", partition, offset, b"k", b"{}", ()) for offset in range(count)]


class Transactions:
    """Writes down what came together; each runs until it is let go on, or fails as it is told."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []
        self.go_on = asyncio.Semaphore(0)
        self.broken_off = 0
        self.fails: Exception | None = None

    async def settle(self, found: Sequence[Record]) -> None:
        self.seen.append([record.partition for record in found])
        try:
            await self.go_on.acquire()
        except asyncio.CancelledError:
            self.broken_off += 1
            raise
        if self.fails is not None:
            raise self.fails


async def a_turn() -> None:
    """Everything that is ready runs."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_first_goes_alone_and_what_comes_meanwhile_goes_together() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1)
    async with asyncio.TaskGroup() as workers:
        for partition in (0, 1, 2):
            workers.create_task(batches.settle(records(partition, 2)))
            await a_turn()
        assert done.seen == [[0, 0]]
        done.go_on.release()
        await a_turn()
        assert done.seen == [[0, 0], [1, 1, 2, 2]]
        done.go_on.release()


async def test_as_many_transactions_as_allowed_run_at_once() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=2, worth=2)
    async with asyncio.TaskGroup() as workers:
        for partition in (0, 1, 2, 3):
            workers.create_task(batches.settle(records(partition, 2)))
        await a_turn()
        assert done.seen == [[0, 0], [1, 1]]
        for _ in range(3):
            done.go_on.release()
    assert done.seen == [[0, 0], [1, 1], [2, 2, 3, 3]]


async def test_few_wait_for_the_running_transaction_though_another_might_begin() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=2, worth=3)
    async with asyncio.TaskGroup() as workers:
        for partition in (0, 1):
            workers.create_task(batches.settle(records(partition, 2)))
        await a_turn()
        assert done.seen == [[0, 0]]
        workers.create_task(batches.settle(records(2, 1)))
        await a_turn()
        assert done.seen == [[0, 0], [1, 1, 2]]
        for _ in range(2):
            done.go_on.release()


async def test_a_transaction_does_not_grow_beyond_the_limit() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1, pace=Pace(5, least=5, most=5))
    async with asyncio.TaskGroup() as workers:
        for partition, count in enumerate((7, 3, 2, 1)):
            workers.create_task(batches.settle(records(partition, count)))
        for _ in range(3):
            done.go_on.release()
    assert [len(together) for together in done.seen] == [7, 5, 1]


async def test_there_is_room_until_a_whole_transaction_waits() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1, pace=Pace(3, least=3, most=3))
    async with asyncio.TaskGroup() as workers:
        for partition, count in enumerate((1, 2)):
            workers.create_task(batches.settle(records(partition, count)))
        await a_turn()
        room = workers.create_task(batches.room())
        await a_turn()
        assert room.done(), "one runs, two wait: one more would fill it"
        workers.create_task(batches.settle(records(2, 1)))
        await a_turn()
        room = workers.create_task(batches.room())
        await a_turn()
        assert not room.done()
        done.go_on.release()
        await a_turn()
        assert room.done(), "those that waited are under way"
        done.go_on.release()


async def test_room_is_given_to_one_of_those_who_wait_for_it() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1, pace=Pace(1, least=1, most=1))
    polled: list[int] = []

    async def worker(partition: int) -> None:
        await batches.room()
        polled.append(partition)
        await batches.settle(records(partition, 1))

    async with asyncio.TaskGroup() as workers:
        for partition in range(5):
            workers.create_task(worker(partition))
            await a_turn()
        assert polled == [0, 1], "one runs, one waits"
        done.go_on.release()
        await a_turn()
        assert polled == [0, 1, 2]
        for _ in range(4):
            done.go_on.release()


async def test_who_leaves_while_it_waits_makes_room() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1, pace=Pace(2, least=2, most=2))
    running = asyncio.create_task(batches.settle(records(0, 1)))
    leaving = asyncio.create_task(batches.settle(records(1, 2)))
    await a_turn()
    room = asyncio.create_task(batches.room())
    await a_turn()
    assert not room.done()
    leaving.cancel()
    await a_turn()
    done.go_on.release()
    await running
    await a_turn()
    assert room.done()


async def test_a_failure_reaches_everybody_in_it_and_nobody_after_it() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1)
    first = asyncio.create_task(batches.settle(records(0, 1)))
    await a_turn()
    together = [asyncio.create_task(batches.settle(records(partition, 1))) for partition in (1, 2)]
    done.go_on.release()
    await first
    await a_turn()
    later = asyncio.create_task(batches.settle(records(3, 1)))
    done.fails = OSError("the disk is full")
    done.go_on.release()
    assert [type(error) for error in await asyncio.gather(*together, return_exceptions=True)] == [OSError] * 2
    done.fails = None
    done.go_on.release()
    await later


async def test_who_leaves_does_not_break_off_the_others() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1)
    leaving = asyncio.create_task(batches.settle(records(0, 1)))
    await a_turn()
    waiting = asyncio.create_task(batches.settle(records(1, 1)))
    gone_before_its_turn = asyncio.create_task(batches.settle(records(2, 1)))
    await a_turn()
    leaving.cancel()
    gone_before_its_turn.cancel()
    await asyncio.gather(leaving, gone_before_its_turn, return_exceptions=True)
    done.go_on.release()
    done.go_on.release()
    await waiting
    assert (done.seen, done.broken_off) == ([[0], [1]], 0)


async def test_broken_off_means_rolled_back() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1)
    worker = asyncio.create_task(batches.settle(records(0, 1)))
    await a_turn()
    await batches.break_off()
    with pytest.raises(asyncio.CancelledError):
        await worker
    assert done.broken_off == 1


async def test_after_breaking_off_there_is_room() -> None:
    done = Transactions()
    batches = Batches(done.settle, at_once=1, pace=Pace(1, least=1, most=1))
    workers = [asyncio.create_task(batches.settle(records(partition, 1))) for partition in (0, 1)]
    await a_turn()
    await batches.break_off()
    async with asyncio.timeout(60):
        await batches.room()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


async def test_broken_off_means_ended_though_the_first_cancellation_is_swallowed() -> None:
    async def stubborn(_: Sequence[Record]) -> None:
        with contextlib.suppress(asyncio.CancelledError):  # as client libraries do now and then
            await asyncio.Event().wait()
        await asyncio.Event().wait()

    batches = Batches(stubborn, at_once=1)
    worker = asyncio.create_task(batches.settle(records(0, 1)))
    await a_turn()
    async with asyncio.timeout(60):
        await batches.break_off()
        with pytest.raises(asyncio.CancelledError):
            await worker
