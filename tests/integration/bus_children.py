"""Processes to be killed or stopped: a relay, or a hearer that is struck where the test says."""

import asyncio
import os
import signal
import sys
from typing import Any

from shared.bus.port import BusBusy, Consumer
from shared.bus.relay import Relay
from shared.store import engine as store_engine
from tests.integration.bus_town import Hearing, TellerWork, Town, subscriber
from tests.kit.city import beijing

LEASE = 1.0
"""Seconds of silence after which the database lets go of what a stopped child holds."""


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _never_keeps_offsets(consumer: Any) -> Consumer:
    async def commit(offsets: object) -> None:
        _say("committed")
        await asyncio.Event().wait()

    consumer.commit = commit
    return consumer  # type: ignore[no-any-return]


def _tells_of_offsets(consumer: Any) -> Consumer:
    keep = consumer.commit

    async def commit(offsets: Any) -> None:
        try:
            await keep(offsets)
        except BusBusy:
            _say("refused")
            raise
        _say("kept")

    consumer.commit = commit
    return consumer  # type: ignore[no-any-return]


async def _hear(town: Town, hearing: Hearing, changed: Any) -> None:
    join = town.bus.consumer

    async def consumer(*arguments: Any, **options: Any) -> Consumer:
        return changed(await join(*arguments, **options))  # type: ignore[no-any-return]

    town.bus.consumer = consumer  # type: ignore[method-assign]
    await subscriber(town, hearing, instance="1").run()


async def _sleep_once() -> None:
    """Stop this process as it stands, with a transaction open, until somebody wakes it."""
    if not _sleep_once.__dict__.setdefault("done", False):
        _sleep_once.__dict__["done"] = True
        _say("asleep")
        os.kill(os.getpid(), signal.SIGSTOP)


async def main(part: str, dsn: str, engine: str, address: str) -> None:
    town = Town(dsn, engine, address, beijing())
    if part == "relay":
        await Relay(town.store(TellerWork), town.bus, batch=20, lease=LEASE).run()
    if part == "hearer":
        await _hear(town, Hearing(), _never_keeps_offsets)
    store_engine.ABANDONED = LEASE
    hearing = Hearing()
    hearing.after_note = _sleep_once
    await _hear(town, hearing, _tells_of_offsets)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
