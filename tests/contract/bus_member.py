"""A member of a group in a process of its own, to be killed: prints each record's key and number."""

import asyncio
import sys

from shared.bus.port import BusBusy
from tests.contract.bus_engines import make_bus


async def main(engine: str, address: str, group: str, topic: str, instance: str) -> None:
    consumer = await make_bus(engine, address).consumer(group, [topic], instance=instance)
    while True:
        for partition in consumer.assigned():
            try:
                found = await consumer.poll(partition, wait=0.05)
                if found:
                    for record in found:
                        sys.stdout.write(f"{(record.key or b'').decode()} {(record.value or b'').decode()}\n")
                    sys.stdout.flush()
                    await consumer.commit({partition: found[-1].offset + 1})
            except BusBusy:
                continue
        await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
