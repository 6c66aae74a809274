"""联席会商: the street or the dispatchers' desk records who is responsible for what; router takes it over."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime, Field

from services.grid.api.desk import Equipped, MadeOnce, Reader, below, narrowed, sight_of, unit_of
from services.grid.api.schemas import Code, name_of
from services.grid.domain.conference import (
    Conference,
    Division,
    DivisionOutcome,
    HoldConference,
    Seated,
    place_of,
)
from services.grid.domain.policy.conferences import MOST_PARTIES, require_sight
from services.grid.handlers.conferences import hold_conference
from services.grid.store import conferences as queries
from shared.city.units import Units
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import tag
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken
from shared.kernel.ids import CaseId, ConferenceId, UnitCode, new_id
from shared.kernel.words import Share

ROUTES = APIRouter(prefix="/conferences")
Host = Annotated[Caller, allow(Role.UNIT, Role.DISPATCHER)]


class PartyIn(Wire):
    """A unit at the table."""

    unit: Code
    share: Share


class ConferenceIn(Wire):
    """会商纪要."""

    case_id: UUID
    parties: list[PartyIn] = Field(
        min_length=2, max_length=MOST_PARTIES, description="Each once; one of them leads."
    )
    minutes: Annotated[str, Field(min_length=1, max_length=20_000)] = Field(
        description="As signed. Lies sealed; only its SHA-256 leaves grid."
    )
    held_at: AwareDatetime | None = Field(None, description="Left out: now.")

    def to_command(self, by: UnitCode | None) -> HoldConference:
        parties = tuple(Seated(UnitCode(each.unit), each.share) for each in self.parties)
        return HoldConference(
            ConferenceId(new_id()), by, CaseId(self.case_id), parties, self.minutes, self.held_at
        )


class PartyOut(Wire):
    unit: str
    name: str
    share: Share


class DivisionOut(Wire):
    """Whether the case is handled as the table settled it."""

    outcome: DivisionOutcome = DivisionOutcome.PENDING
    reason: str | None = Field(None, description="Why router refused it.")
    refused_in: str | None = Field(None, description="The case's state that it was refused in.")
    answered_at: datetime | None = Field(None, description="Null while router has not answered.")

    @classmethod
    def of(cls, division: Division | None) -> "DivisionOut | None":
        if division is None:
            return None
        return taken(cls, division)


class ConferenceOut(Wire):
    """A conference as it was recorded; all that changes is router's answer to it."""

    conference_id: UUID
    case_id: UUID
    called_by: str | None = Field(description="Null: the dispatchers' desk.")
    parties: list[PartyOut]
    minutes: str | None = Field(description="Null in the answer to recording it and in lists.")
    minutes_hash: str = Field(description="SHA-256 of the minutes in UTF-8, in hex.")
    held_at: datetime
    recorded_at: datetime
    division: DivisionOut | None = Field(description="Null: recorded before answers were heard.")

    @classmethod
    def of(
        cls, held: Conference, units: Units, division: DivisionOut | None, minutes: str | None = None
    ) -> "ConferenceOut":
        parties = [
            PartyOut(unit=each.unit, name=name_of(each.unit, units), share=each.share)
            for each in held.parties
        ]
        return taken(cls, held, parties=parties, minutes=minutes, division=division)


@ROUTES.post("", status_code=201, response_model=ConferenceOut)
async def record_conference(body: ConferenceIn, host: Host, making: MadeOnce) -> Response:
    """联席会商: the division is said to router, which takes it over or refuses it by name; its answer is read
    with the conference.
    """
    command = body.to_command(None if host.may(Role.DISPATCHER) else unit_of(host))
    return await making.make(
        lambda work: hold_conference(work, command),
        lambda held, units: ConferenceOut.of(held, units, DivisionOut()),
        at=lambda made: f"/v1/conferences/{made.conference_id}",
    )


@ROUTES.get("")
async def conference_list(
    connection: Reading,
    reader: Reader,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="A party, or a unit above one.")] = None,
    outcome: Annotated[DivisionOutcome | None, Query(description="What router made of the division.")] = None,
    case_id: Annotated[UUID | None, Query()] = None,
) -> Page[ConferenceOut]:
    """Those that the asker's unit, or one below it, sat at or called, without their minutes; newest first."""
    question = queries.ConferenceQuestion(
        seen_by=below(sight_of(reader), city.units),
        party=narrowed(unit, city.units),
        outcome=outcome,
        case_id=None if case_id is None else CaseId(case_id),
    )
    after = None if asked.after is None else ConferenceId(UUID(str(asked.after[0])))
    rows = await queries.conferences(connection, question, after=after, limit=asked.fetch)
    divided = await queries.divisions(connection, [row.conference_id for row in rows])
    return asked.page(
        rows,
        position=lambda row: (row.conference_id,),
        item=lambda row: ConferenceOut.of(row, city.units, DivisionOut.of(divided.get(row.conference_id))),
    )


@ROUTES.get("/{conference_id}")
async def conference(
    conference_id: UUID,
    connection: Reading,
    reader: Reader,
    city: InCity,
    equipped: Equipped,
    response: Response,
) -> ConferenceOut:
    """One with its minutes, for its parties, the units above them, and the desks that oversee all."""
    found = await queries.conference(connection, ConferenceId(conference_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    division = (await queries.divisions(connection, [found.conference_id])).get(found.conference_id)
    is_answered = division is not None and division.answered_at is not None
    # No fact of ours, so no version of the aggregate; but another answer than before.
    tag(response, found.version + is_answered)
    return ConferenceOut.of(
        found,
        city.units,
        DivisionOut.of(division),
        equipped.seals.open_words(place_of(found.conference_id), found.sealed_minutes),
    )
