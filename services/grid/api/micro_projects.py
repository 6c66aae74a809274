"""微项目: offer, look, claim, give back, report, withdraw."""

from collections.abc import Awaitable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.grid.api.desk import (
    Change,
    Equipped,
    MadeOnce,
    OpenWork,
    OwnUnit,
    Reader,
    below,
    narrowed,
    sight_of,
)
from services.grid.api.schemas import UNTOLD, Code, Opener, Words, name_of
from services.grid.domain import micro_project as do
from services.grid.domain.lifecycle import MicroProjectState
from services.grid.domain.micro_project import MicroProject, place_of
from services.grid.domain.policy.micro_projects import require_sight
from services.grid.handlers import micro_projects as handlers
from services.grid.store import GridWork
from services.grid.store import micro_projects as queries
from shared.city.units import Units
from shared.http.etag import IfMatch, tag
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text, Wire, taken
from shared.kernel.ids import DeliberationId, MicroProjectId, UnitCode, new_id
from shared.kernel.words import Giver

ROUTES = APIRouter(prefix="/micro-projects")
SEALED = "Lies sealed; never leaves grid on the bus."


class OfferIn(Wire):
    """A small work."""

    unit: Code | None = Field(None, description="The community or street; left out: the asker's own.")
    deliberation_id: UUID | None = Field(None, description="What it grew out of.")
    words: Words = Field(description=SEALED)

    def to_command(self, by: UnitCode) -> do.Offer:
        grown_from = DeliberationId(self.deliberation_id) if self.deliberation_id else None
        unit = UnitCode(self.unit) if self.unit else by
        return do.Offer(MicroProjectId(new_id()), by, unit, grown_from, self.words)


class ClaimIn(Wire):
    """认领."""

    giver: Giver = Field(description="A unit for itself; Party members and volunteers through the community.")
    words: Words = Field(description="Who takes it on. " + SEALED)


class MicroProjectReportIn(Wire):
    """What was done."""

    words: Words = Field(description=SEALED)


class MicroProjectOut(Wire):
    """A micro-project as it stands; the ETag is its version."""

    project_id: UUID
    unit: str
    unit_name: str
    deliberation_id: UUID | None
    words: str | None = UNTOLD
    state: MicroProjectState
    offered_at: datetime
    giver: Giver | None
    claimed_by: str | None
    claim: str | None = UNTOLD
    claimed_at: datetime | None
    report: str | None = UNTOLD
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, shown: MicroProject, units: Units, opener: Opener | None = None) -> "MicroProjectOut":
        def told(part: str, sealed: str | None) -> str | None:
            return opener(place_of(shown.project_id, part), sealed) if opener and sealed else None

        return taken(
            cls,
            shown,
            unit_name=name_of(shown.unit, units),
            words=told("words", shown.sealed_words),
            claim=told("claim", shown.sealed_claim),
            report=told("report", shown.sealed_report),
        )


async def _change(
    project_id: UUID, by: OwnUnit, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change[MicroProjectId, MicroProject]:
    key = MicroProjectId(project_id)

    def load(work: GridWork) -> Awaitable[MicroProject]:
        return work.micro_projects.get(key)

    return Change(key, by, seen, once, open_work, load, require_sight, MicroProjectOut.of)


Changing = Annotated[Change[MicroProjectId, MicroProject], Depends(_change)]


@ROUTES.post("", status_code=201, response_model=MicroProjectOut)
async def offer_micro_project(body: OfferIn, by: OwnUnit, making: MadeOnce) -> Response:
    """A community offers a small work to whoever will take it on."""
    command = body.to_command(by)
    return await making.make(
        lambda work: handlers.offer(work, command),
        MicroProjectOut.of,
        at=lambda made: f"/v1/micro-projects/{made.project_id}",
    )


@ROUTES.get("")
async def micro_projects(
    connection: Reading,
    reader: Reader,
    city: InCity,
    asked: Asked,
    unit: Annotated[Text | None, Query(max_length=40, description="Its unit, or one above it.")] = None,
    state: Annotated[MicroProjectState | None, Query()] = None,
    deliberation_id: Annotated[UUID | None, Query(description="What they grew out of.")] = None,
) -> Page[MicroProjectOut]:
    """What waits for somebody, and what the asker's units offered or took on; newest first, without words."""
    rows = await queries.micro_projects(
        connection,
        seen_by=below(sight_of(reader), city.units),
        unit=narrowed(unit, city.units),
        state=state,
        grown_from=None if deliberation_id is None else DeliberationId(deliberation_id),
        after=None if asked.after is None else MicroProjectId(UUID(str(asked.after[0]))),
        limit=asked.fetch,
    )
    return asked.page(
        rows,
        position=lambda row: (row.project_id,),
        item=lambda row: MicroProjectOut.of(row, city.units),
    )


@ROUTES.get("/{project_id}")
async def micro_project(
    project_id: UUID,
    connection: Reading,
    reader: Reader,
    city: InCity,
    equipped: Equipped,
    response: Response,
) -> MicroProjectOut:
    """One with its words: to every unit while it waits, then to those it concerns."""
    found = await queries.micro_project(connection, MicroProjectId(project_id))
    sight = sight_of(reader)
    if sight is not None:
        require_sight(found, sight, city.units)
    tag(response, found.version)
    return MicroProjectOut.of(found, city.units, equipped.seals.open_words)


@ROUTES.post("/{project_id}/claim", response_model=MicroProjectOut)
async def claim_micro_project(body: ClaimIn, change: Changing) -> Response:
    """认领: a unit takes it on for itself; the community for Party members and volunteers."""
    command = do.Claim(change.key, change.by, body.giver, body.words)
    return await change.make(lambda work: handlers.claim(work, command))


@ROUTES.post("/{project_id}/release", response_model=MicroProjectOut)
async def release_micro_project(change: Changing) -> Response:
    """Given back: it waits again."""
    return await change.make(lambda work: handlers.release(work, do.Release(change.key, change.by)))


@ROUTES.post("/{project_id}/report", response_model=MicroProjectOut)
async def report_micro_project(body: MicroProjectReportIn, change: Changing) -> Response:
    """Done, and what was done."""
    command = do.Report(change.key, change.by, body.words)
    return await change.make(lambda work: handlers.report(work, command))


@ROUTES.post("/{project_id}/withdraw", response_model=MicroProjectOut)
async def withdraw_micro_project(change: Changing) -> Response:
    """Not needed any more."""
    return await change.make(lambda work: handlers.withdraw(work, do.Withdraw(change.key, change.by)))
