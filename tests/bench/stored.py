"""受理 with years behind it: the door beside millions of stored cases, and the same door on empty tables.

Two intakes on one Postgres, each with a database of its own, are measured in turn: so both meet the same
machine. Facts go over the embedded bus, which lies in the same database.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from deploy.commands.migrate import migrate_all
from deploy.commands.topics import create_topics
from deploy.local.ports import free_port
from deploy.local.processes import ServiceProcess
from deploy.local.refusals import NotReady
from deploy.local.waiting import wait_until
from tests.bench.bare import CONCURRENCIES, load, medians, of_rate, refuse_failures, serving
from tests.bench.figures import Figure
from tests.bench.house import READY_WITHIN, SUITE, House, house
from tests.bench.intake import DRAIN_WITHIN
from tests.bench.load import Load, Measured, measure
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.stored_cases import fill
from tests.bench.wishes import wish

DATABASE = "stored"


@contextmanager
def second_intake(home: House) -> Iterator[int]:
    """Another intake, on the database with the stored cases; its port."""
    flat = next(flat for flat in SUITE if flat.name == "intake")
    port = free_port()
    environment = home.environment("intake", port)
    url = make_url(home.ground.service_dsn("intake")).set(database=DATABASE)
    environment["JIESU_DATABASE_URL"] = url.render_as_string(hide_password=False)
    log = home.ground.state.logs / "stored.log"
    service = ServiceProcess("stored", home.plan.command(flat), environment, log=log, port=port)
    service.start()
    try:
        if not wait_until(service.is_ready, within=READY_WITHIN, every=0.1):
            raise NotReady("stored", "it did not become ready", service.log_tail())
        yield port
    finally:
        service.stop()


async def prepared(home: House, dsn: str) -> None:
    """Intake's tables and topics in the second database."""
    await migrate_all(dsn, {"intake": home.ground.state.password("intake")})
    await create_topics("embedded", None, dsn, ["intake"])


def run_stored(home: House, *, count: int, seconds: float, rounds: int) -> dict[str, Any]:
    """Fill, then measure bare, empty and stored in turn."""
    home.ground.postgres.create_database(DATABASE)
    dsn = home.ground.postgres.dsn(DATABASE)
    asyncio.run(prepared(home, dsn))
    filled = asyncio.run(fill(dsn, count))
    result: dict[str, Any] = {"filled": filled}
    with serving(home) as bare_port, home.services("intake"), second_intake(home) as port:
        for concurrency in CONCURRENCIES:
            loads = {
                "bare": load(bare_port, "/grouped", concurrency, seconds),
                "empty": _wished(home, home.port("intake"), concurrency, seconds),
                "stored": _wished(home, port, concurrency, seconds),
            }
            found = _in_turn(home, dsn, loads, rounds)
            result[str(concurrency)] = found
            say(f"c = {concurrency}: beside {count:,} cases {found['ratio']:.2f} of the rate on empty tables")
    return result


def _in_turn(home: House, dsn: str, loads: dict[str, Load], rounds: int) -> dict[str, Any]:
    runs: dict[str, list[Measured]] = {name: [] for name in loads}
    for _ in range(rounds):
        for name, asked in loads.items():
            runs[name].append(measure(asked))
            asyncio.run(_drained(home.ground.admin_dsn))
            asyncio.run(_drained(dsn))
    for each in runs.values():
        refuse_failures(each)
    told: dict[str, Any] = {
        name: {**medians(each), "runs": [asdict(run) for run in each]} for name, each in runs.items()
    }
    return {**told, "ratio": told["stored"]["rate"] / told["empty"]["rate"]}


def _wished(home: House, port: int, concurrency: int, seconds: float) -> Load:
    wishes = [wish(number) for number in range(200)]
    return Load(port, "/v1/cases", wishes, concurrency, seconds, home.signed_in("citizen"))


async def _drained(dsn: str) -> None:
    """Wait until the relay has sent everything: what is left would be the next one's load."""
    give_up, looking = time.monotonic() + DRAIN_WITHIN, await asyncpg.connect(dsn)
    try:
        while await looking.fetchval("SELECT count(*) FROM intake.outbox"):
            if time.monotonic() > give_up:
                raise SystemExit(f"the outbox did not drain within {DRAIN_WITHIN:.0f} s")
            await asyncio.sleep(0.05)
    finally:
        await looking.close()


def figures(result: dict[str, Any]) -> list[Figure]:
    filled, made = result["filled"], []
    many = f"{filled['cases']:,} cases ({filled['bytes'] / 1e9:.1f} GB)"
    for concurrency in map(str, CONCURRENCIES):
        found, at_once = result[concurrency], f"c = {concurrency}"
        judged = concurrency == "32"
        made += [
            Figure(f"beside stored cases: bare FastAPI + group commit, {at_once}", of_rate(found["bare"])),
            Figure(f"intake, JWT, {at_once}, empty tables", of_rate(found["empty"])),
            Figure(
                f"intake, JWT, {at_once}, beside {many}",
                f"{of_rate(found['stored'])}; {found['ratio']:.2f} × empty",
                "≥ 0.9 × empty" if judged else "",
                found["ratio"] >= 0.9 if judged else None,
            ),
        ]
    return made


def main() -> None:
    options = parser("stored", __doc__, bus=False)
    options.add_argument("--cases", type=bounded(20_000_000, 1000), default=1_000_000)
    options.add_argument("--seconds", type=float, default=2.0, help="for each run")
    options.add_argument("--rounds", type=bounded(9), default=5)
    asked = options.parse_args()
    with house("embedded") as home:
        result = run_stored(home, count=asked.cases, seconds=min(asked.seconds, 60), rounds=asked.rounds)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
