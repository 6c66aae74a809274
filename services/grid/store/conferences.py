"""联席会商 in memory: row ⇄ aggregate, one by its id, the list, and what router made of each."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Text, cast, literal_column, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.conference import Conference, Division, DivisionOutcome
from services.grid.domain.deliberation_errors import UnknownConference
from services.grid.store import tables
from services.grid.store.tables import CONFERENCES, DIVISIONS, SEATED
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, ConferenceId, EventId, UnitCode
from shared.store.among import among
from shared.store.repository import Repository


class ConferenceRepository(Repository[ConferenceId, Conference]):
    AGGREGATE = "conference"
    MODEL = Conference
    TABLE = tables.CONFERENCES
    KEY = "conference_id"

    def unknown(self, key: ConferenceId) -> NotFound:
        return UnknownConference(key)


class DivisionRepository(Repository[EventId, Division]):
    AGGREGATE = "division"
    MODEL = Division
    TABLE = tables.DIVISIONS
    KEY = "asked_by"


@dataclass(frozen=True, slots=True)
class ConferenceQuestion:
    """What the list is narrowed to. A conference is of whoever sat at its table, and of who called it."""

    seen_by: Collection[UnitCode] | None
    """The asker's own unit and those below it; None for a desk that sees every one."""
    party: Collection[UnitCode] | None = None
    outcome: DivisionOutcome | None = None
    case_id: CaseId | None = None


async def conference(connection: AsyncConnection, conference_id: ConferenceId) -> Conference:
    """One as it was recorded, its minutes sealed. Raises `UnknownConference`."""
    query = select(CONFERENCES).where(CONFERENCES.c.conference_id == conference_id)
    row = (await connection.execute(query)).mappings().first()
    if row is None:
        raise UnknownConference(conference_id)
    return ConferenceRepository.read(row)


async def conferences(
    connection: AsyncConnection, question: ConferenceQuestion, *, after: ConferenceId | None, limit: int
) -> list[Conference]:
    """The newest first: ids are ordered by time, so they are the key of the paging too."""
    keys = select(CONFERENCES.c.conference_id).where(*_conditions(question))
    if after is not None:
        keys = keys.where(CONFERENCES.c.conference_id < after)
    if question != ConferenceQuestion(None):
        # A fence, as for whistles: what fits few is found by its index, not on a walk through everybody's.
        keys = select(keys.offset(0).subquery().c.conference_id)
    keys = keys.order_by(text("conference_id DESC")).limit(limit)
    query = select(CONFERENCES).where(CONFERENCES.c.conference_id.in_(keys))
    query = query.order_by(CONFERENCES.c.conference_id.desc())
    return [ConferenceRepository.read(row) for row in (await connection.execute(query)).mappings()]


async def divisions(
    connection: AsyncConnection, conference_ids: Collection[ConferenceId]
) -> Mapping[ConferenceId, Division]:
    """What became of conferences' divisions; of those recorded before answers were heard there is nothing."""
    query = select(DIVISIONS).where(DIVISIONS.c.conference_id.in_(conference_ids))
    found = [DivisionRepository.read(row) for row in (await connection.execute(query)).mappings()]
    return {division.conference_id: division for division in found}


def _conditions(question: ConferenceQuestion) -> Iterator[ColumnElement[bool]]:
    for units in (question.seen_by, question.party):
        if units is not None:
            yield CONFERENCES.c.conference_id.in_(_of(units))
    if question.outcome is not None:
        settled = select(DIVISIONS.c.conference_id).where(DIVISIONS.c.outcome == question.outcome)
        yield CONFERENCES.c.conference_id.in_(settled)
    if question.case_id is not None:
        yield CONFERENCES.c.case_id == question.case_id


def _of(units: Collection[UnitCode]) -> CompoundSelect[tuple[UUID]]:
    """Two index scans joined; written as an OR, Postgres walks through every conference there is."""
    seated = literal_column(SEATED).op("?|")(cast(list(units), ARRAY(Text)))
    at_table = select(CONFERENCES.alias("held").c.conference_id).where(seated)
    called = CONFERENCES.alias("called")
    return at_table.union(select(called.c.conference_id).where(among(called.c.called_by, units)))
