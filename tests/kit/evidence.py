"""What a run left behind, gathered once it has come to rest: topics, rows, log lines, answers."""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from deploy.local.suite import SUITE
from shared.bus.port import BusBusy, Record
from shared.events.envelope import Heard, Undecodable, decode
from shared.events.topics import TOPICS, dead_letters
from tests.kit.flats import SERVICES
from tests.kit.history import INJECTED, History
from tests.kit.people import eventually
from tests.kit.suite import Suite

AT_REST_WITHIN = 120.0
_AT_ONCE = 8
"""Topics read side by side: each is a reader of its own, and a broker has other things to do."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """`topics`: every record from the beginning, in order for each partition."""

    suite: Suite
    topics: Mapping[str, Sequence[Record]]
    logs: Mapping[str, str]
    unrest: str
    """What was still waiting to be sent or heard when nobody waited any longer; empty: nothing."""

    @property
    def history(self) -> History:
        return self.suite.history

    def records(self) -> Iterator[Record]:
        """Every record of the declared topics but injected poison."""
        for topic in TOPICS:
            yield from (record for record in self.topics[topic.name] if not is_injected(record))

    def arrivals(self) -> Iterator[tuple[Record, Heard]]:
        """Each fact where it arrived first; a record that nobody could read is passed over."""
        seen = set()
        for record in self.records():
            try:
                heard = decode(record.headers, record.value)
            except Undecodable:
                continue
            if heard.envelope.id not in seen:
                seen.add(heard.envelope.id)
                yield record, heard


def is_injected(record: Record) -> bool:
    """Whether a test put it there."""
    return any(name == INJECTED for name, _ in record.headers)


async def gather(suite: Suite) -> Evidence:
    """Wait until the suite is at rest, then look at everything."""
    unrest = await at_rest(suite)
    names = [topic.name for topic in TOPICS]
    names += [dead_letters(topic, service) for topic in names for service in SERVICES]
    few = asyncio.Semaphore(_AT_ONCE)
    found = await asyncio.gather(*(_records(suite, name, few) for name in names))
    topics = dict(zip(names, found, strict=True))
    logs = await asyncio.to_thread(_logs, suite)
    return Evidence(suite, topics, logs, unrest)


async def _records(suite: Suite, topic: str, few: asyncio.Semaphore) -> list[Record]:
    async def whole() -> list[Record] | None:
        with contextlib.suppress(BusBusy):
            return [record async for record in suite.bus.read(topic)]
        return None

    async with few:
        found = await eventually(whole, until=lambda read: read is not None, what=f"all of {topic}")
    assert found is not None
    return found


async def at_rest(suite: Suite) -> str:
    """Wait for it; what is still waiting when nobody waits any longer.

    Twice in a row nothing: a fact heard a moment ago may say another.
    """
    quiet, give_up = 0, time.monotonic() + AT_REST_WITHIN
    while True:
        waiting = await _waiting(suite)
        quiet = 0 if waiting else quiet + 1
        if quiet == 2:
            return ""
        if time.monotonic() > give_up:
            return waiting or "never twice at rest"
        await asyncio.sleep(0.25)


async def said_by_all(suite: Suite) -> int:
    """How many facts the services ever committed to say."""
    counts = [await suite.value(f"SELECT count(*) FROM {service}.event_log") for service in SERVICES]
    return sum(counts)


async def _waiting(suite: Suite) -> str:
    for service in SERVICES:
        unsent = await suite.value(f"SELECT count(*) FROM {service}.outbox")
        if unsent:
            return f"{unsent} unsent in {service}'s outbox"
    try:
        lags = await asyncio.gather(*(suite.bus.lag(one.name, one.heard()) for one in SUITE))
    except BusBusy as error:
        return f"the bus is away: {error}"
    behind = {one.name: sum(lag.values()) for one, lag in zip(SUITE, lags, strict=True)}
    return ", ".join(f"{service} is {count} behind" for service, count in behind.items() if count)


def _logs(suite: Suite) -> dict[str, str]:
    if suite.logs is None:
        return {}
    return {
        log.name: log.read_text(encoding="utf-8", errors="replace")
        for log in sorted(suite.logs.glob("*.log"))
    }
