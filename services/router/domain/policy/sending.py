"""派单 itself: orders are made, the clock starts or runs on. Used by whoever decides to whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.router.domain.commands import OrderIds
from services.router.domain.errors import TooManyCoUnits
from services.router.domain.model import Bell, Case, Cited, OrderRole, OrderState, WorkOrder
from services.router.domain.policy.known import known_unit
from shared.city.city import City
from shared.city.responsibilities import MOST_CO_UNITS
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.ids import CategoryCode, UnitCode, WorkOrderId
from shared.kernel.words import HandlingMode, Tier
from shared.lifecycle.case import CASE_LIFE

OF_THE_DEADLINE = frozenset({Bell.DUE_SOON, Bell.RESOLVE})
DISCRETION = "派单员裁量"
"""Stands for the clause where a person sent the case elsewhere than the responsibility list says."""


@dataclass(frozen=True, slots=True)
class Sending:
    """To whom a case goes, as what, and by which clause."""

    lead: UnitCode
    co_units: tuple[UnitCode, ...]
    category: CategoryCode
    tier: Tier
    place: UnitCode | None
    clause: str
    list_version: str | None = None
    """The list the clause was cited from, where a case goes on as it was sent; None: the one in force."""


def send(
    case: Case, to: Sending, ids: OrderIds, city: City, *, move: str = "dispatch", at: datetime
) -> tuple[Case, say.CaseDispatched]:
    """A unit owes an answer from now on. A running deadline stays what it was: returns do not move it."""
    state = CASE_LIFE.fire(move, case.state)
    is_fresh = case.resolve_by is None
    resolve_by = case.resolve_by or city.calendar.deadline(at, city.policy.feedback.of(to.tier))
    sign_by = signed_for_by(case, to.tier, city, at=at)
    lead = _order(ids.lead, to.lead, OrderRole.LEAD, resolve_by, sign_by, redo=case.redo, at=at)
    co_orders = _co_orders(case, to, ids, city, resolve_by, sign_by, at=at)
    sent = replace(
        case,
        state=state,
        category=to.category,
        tier=to.tier,
        place=to.place,
        mode=mode(case, to.tier, to.co_units),
        clause=to.clause,
        list_version=to.list_version or city.responsibilities.version,
        policy_version=city.policy.version,
        lead=lead,
        co_orders=co_orders,
        earlier=(*case.earlier, *_left_behind(case, co_orders)),
        started_at=case.started_at or at,
        clock_from=at if is_fresh else case.clock_from,
        resolve_by=resolve_by,
        remind_at=reminder(resolve_by, to.tier, city) if is_fresh else case.remind_at,
        rung=() if is_fresh else tuple(each for each in case.rung if each in OF_THE_DEADLINE),
    )
    return sent, _dispatched(sent, lead, resolve_by, to)


def reminder(resolve_by: datetime, tier: Tier, city: City) -> datetime:
    """临期: when the unit is told that the deadline is near."""
    return city.calendar.before(resolve_by, city.policy.due_soon.of(tier))


def signed_for_by(case: Case, tier: Tier, city: City, *, at: datetime) -> datetime:
    """Until when an order of this moment is signed for: by its tier, and 特事特办 sooner, never later."""
    usual = city.calendar.deadline(at, city.policy.sign.of(tier))
    if case.handling is None or case.handling.mode is not HandlingMode.SPECIAL:
        return usual
    return min(usual, city.calendar.deadline(at, city.policy.modes.special_sign))


def moved_limits(before: Case, after: Case) -> tuple[say.SignLimit, ...]:
    """The orders that are to be signed for by another time than before."""
    was = {order.id: order.sign_by for order in before.orders}
    return tuple(
        say.SignLimit(work_order_id=order.id, sign_by=order.sign_by)
        for order in after.orders
        if order.sign_by != was[order.id]
    )


def mode(case: Case, tier: Tier, co_units: Collection[UnitCode]) -> HandlingMode:
    """办理模式: as a person set it; else 难题专办 when supervised or complex, 特事特办 when urgent,
    平台协办 with co-units. What is supervised is 难题专办 whatever was set before.
    """
    if case.supervised:
        return HandlingMode.DEDICATED
    if case.handling is not None:
        return case.handling.mode
    if tier is Tier.COMPLEX:
        return HandlingMode.DEDICATED
    if tier is Tier.URGENT:
        return HandlingMode.SPECIAL
    return HandlingMode.PLATFORM_ASSISTED if co_units else HandlingMode.AT_ONCE


def ended(order: WorkOrder) -> WorkOrder:
    """An order the case goes on without; what was done or returned stays so."""
    return replace(order, state=OrderState.ENDED) if order.is_open else order


def all_ended(case: Case) -> Case:
    """Nobody owes anything any more."""
    lead = ended(case.lead) if case.lead else None
    return replace(case, lead=lead, co_orders=tuple(ended(each) for each in case.co_orders))


def _co_orders(
    case: Case,
    to: Sending,
    ids: OrderIds,
    city: City,
    resolve_by: datetime,
    sign_by: datetime,
    *,
    at: datetime,
) -> tuple[WorkOrder, ...]:
    """A co-unit that is at work goes on with its order; the others get new ones."""
    units = tuple(
        dict.fromkeys(known_unit(city, code, "co_units") for code in to.co_units if code != to.lead)
    )
    if len(units) > MOST_CO_UNITS:
        raise TooManyCoUnits(MOST_CO_UNITS)
    running = {order.unit: _goes_on(order, resolve_by) for order in case.co_orders if order.is_open}
    return tuple(
        running.get(UnitCode(unit))
        or _order(ids.co(place), UnitCode(unit), OrderRole.CO, resolve_by, sign_by, redo=case.redo, at=at)
        for place, unit in enumerate(units)
    )


def _goes_on(order: WorkOrder, resolve_by: datetime) -> WorkOrder:
    """At work still; a redo's fresh deadline is its deadline too, and a new clock."""
    if order.resolve_by == resolve_by:
        return order
    rung = tuple(each for each in order.rung if each is not Bell.CO_RESOLVE)
    return replace(order, resolve_by=resolve_by, rung=rung)


def _left_behind(case: Case, kept: tuple[WorkOrder, ...]) -> tuple[WorkOrder, ...]:
    """Each keeps what it was sent by: the case cites from now on what the next dispatch went by."""
    goes_on = {order.id for order in kept}
    cited = Cited(case.clause, case.list_version, case.policy_version) if case.clause else None
    left = (order for order in case.orders[: _current(case)] if order.id not in goes_on)
    return tuple(replace(ended(order), cited=cited) for order in left)


def _current(case: Case) -> int:
    return len(case.co_orders) + (1 if case.lead else 0)


def _order(
    order_id: WorkOrderId,
    unit: UnitCode,
    role: OrderRole,
    resolve_by: datetime,
    sign_by: datetime,
    *,
    redo: int,
    at: datetime,
) -> WorkOrder:
    return WorkOrder(order_id, unit, role, OrderState.SENT, at, sign_by, resolve_by, redo=redo)


def _dispatched(case: Case, lead: WorkOrder, resolve_by: datetime, to: Sending) -> say.CaseDispatched:
    return say.CaseDispatched(
        case_id=case.case_id,
        work_order_id=lead.id,
        unit=lead.unit,
        co_orders=tuple(say.CoOrder(work_order_id=each.id, unit=each.unit) for each in case.co_orders),
        place=to.place,
        category=to.category,
        tier=to.tier,
        mode=mode(case, to.tier, to.co_units),
        clause=to.clause,
        list_version=case.list_version or "",
        policy_version=case.policy_version or "",
        sign_by=lead.sign_by,
        resolve_by=resolve_by,
        redo=case.redo,
        proactive=case.proactive,
    )
