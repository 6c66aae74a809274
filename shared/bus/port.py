"""The bus as everybody sees it: ordered partitions, groups with offsets, records that stay.

Two engines keep it. At least once: a record may come again. For one key the order of first
arrivals is the order of sending.
Not polling a partition is pausing it; the worker that polls it is the only one that moves its position.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.events.envelope import Headers
from shared.events.topics import Topic
from shared.kernel.errors import Conflict

POLL_LIMIT = 1000


class BusBusy(Exception):
    """The bus is away or slow: try again later, with a new producer or consumer."""


class PartitionLost(BusBusy):
    """The partition belongs to another member now; what was done with it since counts for nothing here."""


class RecordRefused(Exception):
    """The bus will never take this batch (too large, unknown topic rights): waiting does not help."""


class TopicDiffers(Conflict):
    """A topic is there, made otherwise than it is declared: by the broker itself, or by somebody else."""

    def __init__(self, topic: str, how: str) -> None:
        super().__init__(
            f"the topic {topic} is there, with {how}: while nothing is in it, delete it and run "
            "`jiesu topics`; and let the broker make no topics by itself (auto.create.topics.enable=false)"
        )


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One ordered log of a topic."""

    topic: str
    number: int


class Message(NamedTuple):
    """What is sent, a tuple as what is read. The value is None only in tombstones and in copies of them."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers


class Record(NamedTuple):
    """What is read, with its place. A tuple is cheap to make, and many come."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers


OnRevoke = Callable[[frozenset[Partition]], Awaitable[None]]


async def let_go(partitions: frozenset[Partition]) -> None:
    """An `OnRevoke` for readers that hold nothing."""


class Producer(Protocol):
    """Sends. One for a process; many tasks may use it."""

    async def send(self, batch: Sequence[Message]) -> None:
        """Return when every message is acknowledged.

        Raises `BusBusy` when some may be missing: the sender sends the whole batch again, in its order;
        `RecordRefused` when the bus will never take it.
        """

    async def close(self) -> None:
        """Let go of the connection; what was not acknowledged is not waited for."""


class Consumer(Protocol):
    """One member of a group."""

    def assigned(self) -> frozenset[Partition]:
        """The partitions that are ours now. Raises `BusBusy` when the membership itself failed."""

    async def poll(
        self, partition: Partition, *, limit: int = POLL_LIMIT, wait: float = 0.5
    ) -> Sequence[Record]:
        """The next records of a partition, in order; none after `wait` seconds. Raises `BusBusy`."""

    async def position(self, partition: Partition) -> int:
        """The offset that would be read next. Raises `BusBusy`."""

    async def high_water(self, partition: Partition) -> int:
        """The offset the next record sent will have, asked of the bus itself. Raises `BusBusy`."""

    def seek(self, partition: Partition, offset: int) -> None:
        """Read on from here."""

    async def commit(self, offsets: Mapping[Partition, int]) -> None:
        """Keep the offsets to be read next. Raises `PartitionLost`, `BusBusy`."""

    async def close(self) -> None:
        """Leave; another member with this instance's name goes on from what was committed."""


class Bus(Protocol):
    """One engine, connected by configuration."""

    def producer(self) -> Producer:
        """A producer; it connects when it sends first."""

    async def consumer(
        self, group: str, topics: Sequence[str], *, instance: str, on_revoke: OnRevoke = let_go
    ) -> Consumer:
        """Join a group. `instance` names the replica: it keeps its partitions over a quick restart.

        `on_revoke` is awaited before a partition goes to another member; it must be bounded.
        Raises `BusBusy`.
        """

    async def create_topics(self, topics: Sequence[Topic]) -> None:
        """Create what is missing; the job's business, never a service's. Raises `BusBusy`, `TopicDiffers`."""

    async def lag(self, group: str, topics: Sequence[str]) -> dict[Partition, int]:
        """How many records of these topics a group has not finished, by partition: all there are where it
        never committed, for it would begin with the first. Raises `BusBusy`.
        """

    async def next_up(self, group: str, topics: Sequence[str]) -> list[Record]:
        """The first record of each partition that a group has not finished, where there is one. Raises
        `BusBusy`.
        """

    def read(
        self, topic: str, *, since: datetime | None = None, follow: bool = False
    ) -> AsyncGenerator[Record, None]:
        """Every record from the beginning, or from a time, to what is the end now; in order per partition.

        With `follow` what comes after it too, each record once, until whoever reads closes it.
        """

    async def close(self) -> None:
        """Let go of everything."""
