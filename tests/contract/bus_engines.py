"""The two engines as the contract suite drives them, and the child process that is killed."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from shared.bus.embedded import EmbeddedBus
from shared.bus.kafka import KafkaBus
from shared.bus.port import Bus, BusBusy, Consumer, Message, Partition, Producer, Record
from shared.events.topics import Topic

MEMBER = "tests.contract.bus_member"


@dataclass(frozen=True)
class Engine:
    """One engine under test; `server` is the real broker or database that can be killed."""

    name: str
    address: Callable[[], str]
    server: Any

    def bus(self) -> Bus:
        return make_bus(self.name, self.address())

    async def topic(self, bus: Bus, *, partitions: int = 4) -> str:
        """A new topic."""
        name = f"test.{uuid4().hex[:10]}"
        await bus.create_topics([Topic(name, partitions, False, "key", "A test's own.")])
        return name

    async def kill(self) -> None:
        await asyncio.to_thread(self.server.kill)

    async def start(self) -> None:
        await asyncio.to_thread(self.server.restart)

    async def child(self, group: str, topic: str, instance: str) -> asyncio.subprocess.Process:
        """A real process that is a member of the group and prints what it read."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", MEMBER, self.name, self.address(), group, topic, instance,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip


def make_bus(engine: str, address: str) -> Bus:
    return KafkaBus(address) if engine == "kafka" else EmbeddedBus(address)


def message(topic: str, key: str, number: int) -> Message:
    return Message(topic, key.encode(), json.dumps(number).encode(), (("n", str(number).encode()),))


def per_key(records: list[Record]) -> dict[str, list[int]]:
    """The numbers of each key, in the order they came, a repeated one at its first place."""
    found: dict[str, list[int]] = {}
    for record in records:
        numbers = found.setdefault((record.key or b"").decode(), [])
        number = json.loads(record.value or b"null")
        if number not in numbers:
            numbers.append(number)
    return found


async def send_through(producer: Producer, batch: list[Message]) -> None:
    """Send as a relay does: again and again, the whole batch, until it is acknowledged."""
    while True:
        try:
            await producer.send(batch)
        except BusBusy:
            await asyncio.sleep(0.2)
        else:
            return


class Reader:
    """Reads all its member's partitions and commits what it read; keeps everything in order of arrival."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.records: list[Record] = []

    async def step(self) -> int:
        """One poll of every partition we have; how many records there were."""
        polls = [self._poll(partition) for partition in self.consumer.assigned()]
        if not polls:
            await asyncio.sleep(0.05)
        return sum(await asyncio.gather(*polls))

    async def until(self, enough: Callable[[], bool], *, within: float = 30) -> None:
        async with asyncio.timeout(within):
            while not enough():
                await self.step()

    async def _poll(self, partition: Partition) -> int:
        try:
            found = await self.consumer.poll(partition, wait=0.2)
            if found:
                self.records += found
                await self.consumer.commit({partition: found[-1].offset + 1})
        except BusBusy:
            return 0
        return len(found)
