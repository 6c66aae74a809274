"""受理 under load: POST /v1/cases whole — caller, validation, key, vault, fact — beside the bare endpoint.

Runs alternate between the bare endpoint and intake, so that both meet the same machine; medians of rounds.
Intake runs with its relay and its bus, the other four services do not: this is the rate of the door.
"""

import asyncio
import time
from dataclasses import asdict
from typing import Any

from tests.bench.bare import (
    CONCURRENCIES,
    load,
    measure_with_cpu,
    medians,
    of_rate,
    refuse_failures,
    serving,
)
from tests.bench.figures import Figure, median
from tests.bench.house import House, house
from tests.bench.load import Load, Measured
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.wishes import PHONE, wish

DRAIN_WITHIN = 60.0


def run_intake(home: House, *, seconds: float, rounds: int) -> dict[str, Any]:
    """Every concurrency: bare, intake by token, intake by API key, in turn."""
    result: dict[str, Any] = {}
    with serving(home) as bare_port, home.services("intake"):
        for concurrency in CONCURRENCIES:
            loads = {
                "bare": load(bare_port, "/grouped", concurrency, seconds),
                "token": wished(home, home.signed_in("citizen"), concurrency, seconds),
                "key": wished(home, {"x-api-key": home.api_key}, concurrency, seconds),
            }
            runs: dict[str, list[Measured]] = {name: [] for name in loads}
            cpu: dict[str, list[dict[str, float]]] = {name: [] for name in loads}
            for _ in range(rounds):
                for name, asked in loads.items():
                    measure_with_cpu(home, asked, runs[name], cpu[name])
                    asyncio.run(drained(home))
            result[str(concurrency)] = _summed(runs, cpu)
            say(_told(concurrency, result[str(concurrency)]))
    return result


async def drained(home: House, service: str = "intake") -> None:
    """Wait until the relay has sent everything: what is left would be somebody else's load."""
    give_up = time.monotonic() + DRAIN_WITHIN
    looking = await home.look()
    try:
        while await looking.fetchval(f"SELECT count(*) FROM {service}.outbox"):
            if time.monotonic() > give_up:
                raise SystemExit(f"{service}'s outbox did not drain within {DRAIN_WITHIN:.0f} s")
            await asyncio.sleep(0.05)
    finally:
        await looking.close()


def wished(home: House, headers: dict[str, str], concurrency: int, seconds: float) -> Load:
    wishes = [wish(number, PHONE) for number in range(20)]
    return Load(home.port("intake"), "/v1/cases", wishes, concurrency, seconds, headers)


def _summed(runs: dict[str, list[Measured]], cpu: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    summed: dict[str, Any] = {}
    for name, found in runs.items():
        refuse_failures(found)
        process = "bare" if name == "bare" else "intake"
        summed[name] = {
            **medians(found),
            "cpu_ms": median([each[process] for each in cpu[name]]),
            "cpu": cpu[name],
            "runs": [asdict(run) for run in found],
        }
    for name in ("token", "key"):
        summed[name]["ratio"] = summed[name]["rate"] / summed["bare"]["rate"]
    return summed


def _told(concurrency: int, found: dict[str, Any]) -> str:
    rates = ", ".join(f"{name} {each['rate']:,.0f}/s" for name, each in found.items())
    return f"c = {concurrency}: {rates}; intake/bare {found['token']['ratio']:.2f}"


def figures(result: dict[str, Any]) -> list[Figure]:
    made: list[Figure] = []
    for concurrency, found in result.items():
        made.append(Figure(f"bare FastAPI + group commit, c = {concurrency}", _of(found["bare"])))
        for name, caller in (("token", "JWT"), ("key", "API key")):
            each, judged = found[name], concurrency == "32"
            made.append(
                Figure(
                    f"intake, complete, {caller}, c = {concurrency}",
                    f"{_of(each)}; {each['ratio']:.2f} × bare",
                    "≥ 1.0 × bare, p99 < 60 ms" if judged else "",
                    each["ratio"] >= 1.0 and each["p99"] < 60 if judged else None,
                )
            )
    return made


def _of(found: dict[str, float]) -> str:
    return f"{of_rate(found)}, {found['cpu_ms']:.2f} ms of its CPU for each"


def main() -> None:
    options = parser("intake", __doc__)
    options.add_argument("--seconds", type=float, default=2.0, help="for each run")
    options.add_argument("--rounds", type=bounded(9), default=3)
    asked = options.parse_args()
    with house(asked.bus) as home:
        result = run_intake(home, seconds=min(asked.seconds, 60), rounds=asked.rounds)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
