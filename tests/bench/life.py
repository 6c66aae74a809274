"""The whole life of cases through the five services, from a citizen's words to a unit's rates.

Units, callers and citizens speak HTTP. What travels over the bus is seen in the tables, every 20 ms with one
statement for all cases under way, so that waiting costs the machine little.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import uvloop

from tests.bench.cpu import since, spent
from tests.bench.figures import Figure, percentile
from tests.bench.house import NAMES, House, house
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.bench.watch import Watch
from tests.bench.wire import Answer, BrokenOff, Door
from tests.bench.wishes import wish

STEPS = ("register", "dispatched", "sign", "resolve", "callback scheduled", "answer", "closed", "counted")
EVERY = 0.02
WARM = 100

DISPATCHED = """
SELECT case_id, order_id, unit FROM router.work_orders WHERE case_id = ANY($1::uuid[]) AND role = 'lead'
"""
SCHEDULED = "SELECT case_id, callback_id FROM survey.callbacks WHERE case_id = ANY($1::uuid[])"
CLOSED = "SELECT case_id FROM router.cases WHERE case_id = ANY($1::uuid[]) AND state = 'closed'"
COUNTED = """
SELECT case_id FROM scoring.entries e WHERE case_id = ANY($1::uuid[]) AND outcome = 'closed'
AND EXISTS (SELECT 1 FROM scoring.score_lines l WHERE l.case_id = e.case_id AND l.measure = 'satisfaction')
"""
ENDED = """
SELECT (SELECT count(*) FROM intake.cases WHERE status = 'closed') AS intake,
       (SELECT count(*) FROM router.cases WHERE state = 'closed') AS router,
       (SELECT count(*) FROM survey.callbacks WHERE state = 'completed') AS survey,
       (SELECT count(*) FROM scoring.entries WHERE outcome = 'closed') AS scoring
"""
PARKED = " + ".join(f"(SELECT count(*) FROM {name}.parked)" for name in NAMES)


class WentWrong(Exception):
    """A case did not go the way every case goes."""


@dataclass(slots=True)
class Street:
    """Everything the players of a run share."""

    home: House
    doors: dict[str, Door]
    dispatched: Watch
    scheduled: Watch
    closed: Watch
    counted: Watch
    taken: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    sent_back: int = 0
    """How often a service was too busy to answer."""

    async def play(self, number: int) -> None:
        """One case from the citizen's words to the unit's rates."""
        clock = _Clock(self.taken)
        case_id = await self._register(number)
        clock.passed("register")
        order = await self.dispatched.until(case_id)
        clock.passed("dispatched")
        await self._handle(order, clock)
        callback = await self.scheduled.until(case_id)
        clock.passed("callback scheduled")
        await self._answer(callback["callback_id"])
        clock.passed("answer")
        await self.closed.until(case_id)
        clock.passed("closed")
        await self.counted.until(case_id)
        clock.passed("counted")

    async def _register(self, number: int) -> UUID:
        signed_in = self.home.signed_in("citizen")
        answer = await self._say("intake", "/v1/cases", wish(number), signed_in)
        return UUID(answer.json()["case_id"])

    async def _handle(self, order: Any, clock: "_Clock") -> None:
        """The unit reads its order, signs it, resolves it."""
        signed_in, path = (
            self.home.signed_in("unit", unit=order["unit"]),
            f"/v1/work-orders/{order['order_id']}",
        )
        seen = await self._ask("router", "GET", path, None, signed_in)
        signed = await self._say("router", f"{path}/sign", None, {**signed_in, "if-match": seen.etag})
        clock.passed("sign")
        evidence = {"evidence": "已现场查看并处理完毕,居民已知晓。"}
        await self._say("router", f"{path}/resolve", evidence, {**signed_in, "if-match": signed.etag})
        clock.passed("resolve")

    async def _answer(self, callback_id: UUID) -> None:
        """The citizen rings up: that needs neither the due time nor a claim."""
        answers = {"contacted": True, "solved": "yes", "satisfied": "satisfied", "note": ""}
        attempt = {"reached": True, "inbound": True, "answers": answers}
        await self._say(
            "survey", f"/v1/callbacks/{callback_id}/attempts", attempt, self.home.signed_in("caller")
        )

    async def _say(self, service: str, path: str, body: object, headers: dict[str, str]) -> Answer:
        return await self._ask(service, "POST", path, body, {**headers, "idempotency-key": uuid4().hex})

    async def _ask(
        self, service: str, method: str, path: str, body: object, headers: dict[str, str]
    ) -> Answer:
        """As every client does: told to come back, or cut off after idling, come back; with the same key."""
        while True:
            try:
                answer = await self.doors[service].ask(method, path, body, headers=headers)
            except BrokenOff:
                continue
            if answer.status != 503:
                _require(answer, 200, 201)
                return answer
            self.sent_back += 1
            await asyncio.sleep(0.5)


class _Clock:
    """Writes down how long each step of one case took."""

    def __init__(self, taken: dict[str, list[float]]) -> None:
        self._taken = taken
        self._since = time.perf_counter()

    def passed(self, step: str) -> None:
        now = time.perf_counter()
        self._taken[step].append((now - self._since) * 1000)
        self._since = now


def _require(answer: Answer, *wanted: int) -> None:
    if answer.status not in wanted:
        raise WentWrong(f"{answer.status}: {answer.body.decode(errors='replace')[:500]}")


@asynccontextmanager
async def street(home: House) -> AsyncIterator[Street]:
    """Doors open and watches watching."""
    watches = (
        Watch("dispatched", DISPATCHED, every=EVERY),
        Watch("called back", SCHEDULED, every=EVERY),
        Watch("closed", CLOSED, every=EVERY),
        Watch("counted", COUNTED, every=EVERY),
    )
    doors = {name: Door(home.port(name)) for name in NAMES}
    watching = [asyncio.create_task(watch.run(home)) for watch in watches]
    try:
        yield Street(home, doors, *watches)
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        for door in doors.values():
            door.close()


async def play_all(home: House, *, cases: int, concurrency: int) -> dict[str, Any]:
    """So many cases, so many at once; every one of them must end."""
    async with street(home) as town:
        # Connections, prepared statements, and the broker's compiler: a day does not begin at its worst hour.
        warm, fresh = min(WARM, cases), await _ended(home)
        await _played(town, warm, concurrency)
        # Else what intake hears late of these would be taken for what is measured.
        await _all_ended(home, fresh, warm)
        town.taken, town.sent_back = {step: [] for step in STEPS}, 0
        before, spent_before = await _ended(home), spent(home)
        began = time.perf_counter()
        await _played(town, cases, concurrency)
        seconds = time.perf_counter() - began
        return {
            "cases": cases,
            "concurrency": concurrency,
            "seconds": seconds,
            "rate": cases / seconds,
            "steps": _steps(town.taken),
            "sent_back": town.sent_back,
            "cpu": {name: 1000 * took / cases for name, took in since(spent_before, home).items()},
            "ended": await _all_ended(home, before, cases),
        }


async def _played(town: Street, cases: int, concurrency: int) -> None:
    waiting, done = iter(range(cases)), 0

    async def player() -> None:
        nonlocal done
        for number in waiting:
            await town.play(number)
            done += 1
            if done % max(1, cases // 4) == 0:
                say(f"life, c = {concurrency}: {done} of {cases} cases have ended")

    async with asyncio.TaskGroup() as players:
        for _ in range(min(concurrency, cases)):
            players.create_task(player())


async def _ended(home: House) -> dict[str, int]:
    looking = await home.look()
    try:
        counted = dict(await looking.fetchrow(ENDED))
        return {**counted, "parked": await looking.fetchval(f"SELECT {PARKED}")}
    finally:
        await looking.close()


async def _all_ended(home: House, before: dict[str, int], cases: int) -> dict[str, int]:
    """What every service says of the run; intake hears of the end last."""
    give_up = time.monotonic() + 30
    while True:
        now = await _ended(home)
        ended = {name: now[name] - before[name] for name in now}
        if all(ended[name] == cases for name in ("intake", "router", "survey", "scoring")):
            return ended
        if time.monotonic() > give_up:
            raise WentWrong(f"not every case ended: {ended} of {cases}")
        await asyncio.sleep(0.1)


def _steps(taken: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    return {
        step: {"p50": percentile(found, 0.5), "p99": percentile(found, 0.99)} for step, found in taken.items()
    }


def run_life(home: House, *, cases: int, concurrencies: tuple[int, ...]) -> dict[str, Any]:
    """On running services."""
    result = {}
    for concurrency in concurrencies:
        found = uvloop.run(play_all(home, cases=cases, concurrency=concurrency))
        cpu = ", ".join(f"{name} {took:.1f}" for name, took in found["cpu"].items())
        say(f"life, c = {concurrency}: {found['rate']:.1f} cases/s; ms of CPU for each case: {cpu}")
        result[str(concurrency)] = found
    return result


def figures(result: dict[str, Any]) -> list[Figure]:
    best = max(found["rate"] for found in result.values())
    made = []
    for concurrency, found in result.items():
        judged = found["rate"] == best
        steps = ", ".join(f"{name} {taken['p50']:.0f}" for name, taken in found["steps"].items())
        made.append(
            Figure(
                f"whole life, {concurrency} at once, {found['cases']} cases",
                f"{found['rate']:.1f} cases/s; ms by step (p50): {steps}",
                "≥ 125 cases/s" if judged else "",
                best >= 125 if judged else None,
            )
        )
    return made


def main() -> None:
    options = parser("life", __doc__)
    options.add_argument("--cases", type=bounded(100_000), default=300)
    options.add_argument("--concurrency", type=bounded(1000), nargs="+", default=[32])
    asked = options.parse_args()
    with house(asked.bus) as home, home.services():
        result = run_life(home, cases=asked.cases, concurrencies=tuple(asked.concurrency))
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
