"""Survey's reads."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.domain.errors import NothingAsked, UnknownCallback
from services.survey.domain.model import RoundState, Survey
from services.survey.store import tables
from services.survey.store.repository import SurveyRepository
from shared.kernel.ids import CallbackId, CaseId

Position = tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class CallbackRow:
    """A line of the worklist."""

    callback_id: UUID
    case_id: UUID
    number: int
    state: str
    due_at: datetime
    attempts: int
    claimed_until: datetime | None
    doubtful: bool
    by_phone: bool
    promised: bool


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message that was handed over."""

    callback_id: UUID
    case_id: UUID
    kind: str
    state: str
    sent_at: datetime
    language: str | None


async def worklist(
    connection: AsyncConnection,
    *,
    kind: str | None,
    state: RoundState,
    due_before: datetime | None,
    case_id: UUID | None,
    held: tuple[str, datetime] | None,
    after: Position,
    limit: int,
) -> list[CallbackRow]:
    """Rounds in a state, the longest due first; with `held` those this caller has in hand at that moment.
    `kind` None: checks too.
    """
    if held is not None and state is not RoundState.SCHEDULED:
        # In nobody's hand: without a row to be found, all there ever were would be looked through.
        return []
    c = tables.CALLBACKS.c
    picked = select(*(c[field.name] for field in fields(CallbackRow)))
    query = picked.where(c.state == state).order_by(c.due_at, c.callback_id).limit(limit)
    if kind is not None:
        query = query.where(c.kind == kind)
    if due_before is not None:
        query = query.where(c.due_at <= due_before)
    if case_id is not None:
        query = query.where(c.case_id == case_id)
    if held is not None:
        by, at = held
        query = query.where(c.claimed_by == by, c.claimed_until > at)
    if after is not None:
        query = query.where(tuple_(c.due_at, c.callback_id) > tuple_(*after))
    return [CallbackRow(*row) for row in await connection.execute(query)]


async def survey_of(connection: AsyncConnection, callback_id: CallbackId) -> Survey:
    """The case of a round as it is now, without a lock. Raises `UnknownCallback`."""
    case_id = select(tables.CALLBACKS.c.case_id).where(tables.CALLBACKS.c.callback_id == callback_id)
    query: Select[Any] = select(tables.SURVEYS).where(tables.SURVEYS.c.case_id == case_id.scalar_subquery())
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise UnknownCallback(callback_id)
    return SurveyRepository.read(row)


async def survey_asked(connection: AsyncConnection, case_id: CaseId) -> Survey:
    """A case as it is now, without a lock. Raises `NothingAsked` for one nobody knows."""
    query: Select[Any] = select(tables.SURVEYS).where(tables.SURVEYS.c.case_id == case_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise NothingAsked
    return SurveyRepository.read(row)


async def messages(connection: AsyncConnection, *, after: Position, limit: int) -> list[MessageRow]:
    """What was handed over, newest first."""
    sent, callbacks, surveys = tables.MESSAGES.c, tables.CALLBACKS.c, tables.SURVEYS.c
    query = (
        select(sent.callback_id, callbacks.case_id, sent.kind, sent.state, sent.sent_at, surveys.language)
        .join_from(tables.MESSAGES, tables.CALLBACKS, callbacks.callback_id == sent.callback_id)
        .join(tables.SURVEYS, surveys.case_id == callbacks.case_id)
        .where(sent.sent_at.is_not(None))
        .order_by(sent.sent_at.desc(), sent.callback_id.desc(), sent.kind.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(sent.sent_at, sent.callback_id, sent.kind) < tuple_(*after))
    return [MessageRow(*row) for row in await connection.execute(query)]
