"""联席会商: what was settled at one table, what router made of it, and the commands."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import CaseId, ConferenceId, EventId, UnitCode
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


class DivisionOutcome(StrEnum):
    """What router made of a division."""

    PENDING = "pending"
    TAKEN_OVER = "taken_over"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Division:
    """What was asked of router with a conference, and its answer; the conference itself never changes."""

    asked_by: EventId
    """The fact that said it; whatever answers it names that."""
    conference_id: ConferenceId
    outcome: DivisionOutcome = DivisionOutcome.PENDING
    reason: str | None = None
    """The refusal's name."""
    refused_in: str | None = None
    """The case's state then."""
    answered_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class SettleDivision:
    """Router answered what a fact had asked; whether that fact was a conference is ours to know."""

    asked_by: EventId
    outcome: DivisionOutcome
    at: datetime
    """When it was decided there."""
    reason: str | None = None
    refused_in: str | None = None


def place_of(conference_id: ConferenceId) -> str:
    """What the sealed minutes are bound to."""
    return f"conference.minutes:{conference_id}"
