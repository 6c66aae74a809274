"""Gathering: who shares a batch, what each is told, and what happens when it fails."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.store.gathering import CrowdedOut, Gathering


class Works:
    """Does batches, which can be held up or made to fail; notes what was done in each."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: Exception | None = None

    async def settle(self, items: Sequence[str]) -> list[str]:
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        if "bad" in items:
            raise ValueError("bad")
        self.batches.append(list(items))
        return [item.upper() for item in items]


def gathered(works: Works, **bounds: int) -> Gathering[str, str]:
    return Gathering(works.settle, **bounds)


async def joined(gathering: Gathering[str, str], *items: str) -> list[str | BaseException]:
    return await asyncio.gather(*(gathering.join(item) for item in items), return_exceptions=True)


async def held(works: Works, gathering: Gathering[str, str]) -> "asyncio.Task[str]":
    """A first request whose commit takes until the gate is opened."""
    works.gate.clear()
    first = asyncio.create_task(gathering.join("first"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return first


async def test_a_lone_request_is_done_at_once() -> None:
    works = Works()
    assert await joined(gathered(works), "a") == ["A"]
    assert works.batches == [["a"]]


async def test_while_one_work_commits_the_others_gather() -> None:
    works = Works()
    gathering = gathered(works)
    first = await held(works, gathering)
    others = asyncio.gather(*(gathering.join(item) for item in "bcd"))
    await asyncio.sleep(0)
    works.gate.set()
    assert await first == "FIRST"
    assert await others == ["B", "C", "D"]
    assert works.batches == [["first"], ["b", "c", "d"]]


async def test_a_work_is_bounded_and_first_come_is_first_served() -> None:
    works = Works()
    assert await joined(gathered(works, most=2), *"abcde") == list("ABCDE")
    assert works.batches == [["a", "b"], ["c", "d"], ["e"]]


async def test_those_to_be_kept_apart_never_share_a_work() -> None:
    works = Works()
    gathering = gathered(works)
    joins = (gathering.join("a", apart=1), gathering.join("b", apart=1), gathering.join("c", apart=2))
    assert await asyncio.gather(*joins) == ["A", "B", "C"]
    assert works.batches == [["a", "c"], ["b"]]


async def test_when_the_whole_fails_each_is_done_alone() -> None:
    works = Works()
    told = await joined(gathered(works), "a", "bad", "b")
    assert isinstance(told[1], ValueError)
    assert (told[0], told[2]) == ("A", "B")
    assert works.batches == [["a"], ["b"]]


async def test_when_the_database_is_away_all_are_told_at_once() -> None:
    works = Works()
    works.failure = ConnectionRefusedError()
    told = await joined(gathered(works), "a", "b")
    assert [type(one) for one in told] == [ConnectionRefusedError, ConnectionRefusedError]
    works.failure = None
    assert await joined(gathered(works), "a") == ["A"]


async def test_too_many_who_wait_are_turned_away_and_the_others_served() -> None:
    works = Works()
    gathering = gathered(works, longest=2)
    first = await held(works, gathering)
    waiting = asyncio.gather(gathering.join("b"), gathering.join("c"))
    await asyncio.sleep(0)
    with pytest.raises(CrowdedOut) as refused:
        await gathering.join("d")
    assert refused.value.retry_after == 1.0
    works.gate.set()
    assert [await first, *await waiting] == ["FIRST", "B", "C"]


async def test_whoever_gave_up_while_waiting_is_not_done() -> None:
    works = Works()
    gathering = gathered(works)
    first = await held(works, gathering)
    second, third = asyncio.create_task(gathering.join("b")), asyncio.create_task(gathering.join("c"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    works.gate.set()
    assert [await first, await third] == ["FIRST", "C"]
    assert works.batches == [["first"], ["c"]]


async def test_draining_waits_for_everybody() -> None:
    works = Works()
    gathering = gathered(works)
    first = await held(works, gathering)
    second = asyncio.create_task(gathering.join("b"))
    await asyncio.sleep(0)
    draining = asyncio.create_task(gathering.drain())
    await asyncio.sleep(0)
    assert not draining.done()
    works.gate.set()
    await draining
    assert works.batches == [["first"], ["b"]]
    assert [await first, await second] == ["FIRST", "B"]
