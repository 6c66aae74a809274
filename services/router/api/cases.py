"""Cases: the desk's list, one case, and the desk's decisions."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.router import handlers
from services.router.api import asked as say
from services.router.api.acting import (
    Desk,
    Equipped,
    Handle,
    ListReader,
    OpenWork,
    Reader,
    desk_clerk,
    goes_on,
    joined_words,
    may_read_case,
    moved,
    reader,
    theirs,
    words_of,
)
from services.router.api.schemas import CaseItem, CaseOut
from services.router.domain import commands as do
from services.router.domain.errors import UnknownCase
from services.router.store import queries
from services.router.store.queries import CaseQuestion
from shared.http.etag import IfMatch, Seen, tag
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import InCity, Opening, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CaseId, CategoryCode, UnitCode
from shared.kernel.words import HandlingMode, Ruling, Tier
from shared.lifecycle.case import CaseState

ROUTES = APIRouter(prefix="/cases")


@ROUTES.get("")
async def list_cases(
    connection: Reading,
    _: ListReader,
    asked: Asked,
    state: CaseState | None = None,
    tier: Tier | None = None,
    mode: HandlingMode | None = None,
    category: Annotated[Text | None, Query(max_length=60)] = None,
    place: Annotated[Text | None, Query(max_length=40)] = None,
    let_go_by: Annotated[
        UUID | None, Query(description="Joined to this case until that was withdrawn or declined.")
    ] = None,
) -> Page[CaseItem]:
    """Cases, the oldest first. Those `awaiting_dispatcher` and `returned` wait for the desk."""
    freed_by = None if let_go_by is None else CaseId(let_go_by)
    question = CaseQuestion(state, tier, mode, category, place, freed_by)
    rows = await queries.cases(connection, question, after=asked.after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.case_id,), item=CaseItem.of)


@ROUTES.get("/{case_id}")
async def read_case(
    case_id: UUID, equipped: Equipped, response: Response, connection: Reading, caller: Reader, city: InCity
) -> CaseOut:
    """One case with its orders, suggestions and the citizen's words. 404 for a unit that never had it; one
    that has it reads its own orders and those below it, and of others' only who does what until when. A unit
    the case went on without reads none of the desk's notes.
    """
    case = await queries.case(connection, CaseId(case_id))
    by = reader(caller)
    if not may_read_case(case, by, city):
        raise UnknownCase(case_id)
    tag(response, case.version)
    found = await queries.found_at(connection, case.case_id)
    joined = await joined_words(equipped.ring, connection, case, caller, city)
    words, has_it = words_of(equipped.ring, case, caller, city), goes_on(case, by, city)
    return CaseOut.whole(case, words, found, theirs(by, city), joined, has_it)


@ROUTES.post("/{case_id}/dispatch", response_model=CaseOut)
async def dispatch_case(
    case_id: UUID,
    open_work: OpenWork,
    once: OnceOnly,
    seen: IfMatch,
    caller: Desk,
    body: say.DispatchIn = say.AS_LISTED,
) -> Response:
    """派单 by a dispatcher; a departure from the responsibility list needs a reason."""
    command = do.Dispatch(
        **_about(case_id, seen, caller),
        category=CategoryCode(body.category) if body.category else None,
        place=UnitCode(body.place) if body.place else None,
        lead=UnitCode(body.lead) if body.lead else None,
        co_units=_units(body.co_units),
        tier=body.tier,
        reason=body.reason,
    )
    return await _moved(open_work, once, command, handlers.dispatch)


@ROUTES.post("/{case_id}/adjudicate", response_model=CaseOut)
async def adjudicate_case(
    case_id: UUID, body: say.AdjudicateIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """裁定: uphold, redirect, or divide. The deadline stays."""
    command = do.Adjudicate(
        **_about(case_id, seen, caller),
        ruling=Ruling(body.ruling),
        reason=body.reason,
        lead=UnitCode(body.lead) if body.lead else None,
        co_units=_units(body.co_units),
        place=UnitCode(body.place) if body.place else None,
    )
    return await _moved(open_work, once, command, handlers.adjudicate)


@ROUTES.post("/{case_id}/reclassify", response_model=CaseOut)
async def reclassify_case(
    case_id: UUID, body: say.ReclassifyIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """改类: another matter than was thought; the deadline is computed anew from the original start."""
    command = do.Reclassify(
        **_about(case_id, seen, caller),
        category=CategoryCode(body.category),
        tier=body.tier,
        reason=body.reason,
    )
    return await _moved(open_work, once, command, handlers.reclassify)


@ROUTES.post("/{case_id}/answer", response_model=CaseOut)
async def answer_case(
    case_id: UUID, body: say.AnswerIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """即时答复."""
    command = do.Answer(**_about(case_id, seen, caller), text=body.text)
    return await _moved(open_work, once, command, handlers.answer)


@ROUTES.post("/{case_id}/decline", response_model=CaseOut)
async def decline_case(
    case_id: UUID, body: say.DeclineIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """不予受理, for one of the eight reasons."""
    command = do.Decline(**_about(case_id, seen, caller), reason=body.reason, note=body.note)
    return await _moved(open_work, once, command, handlers.decline)


@ROUTES.post("/{case_id}/merge", response_model=CaseOut)
async def merge_case(
    case_id: UUID, body: say.MergeIn, open_work: OpenWork, once: OnceOnly, seen: IfMatch, caller: Desk
) -> Response:
    """并案 into another case."""
    command = do.Merge(**_about(case_id, seen, caller), into_case_id=CaseId(body.into_case_id))
    return await _moved(open_work, once, command, handlers.merge)


def _about(case_id: UUID, seen: Seen, caller: Desk) -> Any:
    return {"case_id": CaseId(case_id), "by": desk_clerk(caller), "seen": seen.versions}


def _units(codes: list[str] | None) -> tuple[UnitCode, ...] | None:
    return None if codes is None else tuple(UnitCode(code) for code in codes)


async def _moved(open_work: Opening[Any], once: Once, command: do.CaseCommand, handle: Handle) -> Response:
    return await moved(open_work, once, lambda work: handle(work, command), CaseOut.whole)
