"""办理模式: a person says how a case is handled, and what that means.

即知即办 at once: the unit alone, by the usual limits. 平台协办 platform-assisted: with co-units beside it.
特事特办 special: signed for within the policy's `special_sign`, whatever its tier. 难题专办 dedicated: a
named leader and a plan that a supervisor reviewed; the plan's end is the deadline, once, and not beyond the
policy's `dedicated_plan` from the clock's start. Leader and plan stay here: the bus learns mode and deadline.
"""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Case, Handling, Note, OrderState, WorkOrder
from services.router.domain.policy.bells import decided
from services.router.domain.policy.handling import named, said
from services.router.domain.policy.orders import lead_of, order_for
from services.router.domain.policy.overseeing import with_deadline
from services.router.domain.policy.sending import moved_limits
from shared.city.city import City
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.words import HandlingMode
from shared.lifecycle.case import CASE_LIFE


def set_mode(case: Case, cmd: do.SetMode, city: City, *, at: datetime) -> Decision[Case]:
    """The mode until the case is closed; a redo keeps it."""
    order = lead_of("set_mode", order_for(case, cmd, city.units))
    CASE_LIFE.fire("set_mode", case.state)
    if case.handling is not None and case.handling.mode is HandlingMode.DEDICATED:
        raise errors.PlanStands
    if case.supervised and cmd.mode is not HandlingMode.DEDICATED:
        raise errors.SupervisedIsDedicated
    if cmd.mode is HandlingMode.PLATFORM_ASSISTED and not case.co_orders:
        raise errors.NoCoUnits
    handling = Handling(cmd.mode, cmd.by.name, at, said(cmd.reason, "reason"))
    case = replace(case, notes=(*case.notes, Note(at, cmd.by.name, "set_mode", cmd.reason)))
    if cmd.mode is HandlingMode.DEDICATED:
        return _said(case, *_planned(case, cmd, handling, city, at=at), order)
    for field in ("leader", "plan", "plan_until"):
        if getattr(cmd, field) is not None:
            raise errors.PlanNotMeant(field)
    after = replace(case, mode=cmd.mode, handling=handling)
    if cmd.mode is HandlingMode.SPECIAL:
        after = _signed_sooner(after, city)
    return _said(case, after, order.resolve_by, order)


def _planned(
    case: Case, cmd: do.SetMode, handling: Handling, city: City, *, at: datetime
) -> tuple[Case, datetime]:
    if not cmd.by_supervisor:
        raise errors.SupervisorOnly("a plan that moves the deadline")
    if cmd.plan_until is None:
        raise errors.PlanNeeded("plan_until")
    whole = replace(
        handling,
        leader=_needed(cmd.leader, "leader"),
        plan=_needed(cmd.plan, "plan"),
        plan_until=cmd.plan_until,
    )
    _require_planned_within(case, cmd.plan_until, city, at=at)
    moved = with_deadline(case, cmd.plan_until, city, at=at)
    return replace(moved, mode=cmd.mode, handling=whole, approved_until=cmd.plan_until), cmd.plan_until


def _needed(text: str | None, field: str) -> str:
    if text is None or not text.strip():
        raise errors.PlanNeeded(field)
    return text


def _require_planned_within(case: Case, until: datetime, city: City, *, at: datetime) -> None:
    """Later than was owed without a plan, and not beyond what the policy allows from the clock's start."""
    start = case.clock_from or case.started_at or at
    latest = city.calendar.deadline(start, city.policy.modes.dedicated_plan)
    after = max(case.resolve_by or at, at)
    if not after < until <= latest:
        raise errors.BadPlan(after, latest)


def _signed_sooner(case: Case, city: City) -> Case:
    """Counted from the dispatch, as signing always is; never later than it was owed already."""

    def due(order: WorkOrder) -> WorkOrder:
        if order.state is not OrderState.SENT:
            return order
        sooner = city.calendar.deadline(order.dispatched_at, city.policy.modes.special_sign)
        return replace(order, sign_by=min(sooner, order.sign_by))

    lead = due(case.lead) if case.lead else None
    return replace(case, lead=lead, co_orders=tuple(due(each) for each in case.co_orders))


def _said(before: Case, after: Case, resolve_by: datetime, order: WorkOrder) -> Decision[Case]:
    mode = after.mode
    if mode is None:
        raise AssertionError(f"case {after.case_id} was given no mode")
    limits = moved_limits(before, after)
    fact = say.CaseModeSet(**named(after, order), mode=mode, resolve_by=resolve_by, sign_limits=limits)
    return decided(after, fact)
