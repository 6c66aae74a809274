"""Messages as rows, and the gateway's events that were taken."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.domain.messages import EventKind, Message, MessageState
from services.survey.domain.model import RoundState
from services.survey.store import tables
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Language

UNSETTLED = (MessageState.QUEUED, MessageState.SENT)
FORGOTTEN_AT_ONCE = 5_000
KEEP = """
UPDATE messages AS m SET
    state = CASE WHEN m.state = 'queued' THEN t.state ELSE m.state END,
    next_at = t.next_at, tries = t.tries, sent_at = coalesce(m.sent_at, t.sent_at), reference = t.reference
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::int[], $6::timestamptz[], $7::text[]
) AS t(callback_id, kind, state, next_at, tries, sent_at, reference)
WHERE m.callback_id = t.callback_id AND m.kind = t.kind
"""


class MessageRepository:
    """What is on its way to citizens: a row for each, written with the state that asked for it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def queue(
        self, callback_ids: Sequence[CallbackId], kinds: Sequence[CallbackChannel], *, at: datetime
    ) -> None:
        rows = [
            {"callback_id": one, "kind": kind, "state": MessageState.QUEUED, "next_at": at, "tries": 0}
            for one in callback_ids
            for kind in kinds
        ]
        if rows:
            await self._connection.execute(insert(tables.MESSAGES).on_conflict_do_nothing(), rows)

    async def due(self, at: datetime, limit: int) -> Sequence[tuple[Message, bool]]:
        m, c, s = tables.MESSAGES.c, tables.CALLBACKS.c, tables.SURVEYS.c
        waited_for = (c.state == RoundState.SCHEDULED) & ~c.doubtful
        # Who said when he would be called is called then, by somebody: no machine is quicker.
        waited_for &= ~((m.kind == CallbackChannel.IVR) & c.promised)
        picked = (
            select(m.callback_id, c.case_id, m.kind, m.next_at, m.tries, s.language, waited_for)
            .join_from(tables.MESSAGES, tables.CALLBACKS, c.callback_id == m.callback_id)
            .join(tables.SURVEYS, s.case_id == c.case_id)
            .where((m.state == MessageState.QUEUED) & (m.next_at <= at))
            .order_by(m.next_at, m.callback_id)
            .limit(limit)
        )
        found = await self._connection.execute(picked)
        return [
            (
                Message(
                    CallbackId(callback_id),
                    CaseId(case_id),
                    CallbackChannel(kind),
                    MessageState.QUEUED,
                    next_at,
                    tries,
                    language=Language(language or Language.CHINESE),
                ),
                is_waited_for,
            )
            for callback_id, case_id, kind, next_at, tries, language, is_waited_for in found
        ]

    async def keep(self, messages: Sequence[Message]) -> None:
        """After a try. What the gateway told of one meanwhile stands: it went out."""
        columns = zip(*map(_after_a_try, messages), strict=True)
        if messages:
            await self._connection.exec_driver_sql(KEEP, tuple(list(column) for column in columns))

    async def note_delivery(
        self, callback_id: CallbackId, kind: str, state: MessageState, *, at: datetime
    ) -> bool:
        m = tables.MESSAGES.c
        this = (m.callback_id == callback_id) & (m.kind == kind) & m.state.in_(UNSETTLED)
        # Still queued when survey died after handing it over: it was sent all the same.
        told = {"state": state, "sent_at": func.coalesce(m.sent_at, at)}
        changed = await self._connection.execute(update(tables.MESSAGES).where(this).values(told))
        return changed.rowcount == 1


class WebhookRepository:
    """Events of the gateway, by its own names for them: keys and deliveries are counted apart."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def is_first(self, kind: EventKind, event_id: str, *, at: datetime) -> bool:
        row = {"kind": kind, "event_id": event_id, "received_at": at}
        written = await self._connection.execute(insert(tables.WEBHOOKS).values(row).on_conflict_do_nothing())
        return written.rowcount == 1

    async def forget(self, before: datetime) -> int:
        w = tables.WEBHOOKS.c
        old = select(w.kind, w.event_id).where(w.received_at < before).limit(FORGOTTEN_AT_ONCE)
        these = tuple_(w.kind, w.event_id).in_(old)
        return (await self._connection.execute(delete(tables.WEBHOOKS).where(these))).rowcount


def _after_a_try(one: Message) -> tuple[object, ...]:
    return one.callback_id, one.kind, one.state, one.next_at, one.tries, one.sent_at, one.reference
