"""What every story does: be reported, taken in hand, helped with, called to, judged, and come to its end.

A story reads like what happened; how long things travel and when the citizen may be rung is known here.
"""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

from deploy.demo.clock import PlayClock
from deploy.demo.ending import Ending
from deploy.demo.people import GridWorker, Person, PhoneCaller, Receipt, Refused, Town, Unit, eventually
from deploy.demo.reading import read_ending

T = TypeVar("T")
NOT_NOW = {"quiet_hours": "opens_at", "not_due_yet": "due_at"}
"""Why the citizen may not be rung now, and where the refusal says when he may."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the map, wgs84, about where it was."""

    lng: float
    lat: float


@dataclass(slots=True)
class Scene:
    """One story's stage: its people, its time, and somebody who tells what is going on."""

    town: Town
    clock: PlayClock
    tell: Callable[[str], None]
    started: datetime
    """When the citizen had his number; all times of the story count from here."""
    callbacks: dict[str, str] = field(default_factory=dict)
    """The callback of each case, once it is known."""

    async def step(self, told: str, act: Awaitable[T]) -> T:
        """Do one thing of the story, and tell it when it is done."""
        done = await act
        self.tell(told)
        return done

    async def at(self, since_start: timedelta) -> None:
        """Hours pass, counted from the story's start."""
        await self.clock.until(self.started + since_start)

    def somebody(self, name: str, *, confidential: bool = False) -> Person:
        """A made-up person with a made-up number, another one in each play: nobody calls twice."""
        return Person(name, f"13800001{secrets.randbelow(1000):03}", confidential)

    def unit(self, code: str) -> Unit:
        """Staff of a unit."""
        return self.town.unit(code)

    async def reported(
        self, text: str, *, kind: str, channel: str, place: dict[str, Any] | None, person: Person
    ) -> Receipt:
        """The citizen's word becomes a case."""
        app = self.town.citizen_app()
        wish = app.reports(text, kind=kind, channel=channel, place=place, person=person)
        held = await self.step(f"{person.name}反映诉求，已受理", wish)
        self.started = self.clock.now()
        return held

    async def received(self, unit: Unit, case_id: str) -> str:
        """The unit finds the case's order on its desk."""
        order = await eventually(
            lambda: unit.order_of(case_id), what=f"the order of case {case_id} on the desk of {unit.code}"
        )
        return str(order["order_id"]) if order else ""

    async def takes_in_hand(self, unit: Unit, case_id: str, note: str) -> str:
        """签收 and the first call to the citizen, by the lead."""
        order_id = await self.received(unit, case_id)
        await self.step("主办单位签收", unit.signs(order_id))
        await self.step("主办单位联系群众", unit.contacts(order_id, note))
        return order_id

    async def helps(self, case_id: str, codes: Sequence[str]) -> dict[str, str]:
        """签收 by each co-unit; its orders by unit."""
        orders: dict[str, str] = {}
        for code in codes:
            orders[code] = await self.received(self.unit(code), case_id)
            await self.unit(code).signs(orders[code])
        self.tell("协办单位签收")
        return orders

    async def helped(self, orders: dict[str, str], evidence: str) -> None:
        """Each co-unit has done its part."""
        for code, order_id in orders.items():
            await self.unit(code).resolves(order_id, evidence)
        self.tell("协办单位办结")

    async def blows(
        self, street: Unit, case_id: str, kind: str, departments: Sequence[str], reason: str, site: Spot
    ) -> str:
        """吹哨 on a case, as soon as grid has heard who leads it."""
        key = uuid4().hex
        where = {"lng": site.lng, "lat": site.lat, "unit": street.code}

        async def blow() -> dict[str, Any]:
            return await street.blows(
                kind, departments=departments, reason=reason, case_id=case_id, site=where, key=key
            )

        whistle = await eventually(blow, what="a whistle on the case")
        self.tell(f"吹哨，呼叫 {len(departments)} 个部门")
        return str(whistle["whistle_id"])

    async def come(self, whistle_id: str, departments: Sequence[str], spot: Spot) -> None:
        """报到 of each department on the site."""
        for code in departments:
            await self.unit(code).reports_in(whistle_id, lng=spot.lng, lat=spot.lat)
        self.tell("部门到场报到")

    async def act_and_are_scored(
        self, street: Unit, whistle_id: str, scores: dict[str, int], note: str
    ) -> None:
        """The departments do their part, the street scores each of them and closes the whistle."""
        for code, score in scores.items():
            await self.unit(code).acts(whistle_id, note)
            await street.scores(whistle_id, code, score)
        await street.closes_whistle(whistle_id)
        self.tell("部门处置完毕，街道评分，消哨")

    async def raised(self, who: Unit | GridWorker, case_id: str, matter: str) -> str:
        """说, as soon as grid has heard with whom the case lies; the deliberation's id."""
        key = uuid4().hex

        async def raise_it() -> str:
            return await who.raises_matter(matter, case_ids=(case_id,), key=key)

        return await eventually(raise_it, what="a deliberation on the case")

    def meeting_ended(self) -> datetime:
        """When a meeting was held whose minutes are written down now."""
        return self.clock.now() - timedelta(minutes=10)

    def days_on(self, days: int) -> str:
        """The day by which something is to be done."""
        return (self.clock.now() + timedelta(days=days)).date().isoformat()

    async def judged_by_phone(self, case_id: str, *, solved: str, satisfied: str, note: str = "") -> None:
        """回访 by phone. In quiet hours that do not pass the citizen rings by himself."""
        caller = self.town.caller()
        callback_id = await self._callback(caller, case_id, state="scheduled")
        for _ in range(3):
            try:
                await self._rings(caller, callback_id, solved, satisfied, note)
                break
            except Refused as refusal:
                if refusal.reason not in NOT_NOW:
                    raise
                await self.clock.until(datetime.fromisoformat(refusal.problem[NOT_NOW[refusal.reason]]))
        self.tell("电话回访完成")

    async def judged_by_link(self, case_id: str, *, solved: str, satisfied: str, note: str = "") -> str:
        """回访 by the link; by phone where no link comes before a morning that does not come. Which."""
        caller = self.town.caller()
        callback_id = await self._callback(caller, case_id, state="scheduled")
        due = datetime.fromisoformat((await caller.callback(callback_id))["due_at"])
        await self.clock.until(due)
        if due > self.clock.now():
            await self.judged_by_phone(case_id, solved=solved, satisfied=satisfied, note=note)
            return "phone"
        operator, app = self.town.operator(), self.town.citizen_app()
        url = await eventually(lambda: operator.link_of(case_id), what=f"the link for case {case_id}")
        await app.opens_link(url or "")
        await app.answers_link(url or "", solved=solved, satisfied=satisfied, note=note)
        self.tell("群众通过链接评价")
        return "link"

    async def not_reachable(self, case_id: str) -> None:
        """There is nobody to ask: the round ends by itself."""
        await self._callback(self.town.caller(), case_id, state="unreachable")
        self.tell("无联系方式，回访结束")

    async def closed(self, title: str, held: Receipt) -> Ending:
        """归档: the end of the case, as it can be read."""
        dispatcher, app = self.town.dispatcher(), self.town.citizen_app()
        case_id = held.case_id
        await eventually(
            lambda: dispatcher.case(case_id), until=lambda case: case["state"] == "closed", what="归档"
        )
        await eventually(
            lambda: app.follows(held),
            until=lambda seen: seen["status"] == "closed",
            what="归档 in the timeline",
        )
        ending = await read_ending(self.town, title, held, self.callbacks.get(case_id))
        self.tell("归档")
        return ending

    async def _callback(self, caller: PhoneCaller, case_id: str, *, state: str) -> str:
        found = await eventually(
            lambda: caller.callback_of(case_id, state=state), what=f"the callback of case {case_id}"
        )
        self.callbacks[case_id] = str(found["callback_id"]) if found else ""
        # Router must have begun to ask before it can be told the answer.
        await eventually(
            lambda: self.town.dispatcher().case(case_id),
            until=lambda case: case["state"] in _ASKED,
            what="回访",
        )
        return self.callbacks[case_id]

    async def _rings(
        self, caller: PhoneCaller, callback_id: str, solved: str, satisfied: str, note: str
    ) -> None:
        try:
            await caller.claims(callback_id)
            await caller.writes_down(callback_id, solved=solved, satisfied=satisfied, note=note)
        except Refused as refusal:
            if self.clock.is_driven or refusal.reason not in NOT_NOW:
                raise
            await caller.writes_down(callback_id, solved=solved, satisfied=satisfied, note=note, inbound=True)


_ASKED = frozenset({"surveying", "closed"})
