"""联席会商: who may record one, and for which case. Router decides whether the division stands."""

import hashlib
from datetime import datetime

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.conference import (
    Conference,
    Division,
    DivisionOutcome,
    HoldConference,
    Seated,
    SettleDivision,
)
from services.grid.domain.deliberation_errors import (
    CaseIsOver,
    MayNotConfer,
    MinutesMissing,
    OneLeadAtTable,
    PartiesMiscounted,
    UnitRefused,
    UnknownConference,
)
from services.grid.domain.errors import UnknownCase
from services.grid.domain.policy.deliberation_meeting import require_held
from shared.city.units import Units
from shared.events.grid import ConferenceHeld, Party
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import Share, UnitLevel

MOST_PARTIES = 20


def hold(
    cmd: HoldConference, lead: CaseLead | None, sealed_minutes: str, *, units: Units, at: datetime
) -> Decision[Conference]:
    """The division as it was settled; also while a return waits, for that is when one is needed."""
    if lead is None:
        raise UnknownCase(cmd.case_id)
    _require_street(cmd, lead, units)
    if lead.standing is LeadStanding.DONE:
        raise CaseIsOver(cmd.case_id)
    _require_parties(cmd.parties, units)
    # Not stripped: the hash must be that of the minutes as they were signed.
    if not cmd.minutes.strip():
        raise MinutesMissing
    held_at = cmd.held_at or at
    require_held(held_at, at=at)
    digest = hashlib.sha256(cmd.minutes.encode()).hexdigest()
    held = Conference(
        cmd.conference_id, cmd.case_id, cmd.by, cmd.parties, sealed_minutes, digest, held_at, at
    )
    said = ConferenceHeld(
        case_id=cmd.case_id,
        conference_id=cmd.conference_id,
        parties=tuple(Party(unit=each.unit, share=each.share) for each in cmd.parties),
        minutes_hash=digest,
    )
    return Decision(held, (said,))


def settle(division: Division, cmd: SettleDivision) -> Decision[Division]:
    """The first answer stands: one that is told again, later than it was given, moves nothing."""
    if division.outcome is not DivisionOutcome.PENDING:
        return Decision(division)
    settled = replace(
        division,
        outcome=cmd.outcome,
        reason=cmd.reason,
        refused_in=cmd.refused_in,
        answered_at=cmd.at,
    )
    return Decision(settled)


def require_sight(conference: Conference, unit: UnitCode, units: Units) -> None:
    """Who sat at the table, who called it, and the units above them."""
    parties = [each.unit for each in conference.parties]
    seen_by = parties if conference.called_by is None else [*parties, conference.called_by]
    if not any(units.oversees(unit, code) for code in seen_by):
        raise UnknownConference(conference.conference_id)


def _require_street(cmd: HoldConference, lead: CaseLead, units: Units) -> None:
    """The desk may for every case; a street for those that are its own or lie in it."""
    if cmd.by is None:
        return
    known = cmd.by in units and units.get(cmd.by).level is UnitLevel.STREET
    lies_there = lead.place is not None and units.knows(lead.place) and units.is_within(lead.place, cmd.by)
    if not known or not (lies_there or lead.may_blow(cmd.by, units)):
        raise MayNotConfer(cmd.case_id, cmd.by)


def _require_parties(parties: tuple[Seated, ...], units: Units) -> None:
    if not 2 <= len({each.unit for each in parties}) == len(parties) <= MOST_PARTIES:
        raise PartiesMiscounted(MOST_PARTIES)
    for index, each in enumerate(parties):
        if each.unit not in units:
            raise UnitRefused(f"parties.{index}.unit", each.unit)
    leads = sum(1 for each in parties if each.share is Share.LEAD)
    if leads != 1:
        raise OneLeadAtTable(leads)
