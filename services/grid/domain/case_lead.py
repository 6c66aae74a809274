"""主办: grid's small copy of who leads a case, heard from router; it decides who may blow on the case."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.grid.domain.commands import AssignCase, ReleaseCase, TakeCase
from shared.city.units import Units
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, UnitCode


class Standing(StrEnum):
    """Whether a unit has the case in hand."""

    IN_HAND = "in_hand"
    BETWEEN_UNITS = "between_units"
    """Returned or reopened: the next dispatch says whose it is."""
    DONE = "done"
    """Resolved or over. A reopened case comes back with a dispatch."""


@dataclass(frozen=True, slots=True)
class CaseLead:
    """Who leads a case, to whom the street passed it, and where it is."""

    case_id: CaseId
    unit: UnitCode
    assigned_to: UnitCode | None
    place: UnitCode | None
    standing: Standing
    heard: int
    """The last of router's facts that was taken in, so that an old one delivered again changes nothing."""
    version: int = 0

    def may_blow(self, unit: UnitCode, units: Units) -> bool:
        """Whether a unit leads the case, was passed it, or is the street above either."""
        leading = [code for code in (self.unit, self.assigned_to) if code is not None]
        return any(unit == code or (units.knows(code) and unit == units.street_of(code)) for code in leading)


def take(lead: CaseLead | None, cmd: TakeCase) -> Decision[CaseLead]:
    """A dispatch names the lead; whatever stood there before is over."""
    if lead is not None and cmd.heard <= lead.heard:
        return Decision(lead)
    version = lead.version if lead else 0
    return Decision(
        CaseLead(cmd.case_id, cmd.unit, None, cmd.place, Standing.IN_HAND, cmd.heard, version=version)
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
    standing = Standing.DONE if cmd.done else Standing.BETWEEN_UNITS
    return Decision(replace(lead, standing=standing, heard=cmd.heard))
