"""What happens when a clock runs out. Each is told once; then the next one is waited for."""

from dataclasses import replace
from datetime import datetime

from services.router.domain.commands import OrderIds
from services.router.domain.model import Case
from services.router.domain.policy.bells import Bell, decided, next_bell
from services.router.domain.policy.overseeing import take_up
from services.router.domain.policy.returns import rule_by_silence
from shared.city.city import City
from shared.events import router as say
from shared.kernel.decision import Decision
from shared.kernel.words import Overdue
from shared.lifecycle.case import CASE_LIFE


def ring(case: Case, ids: OrderIds, city: City, *, at: datetime) -> Decision[Case]:
    """The earliest clock that has run out; none: the bell is only set anew."""
    due = next_bell(case)
    if due is None or due[0] > at:
        return decided(case)
    if due[1] is Bell.SILENCE:
        return rule_by_silence(case, ids, city, at=at)
    if due[1] is Bell.REVIEW and case.lead is not None:
        return take_up(case, case.lead)
    return _overdue(case, Overdue(due[1]))


def _overdue(case: Case, clock: Overdue) -> Decision[Case]:
    CASE_LIFE.fire("expire", case.state)
    unit = case.lead.unit if case.lead and clock is not Overdue.DISPATCH else None
    told = replace(case, rung=(*case.rung, clock))
    return decided(told, say.CaseOverdue(case_id=case.case_id, clock=clock, unit=unit))
