"""同步 bounded: what is over is told for thirty days, then dropped at both ends; nothing open is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.grid.api import sync
from services.grid.domain.policy.syncing import LYING_LONGER, TOLD_FOR
from shared.events.router import CaseDispatched, CaseReopened, CaseResolved
from shared.kernel.ids import CaseId, new_id
from tests.integration.grid_desk import Desk, desk, house
from tests.integration.grid_terminals import Device, enrolled, item, outcomes
from tests.kit.facts import a_fact
from tests.kit.whistles import BLOWN_AT, DONGHUASHI, GUANYINSI, GUANYINSI_COMMUNITY

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


@dataclass(slots=True)
class Memory:
    """What a device remembers, by the words of the description alone."""

    device: Device
    cursor: str | None = None
    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    async def reads(self, *, pages: int = 1_000) -> list[bool]:
        """Ask until there is no more, or for so many pages; whether each began anew."""
        began = []
        for _ in range(pages):
            answer = (await self.device.syncs(cursor=self.cursor)).json()
            began.append(answer["afresh"])
            if answer["afresh"]:
                self.things.clear()
            for change in answer["changes"]:
                self.things.pop((change["kind"], change["id"]), None)
                if not change["gone"]:
                    self.things[change["kind"], change["id"]] = change
            self.cursor = answer["cursor"]
            if not answer["more"]:
                break
        return began

    def holds(self, at: datetime) -> dict[tuple[str, str], dict[str, Any]]:
        """What it has not forgotten."""
        return {
            key: change["state"]
            for key, change in self.things.items()
            if change["forget_at"] is None or datetime.fromisoformat(change["forget_at"]) > at
        }


async def passes(desk: Desk, span: timedelta, *memories: Memory) -> None:
    """Time, in steps that no refresh token is too short for."""
    end = desk.clock.at + span
    while desk.clock.at < end:
        desk.clock.at = min(desk.clock.at + timedelta(days=20), end)
        for memory in memories:
            await memory.device.is_refreshed()


async def test_what_is_over_is_told_with_its_last_day_and_then_no_more(desk: Desk) -> None:
    memory = Memory(await enrolled(desk))
    done, left = item(1), item(2)
    handled = item(3, "incident_handle", incident_id=done["id"], evidence="已加固")
    assert outcomes(await memory.device.syncs(done, left, handled)) == ["accepted"] * 3
    assert await memory.reads() == [True]
    told = {key: memory.things["incident", key]["forget_at"] for key in (done["id"], left["id"])}
    assert datetime.fromisoformat(told.pop(done["id"])) == BLOWN_AT + TOLD_FOR
    assert told == {left["id"]: None}
    await passes(desk, TOLD_FOR + LYING_LONGER, memory)
    await desk.rings("forget_changes")
    assert await memory.reads() == [True]
    assert {done["id"], left["id"]} <= {key for _, key in memory.things}, "to the second it lies there"
    desk.clock.passes(seconds=1)
    assert await desk.rings("forget_changes") > 0
    fresh = Memory(await enrolled(desk))
    await fresh.reads()
    assert ("incident", left["id"]) in fresh.things
    assert ("incident", done["id"]) not in fresh.things
    assert (await desk.reads(f"incidents/{done['id']}", by=GUANYINSI)).status_code == 200


async def test_a_case_that_comes_back_after_it_was_dropped_is_told_again(desk: Desk) -> None:
    case_id = CaseId(new_id())
    of_case = {"case_id": case_id, "unit": GUANYINSI_COMMUNITY}
    memory = Memory(await enrolled(desk))
    await desk.hears(a_fact(CaseDispatched).model_copy(update=of_case))
    await desk.hears(a_fact(CaseResolved).model_copy(update=of_case))
    await passes(desk, TOLD_FOR + LYING_LONGER + timedelta(seconds=1), memory)
    await desk.rings("forget_changes")
    await memory.reads()
    assert ("case", str(case_id)) not in memory.things
    await desk.hears(a_fact(CaseReopened).model_copy(update={"case_id": case_id}))
    assert await memory.reads() == [False]
    assert memory.things["case", str(case_id)]["state"]["standing"] == "between_units"


@dataclass(slots=True)
class Days:
    """What happens in a community: incidents found and ended, cases that come, go, end and come back."""

    desk: Desk
    chance: Random
    number: int = 0
    found: list[str] = field(default_factory=list)
    cases: list[CaseId] = field(default_factory=list)

    async def one_thing(self, device: Device) -> None:
        wishes: list[Callable[[Device], Any]] = [self._finds, self._arrives]
        wishes += [self._ends] if self.found else []
        wishes += [self._resolves, self._reopens, self._moves] if self.cases else []
        await self.chance.choice(wishes)(device)

    async def _finds(self, device: Device) -> None:
        found = await self._sends(device)
        self.found.append(found["id"])

    async def _ends(self, device: Device) -> None:
        key = self.found.pop(self.chance.randrange(len(self.found)))
        await self._sends(device, kind="incident_handle", incident_id=key, evidence="已加固")

    async def _sends(self, device: Device, kind: str = "incident", **more: Any) -> dict[str, Any]:
        self.number += 1
        one = item(self.number, kind, **more, recorded_at=self.desk.clock.at.isoformat())
        assert outcomes(await device.syncs(one)) == ["accepted"]
        return one

    async def _arrives(self, _: Device) -> None:
        self.cases.append(CaseId(new_id()))
        await self._hears(CaseDispatched, self.cases[-1], unit=GUANYINSI_COMMUNITY)

    async def _resolves(self, _: Device) -> None:
        await self._hears(CaseResolved, self.chance.choice(self.cases))

    async def _reopens(self, _: Device) -> None:
        await self._hears(CaseReopened, self.chance.choice(self.cases))

    async def _moves(self, _: Device) -> None:
        unit = self.chance.choice([GUANYINSI_COMMUNITY, DONGHUASHI])
        await self._hears(CaseDispatched, self.chance.choice(self.cases), unit=unit)

    async def _hears(self, fact: Any, case_id: CaseId, **more: Any) -> None:
        await self.desk.hears(a_fact(fact).model_copy(update={"case_id": case_id, **more}))


@pytest.mark.parametrize("seed", range(4))
async def test_terminals_that_sync_daily_now_and_then_and_for_the_first_time_hold_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(sync, "CHANGES_AT_ONCE", 4)
    chance = Random(seed)
    daily, seldom = Memory(await enrolled(desk)), Memory(await enrolled(desk, worker="worker-8"))
    days, anew = Days(desk, chance), 0
    for _ in range(60):
        await days.one_thing(daily.device)
        await passes(desk, timedelta(days=chance.choice([0, 1, 2, 9])), daily, seldom)
        await desk.rings("forget_changes")
        await daily.reads()
        if chance.random() < 0.15:
            anew += sum((await seldom.reads(pages=chance.choice([1, 1_000])))[:1])
    await seldom.reads()
    first = Memory(await enrolled(desk, worker="worker-9"))
    await first.reads()
    assert first.holds(desk.clock.at) == seldom.holds(desk.clock.at) == daily.holds(desk.clock.at)
    assert {key for kind, key in first.things if kind == "incident"} >= set(days.found)
    assert anew > 1
