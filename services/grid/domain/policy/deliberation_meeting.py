"""议: the five sides, their placards, and when a vote decides.

More than half of those entitled must be there, and more than half of those present must want the same option:
so the law on residents' committees has it for residents' meetings.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.grid.domain.deliberation import Deliberation, Meeting, OptionStanding, Seat, Side, Vote
from services.grid.domain.deliberation_commands import Meet
from services.grid.domain.deliberation_errors import (
    HeldTooLongAgo,
    MorePresentThanEntitled,
    NotHeldYet,
    PlacardsTwice,
    SeatsMiscounted,
    TooManyPlacards,
)
from services.grid.domain.lifecycle import DELIBERATION_LIFE
from services.grid.domain.policy.deliberation import on_table, require_own, require_room, with_options
from shared.city.units import Units
from shared.events.grid import DeliberationMet
from shared.kernel.decision import Decision

MOST_MEETINGS = 50
OLDEST_YEARS = 10
"""How old minutes may be that are written down now. Ours."""


def meet(
    deliberation: Deliberation, cmd: Meet, sealed_minutes: str, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """A meeting with its minutes. A vote without quorum or majority is kept and decides nothing."""
    require_own(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("meet", deliberation.state)
    number = require_room(deliberation.meetings, "meetings", MOST_MEETINGS)
    _require_seats(cmd.seats)
    require_held(cmd.held_at, at=at)
    meeting = Meeting(number, cmd.held_at, cmd.seats, sealed_minutes, cmd.vote)
    if cmd.vote is not None:
        _require_counted(deliberation, cmd.vote, meeting.present)
    return _after(deliberation, meeting)


def require_held(held_at: datetime, *, at: datetime) -> None:
    """Raise for what was not held yet, or in no year anybody remembers: near the calendar's beginning a time
    cannot be kept, and what is kept cannot be read.
    """
    if held_at > at:
        raise NotHeldYet
    if at - held_at > timedelta(days=366 * OLDEST_YEARS):
        raise HeldTooLongAgo(OLDEST_YEARS)


def _after(deliberation: Deliberation, meeting: Meeting) -> Decision[Deliberation]:
    adopted = meeting.adopted
    after = DELIBERATION_LIFE.fire("meet" if adopted is None else "adopt", deliberation.state)
    met = replace(deliberation, meetings=(*deliberation.meetings, meeting), state=after)
    if adopted is not None:
        met = with_options(met, replace(on_table(met, adopted), standing=OptionStanding.ADOPTED))
    said = DeliberationMet(
        **met.about(
            meeting=meeting.number,
            present=meeting.present,
            placards=meeting.vote.raised if meeting.vote else None,
            quorate=meeting.quorate,
            adopted=adopted is not None,
        )
    )
    return Decision(met, (said,))


def _require_seats(seats: tuple[Seat, ...]) -> None:
    if sorted(seat.side for seat in seats) != sorted(Side):
        raise SeatsMiscounted


def _require_counted(deliberation: Deliberation, vote: Vote, present: int) -> None:
    """Every placard stands for an option on the table and for somebody who was there."""
    counted: set[int] = set()
    for each in vote.placards:
        if each.option in counted:
            raise PlacardsTwice(each.option)
        counted.add(on_table(deliberation, each.option).number)
    if vote.raised > present:
        raise TooManyPlacards(vote.raised, present)
    if present > vote.entitled:
        raise MorePresentThanEntitled(present, vote.entitled)
