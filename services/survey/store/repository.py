"""Survey's aggregates as rows, and the work that opens on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.domain.errors import UnknownCallback
from services.survey.domain.model import Round, RoundState, Survey
from services.survey.store import tables
from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.ids import CallbackId, CaseId
from shared.store.bulk import Row
from shared.store.repository import Repository
from shared.store.work import Work


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
        due = (c.state == RoundState.SCHEDULED) & (c.due_at <= at) & c.link_until.is_(None)
        picked = select(c.case_id, c.callback_id).where(due).order_by(c.due_at, c.callback_id)
        rows = await self._work.connection.execute(picked.limit(limit))
        found = [(CaseId(case_id), CallbackId(callback_id)) for case_id, callback_id in rows]
        await self.preload(case_id for case_id, _ in found)
        return found

    def projections(self, aggregate: Survey) -> Iterable[tuple[Table, Row]]:
        return [(tables.CALLBACKS, _worklist_row(aggregate.case_id, one)) for one in aggregate.rounds]


class MessageRepository:
    """The embedded provider: a message is a row, written with the state that asked for it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def send_links(self, callback_ids: Sequence[CallbackId], *, at: datetime) -> None:
        rows = [{"callback_id": one, "sent_at": at} for one in callback_ids]
        if rows:
            await self._connection.execute(insert(tables.MESSAGES).on_conflict_do_nothing(), rows)


class SurveyWork(Work):
    """One knock at survey's desk."""

    SOURCE = "survey"
    METADATA = tables.METADATA

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.surveys = SurveyRepository(self)
        self.messages = MessageRepository(connection)


def _worklist_row(case_id: CaseId, one: Round) -> Row:
    return {
        "callback_id": one.callback_id,
        "case_id": case_id,
        "number": one.number,
        "state": one.state,
        "due_at": one.due_at,
        "attempts": len(one.attempts),
        "claimed_by": one.claim.by if one.claim else None,
        "claimed_until": one.claim.until if one.claim else None,
        "link_until": one.link_until,
    }
