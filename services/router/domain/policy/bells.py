"""A case's clocks: which one runs out next. Every decision about a case goes through `decided`."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from services.router.domain.model import Case
from shared.events.fact import Fact
from shared.kernel.decision import Decision
from shared.kernel.words import Overdue
from shared.lifecycle.case import CaseState

S = CaseState
UNDISPATCHED = frozenset({S.REGISTERED, S.AWAITING_DISPATCHER, S.REOPENED})
OWED = frozenset({S.DISPATCHED, S.SIGNED, S.SHELVED, S.RETURNED})
"""A return or a shelf does not stop the clock: the city owes the answer, whoever has the order."""


class Bell(StrEnum):
    """What happens when a clock runs out."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    RESOLVE = "resolve"
    SILENCE = "silence"
    REVIEW = "review"


def next_bell(case: Case) -> tuple[datetime, Bell] | None:
    """The clock that runs out first, or None when none runs."""
    return min(_running(case), default=None)


def decided(case: Case, *facts: Fact) -> Decision[Case]:
    """The decision, with the next bell set."""
    bell = next_bell(case)
    return Decision(replace(case, bell_at=bell[0] if bell else None), facts)


def _running(case: Case) -> Iterator[tuple[datetime, Bell]]:
    if case.state in UNDISPATCHED and Overdue.DISPATCH not in case.rung:
        yield case.dispatch_by, Bell.DISPATCH
    if case.state is S.DISPATCHED and case.lead and Overdue.SIGN not in case.rung:
        yield case.lead.sign_by, Bell.SIGN
    if case.state in OWED and case.resolve_by and Overdue.RESOLVE not in case.rung:
        yield case.resolve_by, Bell.RESOLVE
    if case.state is S.RETURNED and case.returning:
        yield case.returning.adjudicate_by, Bell.SILENCE
    if case.state is S.SHELVED and case.shelf:
        yield case.shelf.review_at, Bell.REVIEW
