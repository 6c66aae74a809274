"""Offsets are kept together; what goes wrong with one partition is that one's alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.bus.offsets import Offsets
from shared.bus.port import BusBusy, Partition, PartitionLost

ONE, TWO = Partition("jiesu.case", 1), Partition("jiesu.case", 2)


class Keeping:
    """A consumer that can be away, and may have lost a partition."""

    def __init__(self) -> None:
        self.kept: list[dict[Partition, int]] = []
        self.away = False
        self.lost: set[Partition] = set()

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        if self.away:
            raise BusBusy("away")
        if self.lost & offsets.keys():
            raise PartitionLost("not ours")
        self.kept.append(dict(offsets))


@pytest.fixture
def consumer() -> Any:
    return Keeping()


async def test_all_partitions_are_kept_in_one_request_and_once(consumer: Any) -> None:
    offsets = Offsets(consumer)
    offsets.note(ONE, 3)
    offsets.note(TWO, 5)
    offsets.note(ONE, 4)
    await offsets.keep([ONE, TWO])
    await offsets.keep([ONE, TWO])
    assert consumer.kept == [{ONE: 4, TWO: 5}]


async def test_what_the_bus_did_not_take_is_kept_later(consumer: Any) -> None:
    offsets = Offsets(consumer)
    offsets.note(ONE, 3)
    consumer.away = True
    with pytest.raises(BusBusy):
        await offsets.keep([ONE])
    consumer.away = False
    await offsets.keep([ONE])
    assert consumer.kept == [{ONE: 3}]


async def test_a_lost_partition_does_not_take_the_others_with_it(consumer: Any) -> None:
    offsets = Offsets(consumer)
    consumer.lost = {ONE}
    offsets.note(ONE, 3)
    offsets.note(TWO, 5)
    await offsets.keep([ONE, TWO])
    offsets.raise_if_lost(TWO)
    with pytest.raises(PartitionLost):
        offsets.raise_if_lost(ONE)
    assert consumer.kept == [{TWO: 5}]


async def test_a_partition_that_comes_back_begins_anew(consumer: Any) -> None:
    offsets = Offsets(consumer)
    consumer.lost = {ONE}
    offsets.note(ONE, 3)
    await offsets.keep([ONE])
    offsets.forget(ONE)
    offsets.raise_if_lost(ONE)
