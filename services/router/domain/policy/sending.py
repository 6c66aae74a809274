"""派单 itself: orders are made, the clock starts or runs on. Used by whoever decides to whom."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.router.domain.commands import OrderIds
from services.router.domain.errors import TooManyCoUnits
from services.router.domain.model import Case, OrderRole, OrderState, WorkOrder
from shared.city.city import City
from shared.events import router as say
from shared.kernel.ids import CategoryCode, UnitCode, WorkOrderId
from shared.kernel.words import HandlingMode, Overdue, Tier
from shared.lifecycle.case import CASE_LIFE

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
    case: Case, to: Sending, ids: OrderIds, city: City, *, at: datetime
) -> tuple[Case, say.CaseDispatched]:
    """A unit owes an answer from now on. A running deadline stays what it was: returns do not move it."""
    state = CASE_LIFE.fire("dispatch", case.state)
    is_fresh = case.resolve_by is None
    resolve_by = case.resolve_by or city.calendar.deadline(at, city.policy.feedback.of(to.tier))
    sign_by = city.calendar.deadline(at, city.policy.sign.of(to.tier))
    lead = _order(ids.lead, to.lead, OrderRole.LEAD, resolve_by, sign_by, at=at)
    co_orders = _co_orders(case, to, ids, city, resolve_by, sign_by, at=at)
    sent = replace(
        case,
        state=state,
        category=to.category,
        tier=to.tier,
        place=to.place,
        mode=mode(to, is_supervised=case.supervised),
        clause=to.clause,
        list_version=to.list_version or city.responsibilities.version,
        policy_version=city.policy.version,
        lead=lead,
        co_orders=co_orders,
        earlier=(*case.earlier, *_left_behind(case, co_orders)),
        started_at=case.started_at or at,
        resolve_by=resolve_by,
        rung=tuple(each for each in case.rung if each is Overdue.RESOLVE and not is_fresh),
    )
    return sent, _dispatched(sent, lead, resolve_by, to)


def mode(to: Sending, *, is_supervised: bool) -> HandlingMode:
    """办理模式: 难题专办 when supervised or complex, 特事特办 when urgent, 平台协办 with co-units."""
    if is_supervised or to.tier is Tier.COMPLEX:
        return HandlingMode.DEDICATED
    if to.tier is Tier.URGENT:
        return HandlingMode.SPECIAL
    return HandlingMode.PLATFORM_ASSISTED if to.co_units else HandlingMode.AT_ONCE


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
    units = tuple(dict.fromkeys(city.units.get_acting(code).code for code in to.co_units if code != to.lead))
    if len(units) > len(ids.co):
        raise TooManyCoUnits(len(ids.co))
    running = {order.unit: order for order in case.co_orders if order.is_open}
    return tuple(
        running.get(UnitCode(unit))
        or _order(order_id, UnitCode(unit), OrderRole.CO, resolve_by, sign_by, at=at)
        for unit, order_id in zip(units, ids.co, strict=False)
    )


def _left_behind(case: Case, kept: tuple[WorkOrder, ...]) -> tuple[WorkOrder, ...]:
    goes_on = {order.id for order in kept}
    return tuple(ended(order) for order in case.orders[: _current(case)] if order.id not in goes_on)


def _current(case: Case) -> int:
    return len(case.co_orders) + (1 if case.lead else 0)


def _order(
    order_id: WorkOrderId,
    unit: UnitCode,
    role: OrderRole,
    resolve_by: datetime,
    sign_by: datetime,
    *,
    at: datetime,
) -> WorkOrder:
    return WorkOrder(order_id, unit, role, OrderState.SENT, at, sign_by, resolve_by)


def _dispatched(case: Case, lead: WorkOrder, resolve_by: datetime, to: Sending) -> say.CaseDispatched:
    return say.CaseDispatched(
        case_id=case.case_id,
        work_order_id=lead.id,
        unit=lead.unit,
        co_orders=tuple(say.CoOrder(work_order_id=each.id, unit=each.unit) for each in case.co_orders),
        place=to.place,
        category=to.category,
        tier=to.tier,
        mode=mode(to, is_supervised=case.supervised),
        clause=to.clause,
        list_version=case.list_version or "",
        policy_version=case.policy_version or "",
        sign_by=lead.sign_by,
        resolve_by=resolve_by,
        redo=case.redo,
        proactive=case.proactive,
    )
