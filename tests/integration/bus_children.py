"""Processes to be killed: a relay, or a hearer that stops between its commit and its offset."""

import asyncio
import sys
from typing import Any

from shared.bus.port import Consumer
from shared.bus.relay import Relay
from tests.integration.bus_town import Hearing, TellerWork, Town, subscriber
from tests.kit.city import beijing


def _never_keeps_offsets(consumer: Any) -> Consumer:
    async def commit(offsets: object) -> None:
        sys.stdout.write("committed\n")
        sys.stdout.flush()
        await asyncio.Event().wait()

    consumer.commit = commit
    return consumer  # type: ignore[no-any-return]


async def main(part: str, dsn: str, engine: str, address: str) -> None:
    town = Town(dsn, engine, address, beijing())
    if part == "relay":
        await Relay(town.store(TellerWork), town.bus, batch=20).run()
    join = town.bus.consumer

    async def consumer(*arguments: Any, **options: Any) -> Consumer:
        return _never_keeps_offsets(await join(*arguments, **options))

    town.bus.consumer = consumer  # type: ignore[method-assign]
    await subscriber(town, Hearing(), instance="1").run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
