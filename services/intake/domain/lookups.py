"""来电查询: a clerk finds a caller's cases by the phone, and gives a new code for one. Pure; `at` comes last.

A phone is no person: it is lent, shared and passed on. So a clerk finds by it only what is not confidential,
says how the caller was checked before a code is given, and all of it is written down and bounded.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.contact import SealedContact
from services.intake.domain.errors import TooManyLookups
from shared.kernel.ids import CaseId

DAY = timedelta(hours=24)
MOST_SEARCHES = 200
"""Of one clerk within 24 hours (ours): more callers than one person speaks to."""
MOST_CODES = 50
"""Given by one clerk within 24 hours (ours)."""
MOST_CODES_OF_A_CASE = 3
"""Within 24 hours (ours)."""
MOST_REFUSED = 20
"""Codes refused to one clerk within 24 hours (ours): whoever tries out whose case it is comes no further."""
MOST_REFUSED_OF_A_CASE = 5
"""The same of one case, whichever clerks try."""


class Act(StrEnum):
    """What a clerk did."""

    SEARCH = "search"
    NEW_CODE = "new_code"


class LookupPurpose(StrEnum):
    """查询目的: what the caller wants."""

    INQUIRY = "inquiry"
    """询问进度: where the own request stands."""
    LOST_NUMBER = "lost_number"
    LOST_CODE = "lost_code"
    CODE_KNOWN = "code_known"
    """Somebody else knows the code."""


class Check(StrEnum):
    """核实方式: how the clerk made sure who is calling."""

    CALLED_BACK = "called_back"
    """The clerk rang the phone, and the citizen answered."""
    NUMBER_SHOWN = "number_shown"
    """The phone was shown as the caller's, which can be forged."""
    MATTER_TOLD = "matter_told"
    """The caller told what the request is about, and when it was made."""


class Refused(StrEnum):
    """Why no code was given."""

    NOT_THIS_CALLER = "not_this_caller"
    """The case is another phone's, or there is none of this number."""
    NOBODY_TO_CHECK = "nobody_to_check"
    """Anonymous, or without a phone: nothing tells who may have it."""
    CALL_BACK_FIRST = "call_back_first"
    """保密: more is asked than that somebody knows number and phone."""
    ANONYMISED = "anonymised"


@dataclass(frozen=True, slots=True)
class Search:
    """Find this phone's cases."""

    lookup_id: UUID
    clerk: str
    purpose: LookupPurpose
    phone: str = field(repr=False)
    after: CaseId | None
    limit: int


@dataclass(frozen=True, slots=True)
class GiveCode:
    """补发查询码: a new code for this case of this phone."""

    lookup_id: UUID
    clerk: str
    purpose: LookupPurpose
    checked: Check
    tracking_number: TrackingNumber
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lookup:
    """查询记录: who looked, what for, and which cases were shown. Never changed; the phone is not in it."""

    lookup_id: UUID
    clerk: str
    act: Act
    purpose: LookupPurpose
    at: datetime
    case_ids: tuple[CaseId, ...]
    """Those that were shown; or the one that a code was asked for."""
    checked: Check | None = None
    refused: Refused | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """How often something was done within the last 24 hours."""

    times: int
    since: datetime | None
    """The first of those."""


def check(before: Before, most: int, *, at: datetime) -> None:
    """Whether it may be done once more. Raises `TooManyLookups`."""
    if before.times >= most:
        raise TooManyLookups(most, until=(before.since or at) + DAY, at=at)


def refused(contact: SealedContact | None, phone_index: str, checked: Check) -> Refused | None:
    """Why this caller is given no code for the case of this contact; None: it is given.

    Whether the phone is the right one is told last: of a confidential case nobody learns it before a call.
    """
    if contact is not None and contact.anonymised_at is not None:
        return Refused.ANONYMISED
    if contact is None or contact.phone_index is None:
        return Refused.NOBODY_TO_CHECK
    if contact.confidential and checked is not Check.CALLED_BACK:
        return Refused.CALL_BACK_FIRST
    return None if contact.phone_index == phone_index else Refused.NOT_THIS_CALLER
