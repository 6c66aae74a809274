"""诉求 as intake knows it: what came in, and a copy of where router says it stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.intake.domain.codes import TrackingNumber
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, UnitCode
from shared.kernel.words import Channel, Kind
from shared.lifecycle.case import CaseState

ENDED = frozenset({CaseState.CLOSED, CaseState.DECLINED, CaseState.WITHDRAWN})
"""From these no move leads on."""
MOST_WRONG_CODES = 10
WRONG_CODES_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Case:
    """A registered request: its words sealed, its access code a keyed hash, its contact elsewhere."""

    case_id: CaseId
    tracking_number: TrackingNumber
    access_hash: str
    channel: Channel
    kind: Kind
    category: CategoryCode | None
    sealed_words: str
    has_phone: bool
    confidential: bool
    anonymous: bool
    proactive: bool
    linked_case_id: CaseId | None
    registered_at: datetime
    incident_id: IncidentId | None = None
    """The grid's incident it was registered for."""
    status: CaseState = CaseState.REGISTERED
    """A copy: router alone writes the status."""
    status_at: datetime | None = None
    unit: UnitCode | None = None
    merged_into: CaseId | None = None
    """并案: the case it is handled with."""
    promised_at: datetime | None = None
    anonymised_at: datetime | None = None
    """Since when nobody can be told any more who asked, nor in which words."""
    router_sequence: int = 0
    """How far router's facts about this case were heard; what comes again below it changes nothing."""
    version: int = 0


class Proof(StrEnum):
    """核实方式: how it was made sure that who wishes to be forgotten is the case's citizen."""

    CALLED_BACK = "called_back"
    """The phone that lies with the case was rung, and the citizen answered."""
    PAPERS = "papers"
    """证件: shown in person, or with a wish in writing."""
    CODE_TOLD = "code_told"
    """Number and access code were told: all that an anonymous citizen has."""


@dataclass(frozen=True, slots=True)
class Anonymisation:
    """匿名化, written down: what was removed of a case, and by which rule. Never changed."""

    case_id: CaseId
    ended_at: datetime
    at: datetime
    after_days: int
    """The policy's; 0 at the citizen's wish."""
    contact: bool
    """Whether there was one."""
    attachments: int
    clerk: str | None = None
    """Who did it at the citizen's wish; None: the clock did."""
    checked: Proof | None = None


@dataclass(frozen=True, slots=True)
class WrongCodes:
    """How often somebody tried a tracking number with a wrong access code since the first of them.

    Only they wait: else whoever knows a number could keep its citizen out. A code has 50 random bits: ten
    tries in a quarter of an hour from each of a million networks have tried all of them in 3,000 years.
    """

    tracking_number: TrackingNumber
    origin: str
    """Who tries, as a keyed hash."""
    count: int
    since: datetime

    def blocked_until(self, *, at: datetime) -> datetime | None:
        """When the next try is heard, if it is not heard now."""
        ends = self.since + WRONG_CODES_WINDOW
        return ends if self.count >= MOST_WRONG_CODES and at < ends else None
