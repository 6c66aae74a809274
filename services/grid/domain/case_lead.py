"""主办: grid's small copy of who leads a case, heard from router; it decides who may blow on the case."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.grid.domain.commands import AssignCase, ReleaseCase, RescheduleCase, TakeCase
from services.grid.domain.errors import CaseNotInHand, ForeignCase, UnknownCase
from shared.city.units import Units
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, CategoryCode, UnitCode, WorkOrderId


class LeadStanding(StrEnum):
    """Whether a unit has the case in hand."""

    IN_HAND = "in_hand"
    BETWEEN_UNITS = "between_units"
    """Returned, reopened or joined to another no more: the next dispatch says whose it is."""
    DONE = "done"
    """Resolved or over. A reopened case comes back with a dispatch."""


@dataclass(frozen=True, slots=True)
class CaseLead:
    """Who leads a case, to whom the street passed it, where it is, and until when it is owed."""

    case_id: CaseId
    unit: UnitCode
    assigned_to: UnitCode | None
    place: UnitCode | None
    standing: LeadStanding
    heard: int
    """The last of router's facts that was taken in, so that an old one delivered again changes nothing."""
    work_order_id: WorkOrderId | None = None
    category: CategoryCode | None = None
    sign_by: datetime | None = None
    resolve_by: datetime | None = None
    version: int = 0

    def may_blow(self, unit: UnitCode, units: Units) -> bool:
        """Whether a unit leads the case, was passed it, or is the street above either."""
        leading = [code for code in (self.unit, self.assigned_to) if code is not None]
        return any(unit == code or (units.knows(code) and unit == units.street_of(code)) for code in leading)


def require_in_hand(case_id: CaseId, lead: CaseLead | None, by: UnitCode, units: Units) -> None:
    """Raise unless the unit, or one below it, has the case in hand; how it stands no stranger learns."""
    if lead is None:
        raise UnknownCase(case_id)
    if not lead.may_blow(by, units):
        raise ForeignCase(case_id, by)
    if lead.standing is not LeadStanding.IN_HAND:
        raise CaseNotInHand(case_id, lead.standing)


def take(lead: CaseLead | None, cmd: TakeCase) -> Decision[CaseLead]:
    """A dispatch names the lead; whatever stood there before is over."""
    if lead is not None and cmd.heard <= lead.heard:
        return Decision(lead)
    version = lead.version if lead else 0
    taken = CaseLead(
        cmd.case_id,
        cmd.unit,
        None,
        cmd.place,
        LeadStanding.IN_HAND,
        cmd.heard,
        work_order_id=cmd.work_order_id,
        category=cmd.category,
        sign_by=cmd.sign_by,
        resolve_by=cmd.resolve_by,
        version=version,
    )
    return Decision(taken)


def reschedule(lead: CaseLead, cmd: RescheduleCase) -> Decision[CaseLead]:
    """Another deadline, and perhaps another matter than was thought."""
    if cmd.heard <= lead.heard:
        return Decision(lead)
    category = cmd.category or lead.category
    moved = (limit for order, limit in cmd.sign_limits if order == lead.work_order_id)
    sign_by = next(moved, lead.sign_by)
    return Decision(
        replace(lead, category=category, sign_by=sign_by, resolve_by=cmd.resolve_by, heard=cmd.heard)
    )


def assign(lead: CaseLead, cmd: AssignCase) -> Decision[CaseLead]:
    """The street passed the work to its community and still answers for it."""
    if cmd.heard <= lead.heard:
        return Decision(lead)
    return Decision(replace(lead, assigned_to=cmd.to_unit, heard=cmd.heard))


def release(lead: CaseLead, cmd: ReleaseCase) -> Decision[CaseLead]:
    """The case is in nobody's hand for a while, or for good."""
    if cmd.heard <= lead.heard:
        return Decision(lead)
    standing = LeadStanding.DONE if cmd.done else LeadStanding.BETWEEN_UNITS
    return Decision(replace(lead, standing=standing, heard=cmd.heard))
