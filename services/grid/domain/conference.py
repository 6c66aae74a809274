"""联席会商: who is responsible for what was settled at one table, and the command to record it."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.ids import CaseId, ConferenceId, UnitCode
from shared.kernel.words import Share


@dataclass(frozen=True, slots=True)
class Seated:
    """A unit at the table, and the part it takes."""

    unit: UnitCode
    share: Share


@dataclass(frozen=True, slots=True)
class Conference:
    """One conference; its minutes are signed, so it never changes."""

    conference_id: ConferenceId
    case_id: CaseId
    called_by: UnitCode | None
    """None: the dispatchers' desk."""
    parties: tuple[Seated, ...]
    sealed_minutes: str
    minutes_hash: str
    held_at: datetime
    recorded_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class HoldConference:
    """The table has risen; `by` is None for the dispatchers' desk."""

    conference_id: ConferenceId
    by: UnitCode | None
    case_id: CaseId
    parties: tuple[Seated, ...]
    minutes: str = field(repr=False)
    held_at: datetime | None
    """None: at this moment."""


def place_of(conference_id: ConferenceId) -> str:
    """What the sealed minutes are bound to."""
    return f"conference.minutes:{conference_id}"
