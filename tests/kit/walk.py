"""A walk through the suite: people do what comes into their heads, while facts are under way; seeded.

What does not fit is refused by name, and that is right too; a walk only says which moves it tried.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from shared.lifecycle.case import BEFORE_RESOLVED, NEW, OWED, WITH_UNIT, CaseState
from tests.kit.grid_people import records_conference
from tests.kit.people import CitizenApp, Dispatcher, Receipt, Refused, Unit
from tests.kit.stage import (
    COMMUNITY,
    DAXING,
    ENFORCEMENT,
    FIRE,
    GROUP_RENTAL,
    HOUSING,
    NEIGHBOUR,
    POLICE,
    STREET,
    Stage,
    instant,
)

S = CaseState
UNITS = (STREET, NEIGHBOUR, DAXING, POLICE, HOUSING, FIRE, ENFORCEMENT)
TEXTS = (GROUP_RENTAL, "希望市里多办一些活动", "大兴区天宫院街道路面积水严重")
"""One goes straight to its street, of one nobody knows where it is, one has the water's limits."""
CATEGORIES = ("group_rental", "road_water", "greening")
WITH_ORDER = frozenset({*WITH_UNIT, S.SHELVED})
UNDER_WAY = frozenset({*BEFORE_RESOLVED, S.SURVEYING})
CASES, FOR_MOVES = 6, 40
"""So many are reported in so many moves; a longer walk goes on with others."""
_ASTRAY = 0.08
"""How often somebody tries what does not fit where the case stands."""
_STATES = "SELECT case_id::text, state FROM router.cases WHERE case_id = ANY($1) ORDER BY case_id"


@dataclass(slots=True)
class Walk:
    """One walk; `cases`: those it began, with what their citizens hold, found ones with nothing."""

    stage: Stage
    seed: int
    cases: dict[str, Receipt | None] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    """What was tried with the first, the second … case, in order, and by which reason it was refused."""
    dice: Random = field(default_factory=Random)

    async def goes(self, moves: int) -> None:
        """So many moves further."""
        for _ in range(moves):
            # Dice for each step: what came sooner or later in another run does not turn all after it.
            self.dice = Random(f"{self.seed}/{len(self.trail)}")
            self.trail.append(await self._step())

    async def _step(self) -> str:
        rows = await self.stage.suite.rows(_STATES, list(self.cases))
        states = {str(row["case_id"]): CaseState(row["state"]) for row in rows}
        if not states or (len(self.cases) < self.most_cases() and self.dice.random() < 0.2):
            await self._reports()
            return f"{len(self.cases)}: report"
        running = [case for case, state in states.items() if state in UNDER_WAY]
        case_id = self.dice.choice(running or list(states))
        move = self._chosen(states[case_id])
        tried = f"{list(self.cases).index(case_id) + 1}, {states[case_id]}: {move.name}"
        try:
            await move.plays(self, case_id)
        except Refused as refusal:
            return f"{tried}, refused: {refusal.reason}"
        return tried

    def _chosen(self, state: CaseState) -> "Move":
        fitting = [move for move in MOVES if state in move.states]
        if not fitting or self.dice.random() < _ASTRAY:
            return self.dice.choice(MOVES)
        return self.dice.choices(fitting, [move.weight for move in fitting])[0]

    async def _reports(self) -> None:
        kind = self.dice.choice(("complaint", "complaint", "consult", "help"))
        held = await self.stage.reported(self.dice.choice(TEXTS), phone=self.dice.random() < 0.85, kind=kind)
        self.cases[held.case_id] = held

    def most_cases(self) -> int:
        return CASES * (1 + len(self.trail) // FOR_MOVES)

    def marked(self, text: str) -> str:
        return self.stage.suite.history.marked(text)

    def units(self, most: int) -> list[str]:
        return self.dice.sample(UNITS, self.dice.randint(0, most))

    def after(self, days: int) -> str:
        return (self.stage.suite.clock.now() + timedelta(days=self.dice.randint(1, days))).isoformat()


Play = Callable[[Walk, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody does to a case; `states`: where it stands when they usually do, `weight`: how often."""

    name: str
    states: frozenset[CaseState]
    plays: Play
    weight: int = 1


def _by_unit(does: Callable[[Walk, Unit, str], Awaitable[object]]) -> Play:
    """Played by a unit that has an order of the case: mostly its lead."""

    async def play(walk: Walk, case_id: str) -> None:
        order = await _order(walk, case_id)
        if order is not None:
            await does(walk, walk.stage.unit(order["unit"]), order["order_id"])

    return play


def _on_order(does: Callable[[Walk, Dispatcher, str], Awaitable[object]]) -> Play:
    """Played by the desk, on an order of the case."""

    async def play(walk: Walk, case_id: str) -> None:
        order = await _order(walk, case_id)
        if order is not None:
            await does(walk, walk.stage.dispatcher, order["order_id"])

    return play


async def _order(walk: Walk, case_id: str) -> dict[str, Any] | None:
    orders = (await walk.stage.dispatcher.case(case_id))["orders"]
    running = [order for order in orders if order["state"] in {"sent", "signed"}] or orders
    leads = [order for order in running if order["role"] == "lead"]
    among = running if walk.dice.random() < 0.25 else leads or running
    return dict(walk.dice.choice(among)) if among else None


def _by_citizen(does: Callable[[Walk, CitizenApp, Receipt], Awaitable[object]]) -> Play:
    """Played by who reported it; of what a unit found nobody holds a receipt."""

    async def play(walk: Walk, case_id: str) -> None:
        held = walk.cases[case_id]
        if held is not None:
            await does(walk, walk.stage.app, held)

    return play


async def _dispatches(walk: Walk, case_id: str) -> None:
    lead, co_units = walk.dice.choice(UNITS), walk.units(2)
    category = walk.dice.choice(CATEGORIES)
    await walk.stage.dispatcher.dispatches(
        case_id, lead=lead, co_units=co_units, category=category, reason="指定承办"
    )


def _rules(ruling: str) -> Play:
    async def play(walk: Walk, case_id: str) -> None:
        lead = None if ruling == "uphold" else walk.dice.choice(UNITS)
        co_units = walk.units(2) if ruling == "divide" else None
        await walk.stage.dispatcher.adjudicates(case_id, ruling, reason="裁定", lead=lead, co_units=co_units)

    return play


async def _confers(walk: Walk, case_id: str) -> None:
    lead, *co_units = walk.dice.sample(UNITS, walk.dice.randint(2, 3))
    parties = {lead: "lead", **dict.fromkeys(co_units, "co")}
    await records_conference(walk.stage.dispatcher, case_id, parties, walk.marked("会商纪要"))


async def _merges(walk: Walk, case_id: str) -> None:
    others = [case for case in walk.cases if case != case_id]
    if others:
        await walk.stage.dispatcher.merges(case_id, into=walk.dice.choice(others))


async def _merges_and_parts(walk: Walk, case_id: str) -> None:
    """Joined to a case whose citizen withdraws in the same moment."""
    others = [case for case, held in walk.cases.items() if held is not None and case != case_id]
    if not others:
        return
    into = walk.dice.choice(others)
    await walk.stage.dispatcher.merges(case_id, into=into)
    held = walk.cases[into]
    if held is not None:
        await walk.stage.app.withdraws(held)


async def _extends(walk: Walk, desk: Dispatcher, order_id: str) -> None:
    await desk.extends(order_id, until=walk.after(9), reason="雨季")


async def _shelves(walk: Walk, desk: Dispatcher, order_id: str) -> None:
    await desk.shelves(order_id, review_at=walk.after(5), reason="待拨款")


async def _returns(walk: Walk, unit: Unit, order_id: str) -> None:
    await unit.returns(order_id, "not_our_duty", walk.marked("不属本单位职责"))


async def _finds(walk: Walk, unit: Unit, order_id: str) -> None:
    if len(walk.cases) < 2 * walk.most_cases():
        category = walk.dice.choice((None, "group_rental"))
        found = await unit.finds(order_id, walk.marked("现场另有一处"), category)
        walk.cases[found] = None


async def _reclassifies(walk: Walk, case_id: str) -> None:
    tier = walk.dice.choice((None, "urgent", "complex", "general"))
    wish = {"category": walk.dice.choice(CATEGORIES), "tier": tier, "reason": "重新归口"}
    seen = f"/cases/{case_id}"
    await walk.stage.dispatcher.line.change("router", seen, f"{seen}/reclassify", wish)


async def _sets_mode(walk: Walk, desk: Dispatcher, order_id: str) -> None:
    wish = {"mode": walk.dice.choice(("special", "at_once", "platform_assisted")), "reason": "办理模式"}
    seen = f"/work-orders/{order_id}"
    await desk.line.change("router", seen, f"{seen}/mode", wish)


async def _blows(walk: Walk, case_id: str) -> None:
    order = await _order(walk, case_id)
    if order is not None:
        unit = walk.stage.unit(order["unit"])
        reason = walk.marked("请到场")
        await unit.blows("joint_enforcement", departments=[POLICE], reason=reason, case_id=case_id)


async def _telephones(walk: Walk, case_id: str, *, reached: bool = True, inbound: bool = False) -> None:
    caller, clock = walk.stage.caller, walk.stage.suite.clock
    callback = await caller.callback_of(case_id)
    if callback is None:
        return
    if not inbound:
        clock.until(instant(callback["due_at"]))
        clock.until_citizens_may_be_called()
        await caller.claims(callback["callback_id"])
    if reached:
        note = walk.marked("群众原话")
        await caller.writes_down(callback["callback_id"], inbound=inbound, note=note, **_opinion(walk))
    else:
        await caller.misses(callback["callback_id"])


def _opinion(walk: Walk) -> dict[str, Any]:
    solved = walk.dice.choice(("yes", "no", "no", "partly"))
    return {"solved": solved, "satisfied": walk.dice.choice(("satisfied", "not", "not", "basically"))}


async def _answers_in_app(walk: Walk, app: CitizenApp, held: Receipt) -> None:
    await app.answers_in_app(held, note=walk.marked("群众原话"), **_opinion(walk))


async def _answers_link(walk: Walk, case_id: str) -> None:
    url = await walk.stage.operator.link_of(case_id)
    if url is not None:
        await walk.stage.app.answers_link(url, note=walk.marked("群众原话"), **_opinion(walk))


async def _time_passes(walk: Walk, case_id: str) -> None:
    walk.stage.suite.clock.passes(hours=walk.dice.choice((0.2, 1, 5, 20, 30, 80)))


_RETURNED, _SHELVED, _SIGNED = frozenset({S.RETURNED}), frozenset({S.SHELVED}), frozenset({S.SIGNED})
_DISPATCHED, _SURVEYING = frozenset({S.DISPATCHED}), frozenset({S.SURVEYING})
_DESK, _NEW, _UNIT = frozenset({*NEW, S.REOPENED}), frozenset(NEW), frozenset(WITH_UNIT)
MOVES: Sequence[Move] = (
    Move("time passes", UNDER_WAY, _time_passes, 3),
    # 市民
    Move("urge", UNDER_WAY, _by_citizen(lambda _, app, held: app.urges(held))),
    Move("supplement", UNDER_WAY, _by_citizen(lambda w, app, held: app.supplements(held, w.marked("补充")))),
    Move("withdraw", frozenset(BEFORE_RESOLVED), _by_citizen(lambda _, app, held: app.withdraws(held))),
    Move("answer in the app", _SURVEYING, _by_citizen(_answers_in_app), 4),
    Move("answer by the link", _SURVEYING, _answers_link, 3),
    # 派单员
    Move("dispatch", _DESK, _dispatches, 12),
    Move("answer", _NEW, lambda w, case: w.stage.dispatcher.answers(case, w.marked("答复")), 2),
    Move("decline", _NEW, lambda w, case: w.stage.dispatcher.declines(case, "in_litigation"), 2),
    Move("merge", frozenset({*NEW, *WITH_UNIT}), _merges, 2),
    Move("merge and part", frozenset({*NEW, *WITH_UNIT}), _merges_and_parts, 2),
    Move("uphold", _RETURNED, _rules("uphold"), 3),
    Move("redirect", _RETURNED, _rules("redirect"), 3),
    Move("divide", _RETURNED, _rules("divide"), 3),
    Move("confer", frozenset({*WITH_UNIT, S.RETURNED}), _confers),
    Move("reclassify", frozenset(OWED), _reclassifies),
    Move("set mode", WITH_ORDER, _on_order(_sets_mode)),
    Move("extend", _SIGNED, _on_order(_extends), 2),
    Move("shelve", _SIGNED, _on_order(_shelves), 2),
    Move("unshelve", _SHELVED, _on_order(lambda _, desk, order: desk.unshelves(order)), 5),
    Move("supervise", WITH_ORDER, _on_order(lambda _, desk, order: desk.supervises(order, "逾期"))),
    # 承办单位
    Move("sign", _DISPATCHED, _by_unit(lambda _, unit, order: unit.signs(order)), 14),
    Move("contact", _SIGNED, _by_unit(lambda w, unit, order: unit.contacts(order, w.marked("已联系")))),
    Move("progress", _SIGNED, _by_unit(lambda w, unit, order: unit.progresses(order, w.marked("办理中")))),
    Move("assign", _UNIT, _by_unit(lambda _, unit, order: unit.assigns(order, COMMUNITY)), 2),
    Move("return", _UNIT, _by_unit(_returns), 3),
    Move("find", WITH_ORDER, _by_unit(_finds), 3),
    Move("blow", WITH_ORDER, _blows),
    Move("resolve", _SIGNED, _by_unit(lambda w, unit, order: unit.resolves(order, w.marked("已办结"))), 14),
    # 回访员
    Move("call back", _SURVEYING, _telephones, 10),
    Move("miss", _SURVEYING, lambda w, case: _telephones(w, case, reached=False), 4),
    Move("ring in", _SURVEYING, lambda w, case: _telephones(w, case, inbound=True), 2),
)
