"""Survey's aggregates as rows, and the work that opens on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.domain.errors import UnknownCallback
from services.survey.domain.model import Round, RoundState, Survey
from services.survey.domain.policy.calling import PROMISE
from services.survey.store import tables
from services.survey.store.equipment import Equipment
from services.survey.store.messages import MessageRepository, WebhookRepository
from services.survey.store.readings import ReadingRepository
from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.ids import CallbackId, CaseId
from shared.store.bulk import Row
from shared.store.locks import lock_names
from shared.store.repository import Repository
from shared.store.work import Work

ROUND, RECHECK = "round", "recheck"
# The case is locked, not the worklist's row: every change begins there, so nobody waits in a circle.
# By when it fell due: what was in a hand that did not call keeps its place before whoever came later.
NEXT = """
SELECT c.case_id, c.callback_id FROM callbacks c JOIN surveys s USING (case_id)
WHERE c.state = 'scheduled' AND c.by_phone AND c.due_at <= $1
    AND (c.claimed_until IS NULL OR c.claimed_until <= $1)
    AND c.not_by IS DISTINCT FROM $2 AND (c.passed_by = $2 AND c.passed_until > $1) IS NOT TRUE AND {which}
ORDER BY c.due_at, c.callback_id LIMIT $3 FOR UPDATE OF s SKIP LOCKED
"""
# Whoever was told when he would be called does not wait behind those who were not.
IN_TURN = (NEXT.format(which="c.promised"), NEXT.format(which="NOT c.promised"))


class SurveyRepository(Repository[CaseId, Survey]):
    """Cases with their rounds."""

    AGGREGATE = "survey"
    MODEL = Survey
    TABLE = tables.SURVEYS
    KEY = "case_id"

    async def with_callback(self, callback_id: CallbackId) -> Survey:
        where = tables.CALLBACKS.c.callback_id == callback_id
        case_id = await self._work.connection.scalar(select(tables.CALLBACKS.c.case_id).where(where))
        if case_id is None:
            raise UnknownCallback(callback_id)
        return await self.get(CaseId(case_id))

    async def without_link(self, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        c = tables.CALLBACKS.c
        owed = (c.kind == ROUND) & (c.state == RoundState.SCHEDULED) & c.link_until.is_(None)
        return await self._picked(owed & (c.due_at <= at), c.due_at, limit)

    async def expired(self, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        c = tables.CALLBACKS.c
        free = c.claimed_until.is_(None) | (c.claimed_until <= at)
        free &= ~c.promised | (c.due_at <= at - PROMISE)
        return await self._picked(
            (c.state == RoundState.SCHEDULED) & (c.link_until <= at) & free, c.link_until, limit
        )

    async def with_notes(self, before: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        c = tables.CALLBACKS.c
        return await self._picked(c.has_note & (c.ended_at <= before), c.ended_at, limit)

    async def next_for(self, by: str, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        rows: list[Any] = []
        for statement in IN_TURN:
            if len(rows) < limit:
                found = await self._work.connection.exec_driver_sql(statement, (at, by, limit - len(rows)))
                rows += found.all()
        await self.preload(CaseId(case_id) for case_id, _ in rows)
        return [(CaseId(case_id), CallbackId(callback_id)) for case_id, callback_id in rows]

    async def in_hand_of(self, by: str, at: datetime) -> Sequence[tuple[CaseId, CallbackId]]:
        c = tables.CALLBACKS.c
        mine = (c.claimed_by == by) & (c.claimed_until > at) & (c.due_at <= at) & c.by_phone
        held = mine & (c.state == RoundState.SCHEDULED)
        return await self._picked(held, c.claimed_until, 1)

    async def many_in_hand_of(self, by: str, at: datetime) -> int:
        # Locked before it is counted: two handfuls at once would each find room for itself.
        await lock_names(self._work.connection, [f"in_hand:{by}"])
        c = tables.CALLBACKS.c
        held = (c.state == RoundState.SCHEDULED) & (c.claimed_by == by) & (c.claimed_until > at)
        many = await self._work.connection.scalar(select(func.count()).where(held))
        return int(many or 0)

    async def _picked(
        self, where: ColumnElement[bool], order: ColumnElement[datetime], limit: int
    ) -> Sequence[tuple[CaseId, CallbackId]]:
        c = tables.CALLBACKS.c
        picked = select(c.case_id, c.callback_id).where(where).order_by(order, c.callback_id)
        rows = await self._work.connection.execute(picked.limit(limit))
        found = [(CaseId(case_id), CallbackId(callback_id)) for case_id, callback_id in rows]
        await self.preload(case_id for case_id, _ in found)
        return found

    def projections(self, aggregate: Survey) -> Iterable[tuple[Table, Row]]:
        for one in aggregate.calls:
            yield tables.CALLBACKS, _worklist_row(aggregate, one)
            for row in _attempt_rows(one):
                yield tables.ATTEMPTS, row


class SurveyWork(Work):
    """One knock at survey's desk."""

    SOURCE = "survey"
    METADATA = tables.METADATA
    equipment: Equipment

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.surveys = SurveyRepository(self)
        self.messages = MessageRepository(connection)
        self.readings = ReadingRepository(connection)
        self.webhooks = WebhookRepository(connection)


def _worklist_row(survey: Survey, one: Round) -> Row:
    claimed_until = one.claim.until if one.claim else None
    return {
        "callback_id": one.callback_id,
        "case_id": survey.case_id,
        "by_phone": survey.has_phone,
        "kind": _kind(one),
        "number": one.number,
        "state": one.state,
        "started_at": one.started_at,
        "due_at": one.due_at,
        "attempts": len(one.tries),
        "claimed_by": one.claim.by if one.claim else None,
        "claimed_until": claimed_until,
        "not_by": one.not_by,
        "link_until": one.link_until,
        # Where he would not be called again there was no doubt to keep: his answers counted as they were.
        "doubtful": one.doubt is not None or one.flagged,
        "tried_at": one.tries[0].at if one.tries else None,
        "reached": any(each.has_spoken for each in one.attempts),
        "channel": one.channel,
        "agrees": one.agrees,
        "ended_at": one.ended_at,
        "has_note": one.has_note,
        "promised": one.promised,
        "passed_by": one.passed_by,
        "passed_until": one.passed_until,
    }


def _attempt_rows(one: Round) -> Iterable[Row]:
    return (
        {
            "callback_id": one.callback_id,
            "number": number,
            "kind": _kind(one),
            "at": each.at,
            "channel": each.channel,
            "reached": each.reached,
            "by": each.by,
            "inbound": each.inbound,
        }
        for number, each in enumerate(one.attempts, 1)
    )


def _kind(one: Round) -> str:
    return ROUND if one.checks is None else RECHECK
