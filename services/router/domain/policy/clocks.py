"""What happens when a clock runs out. Each is told once; then the next one is waited for."""

from datetime import datetime, timedelta

from services.router.domain.commands import OrderIds
from services.router.domain.lifecycle import CO_ORDER_LIFE
from services.router.domain.model import Bell, Case, WorkOrder
from services.router.domain.policy.bells import decided, next_bell
from services.router.domain.policy.handling import named
from services.router.domain.policy.orders import with_order
from services.router.domain.policy.overseeing import take_up
from services.router.domain.policy.returns import rule_by_silence
from shared.city.city import City
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.words import Overdue
from shared.lifecycle.case import CASE_LIFE

TOLD_AS = {
    Bell.DISPATCH: Overdue.DISPATCH,
    Bell.SIGN: Overdue.SIGN,
    Bell.CO_SIGN: Overdue.SIGN,
    Bell.RESOLVE: Overdue.RESOLVE,
    Bell.CO_RESOLVE: Overdue.RESOLVE,
}

PUT_OFF = timedelta(hours=1)
"""How long a clock waits whose ringing was refused (ours): tried again until the case is mended."""


def ring(case: Case, ids: OrderIds, city: City, *, at: datetime) -> Decision[Case]:
    """The earliest clock that has run out; none: the bell is only set anew."""
    due = next_bell(case)
    if due is None or due.at > at:
        return decided(case)
    if due.bell is Bell.SILENCE:
        return rule_by_silence(case, ids, city, at=at)
    if due.bell is Bell.REVIEW and case.lead is not None:
        return take_up(case, case.lead)
    if due.bell is Bell.DUE_SOON and case.lead is not None:
        return _due_soon(case, case.lead, at=at)
    return _co_overdue(case, due.order, due.bell) if due.order else _overdue(case, due.bell)


def put_off(case: Case, *, at: datetime) -> Decision[Case]:
    """The case as it stands, to be looked at again: one that cannot be decided stops no other's clock."""
    return Decision(replace(case, bell_at=at + PUT_OFF), ())


def _due_soon(case: Case, lead: WorkOrder, *, at: datetime) -> Decision[Case]:
    """Nobody is reminded of what is over already: a clock that stood still tells the later news alone."""
    CASE_LIFE.fire("warn", case.state)
    told = replace(case, rung=(*case.rung, Bell.DUE_SOON))
    if case.resolve_by is None or at >= case.resolve_by:
        return decided(told)
    return decided(told, say.CaseDueSoon(**named(case, lead), resolve_by=case.resolve_by))


def _overdue(case: Case, bell: Bell) -> Decision[Case]:
    CASE_LIFE.fire("expire", case.state)
    unit = case.lead.unit if case.lead and bell is not Bell.DISPATCH else None
    told = replace(case, rung=(*case.rung, bell))
    return decided(told, say.CaseOverdue(case_id=case.case_id, clock=TOLD_AS[bell], unit=unit))


def _co_overdue(case: Case, order: WorkOrder, bell: Bell) -> Decision[Case]:
    """超期 of a co-unit: its own, whatever the lead did meanwhile."""
    CO_ORDER_LIFE.fire("expire", order.state)
    told = with_order(case, replace(order, rung=(*order.rung, bell)))
    return decided(told, say.CoOrderOverdue(**named(case, order), clock=TOLD_AS[bell]))
