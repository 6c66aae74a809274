"""剔除 and 申诉: asked with evidence, reviewed by two, contested once."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.scoring import handlers
from services.scoring.api import schemas_decided as schemas
from services.scoring.api import views_decided
from services.scoring.api.rates import concerned
from services.scoring.api.reading import Acting, Asking, InPeriod, Standpoint, acts_for
from services.scoring.domain import commands as do
from services.scoring.domain.errors import UnknownCase, UnknownExclusion
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.lifecycle import ExclusionState
from services.scoring.store import ScoringWork, periods, queries
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import IfMatch, Seen, tag, tagged
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, Reading, opening
from shared.http.paging import Asked, Page
from shared.kernel.ids import CaseId, ExclusionId, new_id

ROUTES = APIRouter()

OpenWork = Annotated[Opening[ScoringWork], Depends(opening)]
Asker = Annotated[Caller, allow(Role.SUPERVISOR, Role.UNIT)]
Reviewer = Annotated[Caller, allow(Role.SUPERVISOR)]


@ROUTES.post("/exclusions", status_code=201, response_model=schemas.ExclusionView)
async def ask_exclusion(
    body: schemas.ExclusionIn, acting: Acting, by: Asker, open_work: OpenWork, once: OnceOnly
) -> Response:
    """剔除 asked for: by a unit the case counts for, a unit above it, or a supervisor."""
    command = do.AskExclusion(
        exclusion_id=ExclusionId(new_id()),
        case_id=CaseId(body.case_id),
        period=acting.periods.asked(body.period, at=acting.now).label,
        reason=body.reason,
        evidence=tuple(body.evidence),
        note=body.note,
        by=by.subject,
        unit=acts_for(by),
    )
    async with open_work() as work:
        await _require_part(acting, work.connection, command.case_id)
        return await once.moved(
            work,
            status=201,
            move=lambda: handlers.ask_exclusion(work, command),
            view=views_decided.exclusion,
            headers=_headers,
        )


@ROUTES.get("/exclusions")
async def list_exclusions(
    asking: Asking,
    period: InPeriod,
    paging: Asked,
    state: Annotated[ExclusionState | None, Query()] = None,
) -> Page[schemas.ExclusionView]:
    """The exclusions of a period, oldest first; a unit sees those asked for by it and below it."""
    rows = await periods.exclusions(
        asking.connection,
        period.label,
        state=state,
        units=asking.mine,
        after=ExclusionId(UUID(str(paging.after[0]))) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(rows, position=lambda row: (row.exclusion_id,), item=views_decided.exclusion)


@ROUTES.get("/exclusions/{exclusion_id}")
async def open_exclusion(asking: Asking, exclusion_id: UUID, response: Response) -> schemas.ExclusionView:
    """One exclusion, with everybody who had a hand in it."""
    found = await _seen(asking, asking.connection, ExclusionId(exclusion_id))
    tag(response, found.version)
    return views_decided.exclusion(found)


class Change:
    """A change of one exclusion: by somebody who sees it, on the version it saw, done once."""

    def __init__(
        self, exclusion_id: UUID, acting: Standpoint, seen: Seen, once: Once, open_work: Opening[ScoringWork]
    ) -> None:
        self.exclusion_id = ExclusionId(exclusion_id)
        self._acting: Standpoint = acting
        self._seen: Seen = seen
        self._once: Once = once
        self._open_work = open_work

    async def make(self, move: Callable[[ScoringWork], Awaitable[Exclusion]]) -> Response:
        """Check sight and version under the lock, move it, keep the answer with the state."""
        async with self._open_work() as work:
            await _seen(self._acting, work.connection, self.exclusion_id)

            async def checked() -> Exclusion:
                self._seen.check((await work.exclusions.get(self.exclusion_id)).version)
                return await move(work)

            return await self._once.moved(work, move=checked, view=views_decided.exclusion, headers=_headers)


async def _change(
    exclusion_id: UUID, acting: Acting, seen: IfMatch, once: OnceOnly, open_work: OpenWork
) -> Change:
    return Change(exclusion_id, acting, seen, once, open_work)


Changing = Annotated[Change, Depends(_change)]


@ROUTES.post("/exclusions/{exclusion_id}/reviews", response_model=schemas.ExclusionView)
async def review_exclusion(body: schemas.ReviewIn, by: Reviewer, change: Changing) -> Response:
    """A reviewer's word: the second for it puts it in force, one against it refuses it."""
    command = do.Review(change.exclusion_id, body.upheld, body.note, by.subject)
    return await change.make(lambda work: handlers.review_exclusion(work, command))


@ROUTES.post("/exclusions/{exclusion_id}/appeal", response_model=schemas.ExclusionView)
async def appeal(body: schemas.AppealIn, by: Asker, change: Changing) -> Response:
    """申诉: whoever asked contests the refusal, until the period is closed."""
    command = do.Appeal(change.exclusion_id, tuple(body.evidence), body.note, by.subject, acts_for(by))
    return await change.make(lambda work: handlers.appeal(work, command))


@ROUTES.post("/exclusions/{exclusion_id}/appeal/decision", response_model=schemas.ExclusionView)
async def decide_appeal(body: schemas.ReviewIn, by: Reviewer, change: Changing) -> Response:
    """The last word on an appeal, by somebody who had no hand in it."""
    command = do.Review(change.exclusion_id, body.upheld, body.note, by.subject)
    return await change.make(lambda work: handlers.decide_appeal(work, command))


async def _require_part(acting: Standpoint, connection: Reading, case_id: CaseId) -> None:
    """Raise `UnknownCase` to whoever had no part in it."""
    entry = await queries.entry(connection, case_id)
    lines = await queries.lines(connection, case_id)
    if not acting.may_ask_about(concerned(entry, lines, ())):
        raise UnknownCase(case_id)


async def _seen(here: Standpoint, connection: Reading, exclusion_id: ExclusionId) -> Exclusion:
    """The exclusion. Raises `UnknownExclusion`, to a stranger too."""
    found = await periods.exclusion(connection, exclusion_id)
    if not here.oversees and (found.unit is None or not here.sees([found.unit])):
        raise UnknownExclusion(exclusion_id)
    return found


def _headers(exclusion: Exclusion) -> dict[str, str]:
    return {"Location": f"/v1/exclusions/{exclusion.exclusion_id}", **tagged(exclusion)}
