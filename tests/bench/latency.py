"""From one service's commit to the next one's, unloaded: a case is registered, router has it.

Counted from the answer's arrival, which comes just after the commit, to the moment the row is seen; it is
asked for every millisecond over a connection of its own.
"""

import asyncio
import random
import time
from typing import Any
from uuid import UUID, uuid4

import uvloop

from tests.bench.figures import Figure, percentile
from tests.bench.house import House, house
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.wire import Door
from tests.bench.wishes import wish

SEEN = "SELECT 1 FROM router.cases WHERE case_id = $1"
WITHIN = 20.0


async def ask(home: House, *, cases: int) -> dict[str, Any]:
    """One case after another, with a pause of a random length between, so that no rhythm helps."""
    door, looking = Door(home.port("intake")), await home.look()
    seen = await looking.prepare(SEEN)
    taken: list[float] = []
    dice = random.Random(1)
    for number in range(-5, cases):
        headers = {**home.signed_in("citizen"), "idempotency-key": uuid4().hex}
        answer = await door.ask("POST", "/v1/cases", wish(number % 1000), headers=headers)
        answered = time.perf_counter()
        if answer.status != 201:
            raise SystemExit(f"{answer.status}: {answer.body[:300]!r}")
        case_id = UUID(answer.json()["case_id"])
        while await seen.fetchval(case_id) is None:
            if time.perf_counter() - answered > WITHIN:
                raise SystemExit(f"router did not have the case within {WITHIN:.0f} s")
            await asyncio.sleep(0.001)
        if number >= 0:
            taken.append((time.perf_counter() - answered) * 1000)
        await asyncio.sleep(dice.uniform(0.02, 0.12))
    await looking.close()
    door.close()
    return {
        "cases": cases,
        "p50": percentile(taken, 0.5),
        "p99": percentile(taken, 0.99),
        "worst": max(taken),
    }


def run_latency(home: House, *, cases: int) -> dict[str, Any]:
    """On running services."""
    result = uvloop.run(ask(home, cases=cases))
    say(f"fact to next commit: p50 {result['p50']:.1f} ms, p99 {result['p99']:.1f} ms")
    return result


def figures(result: dict[str, Any]) -> list[Figure]:
    value = f"p50 {result['p50']:.1f} ms, p99 {result['p99']:.1f} ms over {result['cases']} cases"
    kept = result["p50"] < 50 and result["p99"] < 250
    return [Figure("fact to next service's commit, unloaded", value, "p50 < 50 ms, p99 < 250 ms", kept)]


def main() -> None:
    options = parser("latency", __doc__)
    options.add_argument("--cases", type=bounded(10_000), default=200)
    asked = options.parse_args()
    with house(asked.bus) as home, home.services():
        result = run_latency(home, cases=asked.cases)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
