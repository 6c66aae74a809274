"""Six clocks, three replicas, a restart: each clock is told once, on a real Postgres."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.router import handlers
from services.router.domain.model import Case
from services.router.domain.policy import clocks
from services.router.domain.policy.bells import decided
from services.router.timers import TIMERS
from shared.kernel.decision import Decision
from shared.kernel.errors import Conflict
from shared.kernel.words import Satisfied
from shared.lifecycle.case import CaseState
from shared.service import Flat, flat_of, let_go
from shared.ticker import Ticker
from tests.integration.router_desk import Desk, lead_path, router_desk
from tests.kit.builders_router import a_case, with_fresh_ids
from tests.kit.city import beijing
from tests.kit.suite import declared

pytestmark = pytest.mark.postgres
EACH = 25
SAID = "SELECT type, payload->>'clock' AS clock, payload->>'ruling' AS ruling, aggregateid FROM event_log"
RUNG = """
SELECT type, payload->>'clock' AS clock, payload->>'work_order_id' AS of FROM event_log
WHERE key = :id AND type LIKE '%.overdue.%'
"""
ONCE = {
    CaseState.AWAITING_DISPATCHER: {"case.overdue dispatch": 1},
    CaseState.DISPATCHED: {
        "case.overdue sign": 1,
        "case.due_soon": 1,
        "case.overdue resolve": 1,
        "co_order.overdue sign": 1,
        "co_order.overdue resolve": 1,
    },
    CaseState.RETURNED: {
        "case.adjudicated silence": 1,
        "case.dispatched": 1,
        "case.overdue sign": 1,
        "case.due_soon": 1,
        "case.overdue resolve": 1,
        "co_order.overdue sign": 1,
        "co_order.overdue resolve": 1,
    },
    CaseState.SHELVED: {
        "case.unshelved": 1,
        "case.due_soon": 1,
        "case.overdue resolve": 1,
        "co_order.overdue sign": 1,
        "co_order.overdue resolve": 1,
    },
}
"""What is heard of each case when forty days pass and nobody does anything."""


@asynccontextmanager
async def replicas(desk: Desk, many: int) -> AsyncIterator[Sequence[Flat]]:
    """So many routers on the desk's database, each with connections of its own, on one clock."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(many):
            flat = flat_of(declared("router"), desk.flat.settings, clock=desk.clock, city=beijing())
            stack.push_async_callback(let_go, flat)
            found.append(flat)
        yield found


async def due(desk: Desk) -> int:
    asked = "SELECT count(*) AS n FROM cases WHERE bell_at <= :now"
    return int((await desk.rows(asked, now=desk.clock.now()))[0]["n"])


async def all_rung(desk: Desk) -> None:
    while await due(desk):
        await asyncio.sleep(0.01)


async def ring_by_hand(flat: Flat, limit: int) -> None:
    """Without the ticker's lock: whatever guards it, a clock must not depend on it."""
    while True:
        async with flat.store.work() as work:
            if not await handlers.ring_bells(work, limit=limit):
                return


async def test_each_clock_is_told_once_by_three_replicas_and_over_a_restart(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with (
        asyncio.timeout(120),
        router_desk(database, tmp_path_factory.mktemp("keys")) as desk,
        replicas(desk, 3) as flats,
    ):
        cases = {state: [with_fresh_ids(a_case(state)) for _ in range(EACH)] for state in ONCE}
        async with desk.flat.store.work() as work:
            for case in (each for some in cases.values() for each in some):
                await work.cases.keep(Decision(case))
        desk.clock.passes(hours=30)
        await asyncio.gather(*(ring_by_hand(flat, 7) for flat in flats))
        desk.clock.passes(days=7)
        await asyncio.gather(*(ring_by_hand(flat, 7) for flat in flats))
        desk.clock.passes(days=40)
        waiting = await due(desk)
        first, *others = [asyncio.create_task(Ticker(flat.store, TIMERS).run()) for flat in flats]
        while await due(desk) == waiting:
            await asyncio.sleep(0)
        first.cancel()
        restarted = asyncio.create_task(Ticker(flats[0].store, TIMERS).run())
        await all_rung(desk)
        for running in (*others, restarted):
            running.cancel()
        await asyncio.gather(first, restarted, *others, return_exceptions=True)
        desk.clock.passes(hours=1)
        await asyncio.gather(*(ring_by_hand(flat, 50) for flat in flats))
        heard: dict[str, Counter[str]] = {}
        for row in await desk.rows(SAID):
            name = row["type"].removeprefix("jiesu.").removesuffix(".v1")
            said = " ".join(part for part in (name, row["clock"], row["ruling"]) if part)
            heard.setdefault(row["aggregateid"], Counter())[said] += 1
        for state, some in cases.items():
            for case in some:
                assert heard[str(case.case_id)] == ONCE[state], state
        sequences = await desk.rows(
            "SELECT aggregateid, array_agg(sequence ORDER BY sequence) AS found FROM event_log GROUP BY 1"
        )
        assert all(row["found"] == list(range(1, len(row["found"]) + 1)) for row in sequences)


class NotToday(Conflict):
    """Stands for whatever a case may be refused for."""


async def test_a_case_that_cannot_be_decided_stops_nobody_elses_clock(
    database: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bell is put off and tried again; the others ring in the same knock, and nothing half is kept."""
    stuck, fine = (
        with_fresh_ids(a_case(CaseState.RETURNED)),
        with_fresh_ids(a_case(CaseState.AWAITING_DISPATCHER)),
    )
    stuck = replace(stuck, co_orders=(), resolve_by=None)
    ruled = clocks.rule_by_silence
    mended = False

    def refused(case: Case, *given: Any, **more: Any) -> Decision[Case]:
        if not mended:
            raise NotToday("not today")
        return ruled(case, *given, **more)

    async with router_desk(database, tmp_path_factory.mktemp("keys")) as desk:
        async with desk.flat.store.work() as work:
            for case in (stuck, fine):
                await work.cases.keep(decided(case))
        monkeypatch.setattr(clocks, "rule_by_silence", refused)
        desk.clock.passes(hours=30)
        await desk.rings("bells")
        assert await desk.told(fine.case_id) == ["case.overdue"]
        assert await desk.told(stuck.case_id) == []
        asked = "SELECT state, bell_at FROM cases WHERE case_id = :id"
        [row] = await desk.rows(asked, id=str(stuck.case_id))
        assert (row["state"], row["bell_at"]) == ("returned", desk.clock.now() + clocks.PUT_OFF)
        mended = True
        desk.clock.passes(hours=1)
        await desk.rings("bells")
        assert (await desk.told(stuck.case_id))[:2] == ["case.adjudicated", "case.dispatched"]


async def test_a_clock_that_jumps_changes_no_order_and_rings_nothing_twice(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """F19: an hour back before each move, then two ahead, then back to before the bell."""
    async with router_desk(database, tmp_path_factory.mktemp("keys")) as desk:
        case = await desk.case()
        order = case["orders"][0]
        path, unit = f"work-orders/{order['order_id']}", order["unit"]
        desk.clock.passes(hours=30)
        await desk.rings("bells")
        for move, body in (
            ("sign", {}),
            ("contact", {"note": "已通话"}),
            ("return", {"reason": "not_our_duty", "evidence": "清单"}),
        ):
            desk.clock.at -= timedelta(hours=1)
            await desk.moves(f"{path}/{move}", unit=unit, **body)
            await desk.rings("bells")
        desk.clock.passes(hours=27)
        await desk.rings("bells")
        desk.clock.at -= timedelta(hours=26)
        await desk.rings("bells")
        now = await desk.sees_case(case["case_id"])
        assert (now["state"], now["resolve_by"]) == ("dispatched", case["resolve_by"])
        path = lead_path(now)
        await desk.moves(f"{path}/sign", unit=unit)
        await desk.moves(f"{path}/resolve", unit=unit, evidence="已拆除")
        await desk.citizen_is_called_back(case["case_id"], 1, Satisfied.SATISFIED)
        told = await desk.told(case["case_id"])
        assert [each for each in told if "overdue" not in each] == [
            "case.classified",
            "case.dispatched",
            "case.signed",
            "case.contacted",
            "case.returned",
            "case.adjudicated",
            "case.dispatched",
            "case.signed",
            "case.resolved",
            "case.survey_started",
            "case.closed",
        ]
        rung = [tuple(row.values()) for row in await desk.rows(RUNG, id=case["case_id"])]
        assert len(rung) == len(set(rung)) > 1
