"""超期: a step over its limit is told once, by whichever comes first: the clock or the next move."""

from dataclasses import replace
from datetime import datetime

from services.grid.domain.lifecycle import CALL_LIFE, WHISTLE_LIFE, WhistleState
from services.grid.domain.model import Whistle
from shared.events.grid import WhistleOverdue
from shared.kernel.decision import Decision


def expire(whistle: Whistle, *, at: datetime) -> Decision[Whistle]:
    """Tell every step that ran over; no facts when none did.

    Moves begin with this too. So what is told does not hang on how often the clock rings, and a department
    that comes late is still told as late.
    """
    facts: list[WhistleOverdue] = []
    if whistle.state is not WhistleState.OPEN:
        return Decision(whistle)
    for call in whistle.departments:
        for step in call.overdue(at):
            WHISTLE_LIFE.fire("expire", whistle.state)
            CALL_LIFE.fire("expire", call.state)
            said = whistle.about(unit=call.unit, step=step, district=whistle.district)
            facts.append(WhistleOverdue(**said))
        whistle = whistle.with_call(replace(call, late=(*call.late, *call.overdue(at))))
    return Decision(whistle, tuple(facts))
