"""The reference endpoint: bare FastAPI with a group commit on the same Postgres, and with one statement each.

Not a claim against anybody: it does a small part of what intake does, and shows what this machine can do.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from deploy.local.ports import free_port
from deploy.local.processes import ServiceProcess
from deploy.local.refusals import NotReady
from deploy.local.waiting import wait_until
from tests.bench.cpu import since, spent
from tests.bench.figures import Figure, median
from tests.bench.house import House, house
from tests.bench.load import Load, Measured, measure
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.wishes import PHONE, wish

DATABASE = "bare"
CONCURRENCIES = (1, 8, 32)


@contextmanager
def serving(home: House) -> Iterator[int]:
    """The reference in a process of its own; its port."""
    home.ground.postgres.create_database(DATABASE)
    port = free_port()
    environment = {**os.environ, "BARE_DSN": home.ground.postgres.dsn(DATABASE)}
    command = [sys.executable, "-m", "tests.bench.bare_app", str(port)]
    service = ServiceProcess("bare", command, environment, log=home.ground.state.logs / "bare.log", port=port)
    service.start()
    try:
        if not wait_until(service.is_ready, within=20.0, every=0.1):
            raise NotReady("bare", "it did not become ready", service.log_tail())
        home.running[service.name] = service
        yield port
    finally:
        home.running.pop(service.name, None)
        service.stop()


def load(port: int, path: str, concurrency: int, seconds: float) -> Load:
    return Load(port, path, [wish(number, PHONE) for number in range(20)], concurrency, seconds, {})


def medians(runs: Sequence[Measured]) -> dict[str, float]:
    """Rate, p50, p99: the medians of the runs."""
    return {name: median([getattr(run, name) for run in runs]) for name in ("rate", "p50", "p99")}


def measure_with_cpu(home: House, asked: Load, runs: list[Measured], cpu: list[dict[str, float]]) -> None:
    """One run, and the milliseconds of CPU each process here needed for one of its requests."""
    before = spent(home)
    run = measure(asked)
    answered = max(1, sum(run.statuses.values()))
    cpu.append({name: 1000 * took / answered for name, took in since(before, home).items()})
    runs.append(run)


def refuse_failures(runs: Sequence[Measured], wanted: str = "201") -> None:
    """A rate of refusals is no rate."""
    for run in runs:
        if set(run.statuses) != {wanted}:
            raise SystemExit(f"answers were not all {wanted}: {run.statuses}")


def run_bare(home: House, *, seconds: float, rounds: int) -> dict[str, Any]:
    """Both kinds at every concurrency, in turn."""
    result: dict[str, Any] = {}
    with serving(home) as port:
        for concurrency in CONCURRENCIES:
            runs: dict[str, list[Measured]] = {"grouped": [], "single": []}
            for _ in range(rounds):
                for path, found in runs.items():
                    found.append(measure(load(port, f"/{path}", concurrency, seconds)))
            for path, found in runs.items():
                refuse_failures(found)
                result[f"{path}/{concurrency}"] = {**medians(found), "runs": [asdict(run) for run in found]}
                say(f"bare {path}, c = {concurrency}: {medians(found)['rate']:,.0f}/s")
    return result


def figures(result: dict[str, Any]) -> list[Figure]:
    return [
        Figure(f"bare FastAPI, {name.partition('/')[0]}, c = {name.partition('/')[2]}", of_rate(found))
        for name, found in result.items()
    ]


def of_rate(found: dict[str, float]) -> str:
    return f"{found['rate']:,.0f}/s, p50 {found['p50']:.1f} ms, p99 {found['p99']:.1f} ms"


def main() -> None:
    options = parser("bare", __doc__, bus=False)
    options.add_argument("--seconds", type=float, default=2.0, help="for each run")
    options.add_argument("--rounds", type=bounded(9), default=3)
    asked = options.parse_args()
    with house("embedded") as home:
        result = run_bare(home, seconds=min(asked.seconds, 60), rounds=asked.rounds)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
