"""联席会商: who is responsible for what was settled at one table; router takes it over as a ruling.

A conference may be held while a return waits or while the unit has the order. It divides a case so many times
at most, and it sends a case back to no unit that returned it: so it adds hops, but a bounded number of them.
"""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Adjudicated, Case
from services.router.domain.policy.citizen import refuse
from services.router.domain.policy.known import known_unit
from services.router.domain.policy.returns import kept_by, require_never_returned, ruled
from shared.city.city import City
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import UnitCode
from shared.kernel.words import Ruling
from shared.lifecycle.case import CASE_LIFE

BY_CONFERENCE = "conference"


def take_division(
    case: Case, cmd: do.TakeDivision, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """The division as a ruling, or a refusal by name: the minutes are grid's, the case is not."""
    try:
        return _divided(case, cmd, ids, city, at=at)
    except Refusal as refusal:
        return refuse(case, "divide", cmd.asked_by, reason=refusal.reason)


def _divided(
    case: Case, cmd: do.TakeDivision, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    CASE_LIFE.fire("divide", case.state)
    lead = _lead(cmd, city)
    at_most = city.policy.conference.max_divisions
    if sum(1 for each in case.rulings if each.by == BY_CONFERENCE) >= at_most:
        raise errors.DivisionsUsed(at_most)
    returned_by = case.returning.unit if case.returning else None
    has_it = case.lead.unit if case.lead else None
    if lead != has_it:
        require_never_returned(case, lead)
        if case.backstopped:
            raise errors.BackstopStands(str(has_it))
    ruling = Ruling.UPHOLD if lead == returned_by else Ruling.DIVIDE
    given = Adjudicated(ruling, returned_by, lead, "", BY_CONFERENCE, at)
    to = replace(kept_by(case, lead, city), co_units=cmd.co_units)
    return ruled(case, given, to, ids, city, move="divide", at=at)


def _lead(cmd: do.TakeDivision, city: City) -> UnitCode:
    if len(cmd.leads) != 1:
        raise errors.OneLeadNeeded(len(cmd.leads))
    return known_unit(city, cmd.leads[0], "parties")
