"""Reads: the public timeline of one case, the desk's list, who read contacts. No personal data."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.contact import ContactReading, Purpose
from services.intake.domain.model import Case
from services.intake.domain.timeline import Note
from services.intake.store.tables import CASES, CONTACT_READINGS, TIMELINE
from shared.kernel.ids import CaseId, CategoryCode, UnitCode
from shared.kernel.words import Channel, Kind
from shared.lifecycle.case import CaseState
from shared.store.shape import Shape

LONGEST_TIMELINE = 500
"""Lines shown of one case, the newest: a case urged every day for years must not cost seconds."""


@dataclass(frozen=True, slots=True)
class DeskCase:
    """A case as the desk's list shows it: what it is and where it stands, not what was said or by whom."""

    case_id: CaseId
    tracking_number: TrackingNumber
    channel: Channel
    kind: Kind
    category: CategoryCode | None
    status: CaseState
    unit: UnitCode | None
    promised_at: datetime | None
    registered_at: datetime
    has_phone: bool
    confidential: bool
    anonymous: bool
    proactive: bool
    linked_case_id: CaseId | None


@dataclass(frozen=True, slots=True)
class DeskQuestion:
    """What the desk asks for; None = all."""

    status: CaseState | None = None
    channel: Channel | None = None
    kind: Kind | None = None
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class ReadingsQuestion:
    """What a reader of the audit asks for; None = all. `until` itself is not in it."""

    case_id: CaseId | None = None
    reader: str | None = None
    purpose: Purpose | None = None
    since: datetime | None = None
    until: datetime | None = None


Leaders = Mapping[CaseId, tuple[UnitCode | None, datetime | None]]
"""By case: who handles it, and until when that is promised."""
DESK, LINES = Shape(DeskCase, CASES), Shape(Note, TIMELINE)
READINGS = Shape(ContactReading, CONTACT_READINGS)


async def timeline(connection: AsyncConnection, case_id: CaseId) -> tuple[Note, ...]:
    """A case's lines, the oldest first."""
    asked = (
        select(*(TIMELINE.c[name] for name in LINES.names))
        .where(TIMELINE.c.case_id == case_id)
        .order_by(TIMELINE.c.seq.desc())
    )
    found = await connection.execute(asked.limit(LONGEST_TIMELINE))
    return tuple(LINES.from_row(row) for row in reversed(found.mappings().all()))


async def leaders_of(connection: AsyncConnection, merged_into: Collection[CaseId]) -> Leaders:
    """并案: of each case that others go with, the unit that handles it, and until when it is promised."""
    c = CASES.c
    first = select(c.case_id.label("asked"), c.case_id, c.merged_into).where(c.case_id.in_(merged_into))
    way = first.cte("way", recursive=True)
    way = way.union(select(way.c.asked, c.case_id, c.merged_into).where(c.case_id == way.c.merged_into))
    last = select(way.c.asked, c.unit, c.promised_at).join_from(way, CASES, c.case_id == way.c.case_id)
    rows = await connection.execute(last.where(way.c.merged_into.is_(None)))
    return {CaseId(row.asked): (row.unit, row.promised_at) for row in rows}


async def as_handled(connection: AsyncConnection, cases: Sequence[Case]) -> list[Case]:
    """并案: whoever joined another's case waits for the unit that has that one."""
    merged_into = {case.merged_into for case in cases if case.merged_into is not None}
    found = await leaders_of(connection, merged_into) if merged_into else {}
    return [_as_led(case, found) for case in cases]


def _as_led(case: Case, found: Leaders) -> Case:
    if case.merged_into is None:
        return case
    unit, promised_at = found.get(case.merged_into, (None, None))
    return replace(case, unit=unit, promised_at=promised_at)


async def desk(
    connection: AsyncConnection, question: DeskQuestion, *, after: UUID | None, limit: int
) -> Sequence[DeskCase]:
    """Cases, the newest first, beginning after one."""
    asked = select(*(CASES.c[name] for name in DESK.names)).order_by(CASES.c.case_id.desc()).limit(limit)
    for name in ("status", "channel", "kind", "unit"):
        value = getattr(question, name)
        asked = asked.where(CASES.c[name] == value) if value is not None else asked
    if after is not None:
        asked = asked.where(CASES.c.case_id < after)
    return [DESK.from_row(row) for row in (await connection.execute(asked)).mappings()]


async def readings(
    connection: AsyncConnection,
    question: ReadingsQuestion,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[ContactReading]:
    """Who read contacts, the newest first."""
    c = CONTACT_READINGS.c
    asked: Select[Any] = select(CONTACT_READINGS).order_by(c.at.desc(), c.reading_id.desc()).limit(limit)
    for name in ("case_id", "reader", "purpose"):
        value = getattr(question, name)
        asked = asked.where(c[name] == value) if value is not None else asked
    if question.since is not None:
        asked = asked.where(c.at >= question.since)
    if question.until is not None:
        asked = asked.where(c.at < question.until)
    if after is not None:
        asked = asked.where(after > tuple_(c.at, c.reading_id))
    return [READINGS.from_row(row) for row in (await connection.execute(asked)).mappings()]
