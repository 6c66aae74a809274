"""Builders of router's cases for the tests: a case in any state, every argument has a default."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.router.domain import commands as do
from services.router.domain.model import (
    Case,
    OrderRole,
    OrderState,
    Returning,
    ReturnReason,
    Shelf,
    Suggested,
    WorkOrder,
)
from services.router.domain.policy.bells import decided
from services.router.domain.words import Words
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, EventId, UnitCode, WorkOrderId, new_id
from shared.kernel.words import Channel, HandlingMode, Kind, Tier
from shared.lifecycle.case import CaseState
from tests.kit.city import beijing

GUANYINSI = UnitCode("110115009")
"""观音寺街道, 大兴区."""
GUANYINSI_COMMUNITY = UnitCode("110115009006")
TIANGONGYUAN = UnitCode("110115010")
DAXING = UnitCode("110115")
DONGHUASHI = UnitCode("110101013")
"""东花市街道, another district's street."""
ENFORCEMENT = UnitCode("D110115-CGZF")
HOUSING = UnitCode("D110115-ZJW")

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Beijing, with plain working weeks after it."""
CASE_ID = CaseId(UUID("01950000-0000-7000-8000-0000000000ca"))
LEAD_ID = WorkOrderId(UUID("01950000-0000-7000-8000-00000000001e"))
CO_ID = WorkOrderId(UUID("01950000-0000-7000-8000-0000000000c0"))
CALLBACK_ID = CallbackId(UUID("01950000-0000-7000-8000-0000000000cb"))
ASKED = EventId(UUID("01950000-0000-7000-8000-0000000000ee"))
WORDS = Words("大兴区观音寺街道首座御园有群租房")

S = CaseState
UNSENT = frozenset({S.REGISTERED, S.AWAITING_DISPATCHER, S.DECLINED, S.ANSWERED})
HANDLED = frozenset({S.RESOLVED, S.SURVEYING, S.REOPENED, S.CLOSED})
GONE = frozenset({S.MERGED, S.WITHDRAWN})


def ids() -> do.OrderIds:
    """Fresh ids for a decision."""
    return do.OrderIds(WorkOrderId(new_id()))


def street(unit: UnitCode = GUANYINSI) -> do.By:
    return do.By("street-clerk", unit)


DESK = do.By("dispatcher")


def an_order(
    unit: UnitCode = GUANYINSI,
    role: OrderRole = OrderRole.LEAD,
    state: OrderState = OrderState.SENT,
    **more: Any,
) -> WorkOrder:
    """An order sent at `AT`, general tier."""
    city = beijing()
    order = WorkOrder(
        id=LEAD_ID if role is OrderRole.LEAD else CO_ID,
        unit=unit,
        role=role,
        state=state,
        dispatched_at=AT,
        sign_by=city.calendar.deadline(AT, city.policy.sign.of(Tier.GENERAL)),
        resolve_by=city.calendar.deadline(AT, city.policy.feedback.of(Tier.GENERAL)),
        signed_at=None if state is OrderState.SENT else AT,
        resolved_at=AT if state is OrderState.RESOLVED else None,
    )
    return replace(order, **more)


def a_case(state: CaseState = CaseState.REGISTERED, **more: Any) -> Case:
    """A general case of 观音寺街道 with one co-unit, as it stands in that state."""
    case = Case(
        case_id=CASE_ID,
        state=state,
        kind=Kind.COMPLAINT,
        channel=Channel.HOTLINE,
        registered_at=AT,
        sealed_words="sealed",
        dispatch_by=AT + timedelta(hours=24),
        category=CategoryCode("group_rental"),
        tier=Tier.GENERAL,
        confidence=0.93,
        place=GUANYINSI,
        suggestions=(Suggested(CategoryCode("group_rental"), Tier.GENERAL, 0.93, "群租房", GUANYINSI),),
    )
    if state not in UNSENT:
        case = _sent(case)
    if state is S.SURVEYING:
        case = replace(case, callback_id=CALLBACK_ID, callback_round=1, callbacks=(CALLBACK_ID,))
    if state is S.RETURNED:
        returning = Returning(
            LEAD_ID, GUANYINSI, ReturnReason.NOT_OUR_DUTY, "地图", AT, AT + timedelta(hours=24)
        )
        case = replace(case, returning=returning, returned_by=(GUANYINSI,))
    if state is S.SHELVED:
        case = replace(case, shelf=Shelf("改造计划", "dispatcher", AT, AT + timedelta(days=30)))
    return decided(replace(case, **more)).state


def with_fresh_ids(case: Case) -> Case:
    """The same case as another one, for a database that knows it already."""
    orders = tuple(replace(each, id=WorkOrderId(new_id())) for each in case.co_orders)
    lead = replace(case.lead, id=WorkOrderId(new_id())) if case.lead else None
    return replace(case, case_id=CaseId(new_id()), lead=lead, co_orders=orders)


def _sent(case: Case) -> Case:
    lead, city = an_order(state=_lead_state(case.state)), beijing()
    return replace(
        case,
        lead=lead,
        co_orders=(an_order(ENFORCEMENT, OrderRole.CO),),
        clause="《条块共同事项清单》第 1 项",
        mode=HandlingMode.PLATFORM_ASSISTED,
        started_at=AT,
        clock_from=AT,
        resolve_by=None if case.state is S.REOPENED else lead.resolve_by,
        remind_at=city.calendar.before(lead.resolve_by, city.policy.due_soon.of(Tier.GENERAL)),
    )


def _lead_state(state: CaseState) -> OrderState:
    if state in HANDLED:
        return OrderState.RESOLVED
    if state in GONE:
        return OrderState.ENDED
    if state is S.RETURNED:
        return OrderState.RETURNED
    return OrderState.SENT if state is S.DISPATCHED else OrderState.SIGNED


def kept(decision: Decision[Case]) -> Case:
    """The state as the store would keep it: its version counts the facts."""
    return replace(decision.state, version=decision.state.version + len(decision.facts))


def said(decision: Decision[Case]) -> list[str]:
    """What is said, by the last word but one of the type."""
    return [fact.TYPE.removeprefix("jiesu.") for fact in decision.facts]
