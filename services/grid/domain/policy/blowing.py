"""吹哨: who may blow, on what, for whom; who is asked first; and until when each department owes what."""

from dataclasses import replace
from datetime import datetime

from services.grid.domain.case_lead import CaseLead, require_in_hand
from services.grid.domain.commands import Approve, Blow, Refuse
from services.grid.domain.errors import (
    DepartmentRefused,
    DepartmentsMiscounted,
    MayNotBlow,
    NotTheApprover,
)
from services.grid.domain.lifecycle import WHISTLE_LIFE
from services.grid.domain.model import Approval, Call, Site, Whistle
from services.grid.domain.policy.parties import require_sight
from services.grid.domain.policy.sites import require_site
from shared.city.city import City
from shared.city.units import Units
from shared.events.grid import Called, WhistleBlown, WhistleDropped, WhistleProposed
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import Blower, UnitLevel, WhistleKind

MOST_DEPARTMENTS = 12
LEVELS = {UnitLevel.STREET: Blower.STREET, UnitLevel.COMMUNITY: Blower.COMMUNITY}
CALLABLE = frozenset({UnitLevel.DEPARTMENT, UnitLevel.UTILITY})


def blow(cmd: Blow, lead: CaseLead | None, *, city: City, at: datetime) -> Decision[Whistle]:
    """吹哨 on a case or alone. Where the policy has the unit above asked first, no department hears of it."""
    blower = _blower(cmd, city)
    if cmd.case_id is not None:
        require_in_hand(cmd.case_id, lead, cmd.by, city.units)
    _require_departments(cmd.departments, cmd.by, city.units)
    district = city.units.district_of(cmd.by)
    whistle = Whistle(
        whistle_id=cmd.whistle_id,
        kind=cmd.kind,
        blown_by=cmd.by,
        case_id=cmd.case_id,
        site=_site(cmd, lead, city),
        reason=cmd.reason,
        departments=_calls(cmd.departments, cmd.kind, city, at),
        blown_at=at,
        state=WHISTLE_LIFE.first,
        blower=blower,
        district=UnitCode(district) if district else None,
    )
    approver = _approver(cmd, blower, city)
    if approver is None:
        return _blown(whistle)
    waiting = replace(whistle, approval=Approval(approver, at))
    asked = whistle.about(kind=cmd.kind, blown_by=cmd.by, blower=blower, approver=approver)
    return Decision(waiting, (WhistleProposed(**asked),))


def approve(
    whistle: Whistle, cmd: Approve, lead: CaseLead | None, *, city: City, at: datetime
) -> Decision[Whistle]:
    """批准: departments are called now, if they and the case still can be; their limits run from here."""
    approval = _asked(whistle, cmd.by, city.units)
    WHISTLE_LIFE.fire("blow", whistle.state)
    if whistle.case_id is not None:
        require_in_hand(whistle.case_id, lead, whistle.blown_by, city.units)
    named = tuple(call.unit for call in whistle.departments)
    _require_departments(named, whistle.blown_by, city.units)
    granted = replace(approval, decided_at=at, granted=True)
    calls = _calls(named, whistle.kind, city, at)
    return _blown(replace(whistle, approval=granted, departments=calls, blown_at=at))


def refuse(whistle: Whistle, cmd: Refuse, *, units: Units, at: datetime) -> Decision[Whistle]:
    """不批: it ends, and why is for the blower to read."""
    approval = _asked(whistle, cmd.by, units)
    after = WHISTLE_LIFE.fire("refuse", whistle.state)
    denied = replace(approval, decided_at=at, granted=False, reason=cmd.reason)
    ended = replace(whistle, state=after, ended_at=at, approval=denied)
    return Decision(ended, (WhistleDropped(**whistle.about(refused_by=cmd.by)),))


def _blower(cmd: Blow, city: City) -> Blower:
    """As whom it is blown. Raises `MayNotBlow`."""
    blowers = city.policy.whistle.blown_by.of(cmd.kind)
    level = LEVELS.get(city.units.get(cmd.by).level) if cmd.by in city.units else None
    blower = Blower.GRID if level is not None and cmd.from_grid else level
    if blower is None or blower not in blowers:
        raise MayNotBlow(cmd.by, cmd.kind, blowers)
    return blower


def _approver(cmd: Blow, blower: Blower, city: City) -> UnitCode | None:
    """Who is asked first: the street; of a street's own whistle its district. None: nobody."""
    if blower not in city.policy.whistle.approval.of(cmd.kind):
        return None
    units = city.units
    above = units.district_of(cmd.by) if blower is Blower.STREET else units.street_of(cmd.by)
    return UnitCode(above) if above else None


def _asked(whistle: Whistle, by: UnitCode, units: Units) -> Approval:
    """The approval that this unit, or one it answers for, is asked for.

    Raises `UnknownWhistle`, `NotTheApprover`.
    """
    require_sight(whistle, by, units)
    approval = whistle.approval
    if approval is None or not units.answers_for(by, approval.by):
        raise NotTheApprover(by, approval.by if approval else None)
    return approval


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


def _calls(named: tuple[UnitCode, ...], kind: WhistleKind, city: City, at: datetime) -> tuple[Call, ...]:
    """Each department's own limits, all counted from one instant."""
    limits, deadline = city.policy.whistle, city.calendar.deadline
    sign_by, contact_by = deadline(at, limits.sign), deadline(at, limits.contact)
    report_in_by = deadline(at, limits.report_in.of(kind))
    return tuple(Call(unit, sign_by, contact_by, report_in_by) for unit in named)


def _blown(whistle: Whistle) -> Decision[Whistle]:
    departments = tuple(
        Called(
            unit=call.unit,
            sign_by=call.sign_by,
            contact_by=call.contact_by,
            report_in_by=call.report_in_by,
        )
        for call in whistle.departments
    )
    said = whistle.about(
        kind=whistle.kind,
        blown_by=whistle.blown_by,
        departments=departments,
        blower=whistle.blower,
        approved_by=whistle.approval.by if whistle.approval else None,
    )
    opened = replace(whistle, state=WHISTLE_LIFE.fire("blow", whistle.state))
    return Decision(opened, (WhistleBlown(**said),))
