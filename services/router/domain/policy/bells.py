"""A case's clocks: which one runs out next. Every decision about a case goes through `decided`."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from services.router.domain.model import Bell, Case, OrderState, WorkOrder
from shared.events.fact import Fact
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.lifecycle.case import OWED, CaseState

S = CaseState
UNDISPATCHED = frozenset({S.REGISTERED, S.AWAITING_DISPATCHER, S.REOPENED})


class Due(NamedTuple):
    """A clock, when it runs out, and whose it is: an order's where it is a co-unit's own."""

    at: datetime
    bell: Bell
    order: WorkOrder | None = None


def next_bell(case: Case) -> Due | None:
    """The clock that runs out first, or None when none runs."""
    return min(_running(case), default=None, key=lambda due: (due.at, due.bell, due.order and due.order.id))


def decided(case: Case, *facts: Fact) -> Decision[Case]:
    """The decision, with the next bell set."""
    bell = next_bell(case)
    return Decision(replace(case, bell_at=bell.at if bell else None), facts)


def _running(case: Case) -> Iterator[Due]:
    if case.state in UNDISPATCHED and Bell.DISPATCH not in case.rung:
        yield Due(case.dispatch_by, Bell.DISPATCH)
    if case.state is S.DISPATCHED and case.lead and Bell.SIGN not in case.rung:
        yield Due(case.lead.sign_by, Bell.SIGN)
    if case.state in OWED:
        yield from _owed(case)
    if case.state is S.RETURNED and case.returning:
        yield Due(case.returning.adjudicate_by, Bell.SILENCE)
    if case.state is S.SHELVED and case.shelf:
        yield Due(case.shelf.review_at, Bell.REVIEW)


def _owed(case: Case) -> Iterator[Due]:
    """The deadline, what comes before it, and the co-units' part in it; a resolved case owes nothing more."""
    if case.resolve_by and Bell.RESOLVE not in case.rung:
        yield Due(case.resolve_by, Bell.RESOLVE)
        if case.remind_at and Bell.DUE_SOON not in case.rung:
            yield Due(case.remind_at, Bell.DUE_SOON)
    for order in case.co_orders:
        if order.state is OrderState.SENT and Bell.CO_SIGN not in order.rung:
            yield Due(order.sign_by, Bell.CO_SIGN, order)
        if order.is_open and Bell.CO_RESOLVE not in order.rung:
            yield Due(order.resolve_by, Bell.CO_RESOLVE, order)
