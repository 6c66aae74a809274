"""How a whistle ends: closed when every department is scored, or taken back before anybody came."""

from dataclasses import replace
from datetime import datetime

from services.grid.domain.commands import Cancel, Close
from services.grid.domain.errors import NotAllScored, SomebodyReportedIn
from services.grid.domain.lifecycle import WHISTLE_LIFE, CallState, WhistleState
from services.grid.domain.model import Whistle
from services.grid.domain.policy.overdue import expire
from services.grid.domain.policy.parties import require_blower
from shared.city.units import Units
from shared.events.grid import WhistleCancelled, WhistleClosed, WhistleDropped
from shared.kernel.decision import Decision


def close(whistle: Whistle, cmd: Close, *, units: Units, at: datetime) -> Decision[Whistle]:
    """消哨: the blower's last word."""
    require_blower(whistle, cmd.by, units)
    after = WHISTLE_LIFE.fire("close", whistle.state)
    waiting = tuple(call.unit for call in whistle.departments if call.state is not CallState.SCORED)
    if waiting:
        raise NotAllScored(waiting)
    return Decision(replace(whistle, state=after, ended_at=at), (WhistleClosed(**whistle.about()),))


def cancel(whistle: Whistle, cmd: Cancel, *, units: Units, at: datetime) -> Decision[Whistle]:
    """撤哨: only while nobody has come for nothing. Before departments heard of it, it was never blown."""
    require_blower(whistle, cmd.by, units)
    if whistle.state is WhistleState.PROPOSED:
        after = WHISTLE_LIFE.fire("withdraw", whistle.state)
        ended = replace(whistle, state=after, ended_at=at, cancel_reason=cmd.reason)
        return Decision(ended, (WhistleDropped(**whistle.about(refused_by=None)),))
    after = WHISTLE_LIFE.fire("cancel", whistle.state)
    there = tuple(call.unit for call in whistle.departments if call.reported_in_at is not None)
    if there:
        raise SomebodyReportedIn(there)
    rung = expire(whistle, at=at)
    ended = replace(rung.state, state=after, ended_at=at, cancel_reason=cmd.reason)
    return Decision(ended, (*rung.facts, WhistleCancelled(**whistle.about())))
