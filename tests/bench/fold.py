"""A consumer from the beginning of the topic: scoring folds lives of cases, router folds registrations.

The facts are put on real Kafka first; then the service starts on an empty schema, alone. Counted from the
first committed batch to the last: starting up is not folding. Router says two facts for each one it hears.
The same records are folded before and after by the bare reference.
"""

import asyncio
import time
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from shared.bus.kafka import KafkaBus
from shared.events.topics import CASE
from shared.sealing.ring import load_ring
from tests.bench import lives
from tests.bench.bare_fold import bare_fold
from tests.bench.cpu import since, spent
from tests.bench.figures import Figure
from tests.bench.house import House, house
from tests.bench.intake import drained
from tests.bench.options import bounded, ending_well, parser, say, show

WITHIN = 300.0
LOOK = 0.25


def run_fold(home: House, *, facts: int, registrations: int) -> dict[str, Any]:
    """Router first, on registrations; then the topic is emptied and scoring gets whole lives."""
    ring = load_ring(home.ground.state.keys / "router" / "words.json")
    asked = asyncio.run(_put(home, lives.registrations(registrations, ring)))
    router = _beside_bare(home, "router", asked)
    asyncio.run(_emptied(home))
    told = asyncio.run(_put(home, lives.lives(facts // len(lives.life(0)))))
    return {"router": router, "scoring": _beside_bare(home, "scoring", told)}


def _beside_bare(home: House, service: str, expected: int) -> dict[str, Any]:
    """The bare fold before and after: a machine that changes its speed meanwhile is seen."""
    before = bare_fold(home, expected)
    found = asyncio.run(_folded(home, service, expected))
    bare = (before + bare_fold(home, expected)) / 2
    say(f"{service}: {found['rate']:,.0f} facts/s, {found['rate'] / bare:.2f} x the bare fold's {bare:,.0f}")
    return {**found, "bare": bare, "share": found["rate"] / bare}


async def _put(home: House, batches: Any) -> int:
    began = time.perf_counter()
    put = await lives.put(_bus(home), batches)
    say(f"{put:,} facts put on Kafka ({time.perf_counter() - began:.1f} s)")
    return put


async def _folded(home: House, service: str, expected: int) -> dict[str, Any]:
    """Start it and watch its inbox fill."""
    looking = await home.look()
    running = home.services(service)
    await asyncio.to_thread(running.__enter__)
    try:
        before = spent(home)
        first, last = await _watched(looking, service, expected)
        if service == "router":
            await drained(home, "router")
        cpu = since(before, home)
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
        await looking.close()
    (began_at, already), (ended_at, _) = first, last
    rate = (expected - already) / max(ended_at - began_at, 0.001)
    return {"facts": expected, "rate": rate, "cpu_us": {k: 1e6 * v / expected for k, v in cpu.items()}}


async def _watched(looking: Any, service: str, expected: int) -> tuple[tuple[float, int], tuple[float, int]]:
    first: tuple[float, int] | None = None
    give_up = time.monotonic() + WITHIN
    while True:
        heard = await looking.fetchval(f"SELECT count(*) FROM {service}.inbox")
        seen = (time.perf_counter(), heard)
        if heard and first is None:
            first = seen
        if heard >= expected:
            return first or seen, seen
        if time.monotonic() > give_up:
            raise SystemExit(f"{service} heard {heard:,} of {expected:,} facts in {WITHIN:.0f} s")
        await asyncio.sleep(LOOK)


async def _emptied(home: House) -> None:
    """Take everything out of the topic, as if it began now."""
    admin = AIOKafkaAdminClient(bootstrap_servers=home.ground.bootstrap or "")
    await admin.start()
    try:
        # -1: up to the high water.
        everything = {
            TopicPartition(CASE.name, number): RecordsToDelete(-1) for number in range(CASE.partitions)
        }
        await admin.delete_records(everything)
    finally:
        await admin.close()


def _bus(home: House) -> KafkaBus:
    if home.ground.bootstrap is None:
        raise SystemExit("this benchmark needs Kafka")
    return KafkaBus(home.ground.bootstrap)


def figures(result: dict[str, Any]) -> list[Figure]:
    scoring, router = result["scoring"], result["router"]
    return [
        Figure(
            "scoring's fold from the beginning of the topic",
            _shown(scoring),
            "≥ 10,000 facts/s",
            scoring["rate"] >= 10_000,
        ),
        Figure(
            "router's fold of registrations, each classified and dispatched",
            _shown(router),
            "≥ 2,000 facts/s",
            router["rate"] >= 2_000,
        ),
    ]


def _shown(found: dict[str, Any]) -> str:
    return f"{found['rate']:,.0f} facts/s ({found['facts']:,} facts), {found['share']:.2f} × bare"


def main() -> None:
    options = parser("fold", __doc__, bus=False)
    options.add_argument("--facts", type=bounded(5_000_000, 100), default=100_000)
    options.add_argument("--registrations", type=bounded(1_000_000, 10), default=10_000)
    asked = options.parse_args()
    with house("kafka") as home:
        result = run_fold(home, facts=asked.facts, registrations=asked.registrations)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
