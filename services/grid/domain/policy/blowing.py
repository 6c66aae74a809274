"""吹哨: who may blow, on what, for whom; and until when each department owes what."""

from datetime import datetime

from services.grid.domain.case_lead import CaseLead, Standing
from services.grid.domain.commands import Blow
from services.grid.domain.errors import (
    CaseNotInHand,
    DepartmentRefused,
    DepartmentsMiscounted,
    ForeignCase,
    MayNotBlow,
    UnknownCase,
)
from services.grid.domain.model import Call, Site, Whistle
from services.grid.domain.policy.sites import require_site
from shared.city.city import City
from shared.city.units import Units
from shared.events.grid import Called, WhistleBlown
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import UnitLevel

MOST_DEPARTMENTS = 12
BLOWERS = frozenset({UnitLevel.STREET, UnitLevel.COMMUNITY})
CALLABLE = frozenset({UnitLevel.DEPARTMENT, UnitLevel.UTILITY})


def blow(cmd: Blow, lead: CaseLead | None, *, city: City, at: datetime) -> Decision[Whistle]:
    """吹哨 on a case or alone. Each department gets its own limits, all counted from the whistle."""
    if cmd.by not in city.units or city.units.get(cmd.by).level not in BLOWERS:
        raise MayNotBlow(cmd.by)
    if cmd.case_id is not None:
        _require_case(cmd.case_id, lead, cmd.by, city.units)
    _require_departments(cmd.departments, cmd.by, city.units)
    whistle = Whistle(
        whistle_id=cmd.whistle_id,
        kind=cmd.kind,
        blown_by=cmd.by,
        case_id=cmd.case_id,
        site=_site(cmd, lead, city),
        reason=cmd.reason,
        departments=_calls(cmd, city, at),
        blown_at=at,
    )
    return Decision(whistle, (_blown(whistle),))


def _require_case(case_id: CaseId, lead: CaseLead | None, by: UnitCode, units: Units) -> None:
    if lead is None:
        raise UnknownCase(case_id)
    if not lead.may_blow(by, units):
        raise ForeignCase(case_id, by)
    if lead.standing is not Standing.IN_HAND:
        raise CaseNotInHand(case_id, lead.standing)


def _require_departments(named: tuple[UnitCode, ...], by: UnitCode, units: Units) -> None:
    if not 1 <= len(named) <= MOST_DEPARTMENTS:
        raise DepartmentsMiscounted(len(named), MOST_DEPARTMENTS)
    for index, unit in enumerate(named):
        if unit in named[:index]:
            raise DepartmentRefused(index, unit, "is named twice")
        if unit == by:
            raise DepartmentRefused(index, unit, "is the blower itself")
        if unit not in units:
            raise DepartmentRefused(index, unit, "is no unit of the directory")
        if units.get(unit).level not in CALLABLE:
            raise DepartmentRefused(index, unit, f"is a {units.get(unit).level}, not a department")


def _site(cmd: Blow, lead: CaseLead | None, city: City) -> Site:
    site = cmd.site or Site(unit=lead.place if lead and cmd.case_id else None)
    require_site(site, city, field="site")
    return site


def _calls(cmd: Blow, city: City, at: datetime) -> tuple[Call, ...]:
    limits, deadline = city.policy.whistle, city.calendar.deadline
    sign_by, contact_by = deadline(at, limits.sign), deadline(at, limits.contact)
    report_in_by = deadline(at, limits.report_in.of(cmd.kind))
    return tuple(Call(unit, sign_by, contact_by, report_in_by) for unit in cmd.departments)


def _blown(whistle: Whistle) -> WhistleBlown:
    departments = tuple(
        Called(
            unit=call.unit,
            sign_by=call.sign_by,
            contact_by=call.contact_by,
            report_in_by=call.report_in_by,
        )
        for call in whistle.departments
    )
    return WhistleBlown(
        **whistle.about(kind=whistle.kind, blown_by=whistle.blown_by, departments=departments)
    )
