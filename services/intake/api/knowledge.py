"""知识库: read by everybody who answers citizens, written by the desk and by ops."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.intake.api.cases import Desk, OpenWork, after
from services.intake.api.schemas import EntryIn, EntryOut
from services.intake.domain.commands import KeepEntry
from services.intake.domain.errors import NoSuchEntry
from services.intake.domain.knowledge import Entry
from services.intake.handlers import consulting
from services.intake.store.knowledge import entries
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CategoryCode, new_id

ROUTES = APIRouter(prefix="/knowledge")
Reader = Annotated[Caller, allow(Role.DISPATCHER, Role.OPS, Role.CALLER, Role.UNIT, Role.CLIENT)]


@ROUTES.get("")
async def list_entries(
    connection: Reading,
    _: Reader,
    asked: Asked,
    category: Annotated[Text | None, Query(max_length=64)] = None,
    valid_on: Annotated[date | None, Query(description="Only entries in force on this day.")] = None,
) -> Page[EntryOut]:
    """The entries, the newest first."""
    rows = await entries(
        connection, category=category, on=valid_on, after=after(asked.after), limit=asked.fetch
    )
    return asked.page(rows, position=lambda entry: (entry.entry_id,), item=shown)


@ROUTES.post("", status_code=201, response_model=EntryOut)
async def add_entry(wish: EntryIn, caller: Desk, open_work: OpenWork, once: OnceOnly) -> Response:
    """A new entry."""
    async with open_work() as work:

        async def answer() -> EntryOut:
            return shown(await consulting.keep_entry(work, _command(new_id(), wish, caller)))

        return await once(work, status=201, answer=answer)


@ROUTES.put("/{entry_id}")
async def change_entry(entry_id: UUID, wish: EntryIn, caller: Desk, open_work: OpenWork) -> EntryOut:
    """The entry as it is from now on; answers that were given stay as they were given."""
    async with open_work() as work:
        if await work.knowledge.find(entry_id) is None:
            raise NoSuchEntry(entry_id)
        return shown(await consulting.keep_entry(work, _command(entry_id, wish, caller)))


def shown(entry: Entry) -> EntryOut:
    """An entry on the wire."""
    return EntryOut(
        entry_id=entry.entry_id,
        question=entry.question,
        answer=entry.answer,
        answer_en=entry.answer_en,
        category=entry.category,
        valid_from=entry.valid_from,
        valid_until=entry.valid_until,
        changed_by=entry.changed_by,
        changed_at=entry.changed_at,
    )


def _command(entry_id: UUID, wish: EntryIn, caller: Caller) -> KeepEntry:
    return KeepEntry(
        entry_id=entry_id,
        question=wish.question,
        answer=wish.answer,
        answer_en=wish.answer_en,
        category=CategoryCode(wish.category) if wish.category is not None else None,
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        by=caller.subject,
    )
