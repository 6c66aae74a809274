"""Survey's routes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.survey import handlers
from services.survey.api.schemas import (
    AnswersIn,
    AttemptIn,
    CallbackOut,
    ClaimOut,
    ContactOut,
    LinkAnswered,
    LinkOut,
    MessageOut,
    WorklistItem,
)
from services.survey.domain import commands as do
from services.survey.domain.model import RoundState
from services.survey.domain.policy import require_link
from services.survey.domain.questions import questions
from services.survey.ports import Equipment
from services.survey.store import SurveyWork, queries
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import Opening, Reading, opening
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Text
from shared.kernel.ids import CallbackId

ROUTES = APIRouter(prefix="/v1", tags=["survey"])

OpenWork = Annotated[Opening[SurveyWork], Depends(opening)]
PhoneCaller = Annotated[Caller, allow(Role.CALLER)]
Desk = Annotated[Caller, allow(Role.CALLER, Role.SUPERVISOR, Role.OPS)]
Operator = Annotated[Caller, allow(Role.OPS)]
Language = Annotated[str | None, Header(alias="Accept-Language")]


async def equipment(request: Request) -> Equipment:
    """What survey was equipped with at its start."""
    found: Equipment = request.app.state.flat.equipment
    return found


Equipped = Annotated[Equipment, Depends(equipment)]


@ROUTES.get("/callbacks")
async def worklist(
    connection: Reading,
    _: Desk,
    asked: Asked,
    state: Annotated[RoundState, Query()] = RoundState.SCHEDULED,
    due_before: Instant | None = None,
) -> Page[WorklistItem]:
    """The callers' worklist, the longest due first."""
    rows = await queries.worklist(
        connection, state=state, due_before=due_before, after=asked.after, limit=asked.fetch
    )
    return asked.page(rows, position=lambda row: (row.due_at, row.callback_id), item=WorklistItem.of)


@ROUTES.get("/callbacks/{callback_id}")
async def callback(callback_id: UUID, connection: Reading, _: Desk) -> CallbackOut:
    """One round with its attempts and answers."""
    survey = await queries.survey_of(connection, CallbackId(callback_id))
    return CallbackOut.of(survey, CallbackId(callback_id))


@ROUTES.post("/callbacks/{callback_id}/claim")
async def claim(
    callback_id: UUID, open_work: OpenWork, caller: PhoneCaller, equipped: Equipped, language: Language = None
) -> ClaimOut:
    """Take a callback in hand for half an hour; the contact is fetched now and kept nowhere."""
    command = do.ClaimRound(CallbackId(callback_id), caller.subject)
    async with open_work() as work:
        survey = await handlers.claim(work, command)
    contact = await equipped.contacts.contact_of(survey.case_id)
    return ClaimOut(
        callback=CallbackOut.of(survey, command.callback_id),
        contact=ContactOut.of(contact),
        script=questions(language),
    )


@ROUTES.post("/callbacks/{callback_id}/attempts", status_code=201, response_model=CallbackOut)
async def attempt(
    callback_id: UUID, body: AttemptIn, open_work: OpenWork, caller: PhoneCaller, once: OnceOnly
) -> Response:
    """Write a call down; with answers the callback is complete."""
    answers = body.answers.to_domain() if body.answers else None
    command = do.RecordAttempt(CallbackId(callback_id), caller.subject, body.reached, answers, body.inbound)

    async with open_work() as work:

        async def answer() -> CallbackOut:
            return CallbackOut.of(await handlers.record_attempt(work, command), command.callback_id)

        return await once(work, status=201, answer=answer)


@ROUTES.get("/links/{token}")
async def link(
    token: Text, request: Request, connection: Reading, equipped: Equipped, language: Language = None
) -> LinkOut:
    """What the page behind a citizen's link shows; 410 when it was used or is over."""
    callback_id = equipped.links.read(token)
    survey = await queries.survey_of(connection, callback_id)
    one = require_link(survey, callback_id, at=request.app.state.flat.clock.now())
    assert one.link_until is not None  # require_link refuses a round without one
    return LinkOut(valid_until=one.link_until, questions=questions(language))


@ROUTES.post("/links/{token}", status_code=201)
async def answer_link(token: Text, body: AnswersIn, open_work: OpenWork, equipped: Equipped) -> LinkAnswered:
    """The citizen's answer; a link works once."""
    callback_id = equipped.links.read(token)
    async with open_work() as work:
        survey = await handlers.answer_by_link(work, do.AnswerByLink(callback_id, body.to_domain()))
    return LinkAnswered(callback_id=callback_id, state=CallbackOut.of(survey, callback_id).state)


@ROUTES.get("/messages")
async def messages(connection: Reading, _: Operator, asked: Asked, equipped: Equipped) -> Page[MessageOut]:
    """The embedded message provider's outbox, newest first."""
    rows = await queries.messages(connection, after=asked.after, limit=asked.fetch)

    def item(row: queries.MessageRow) -> MessageOut:
        url = equipped.links.url(CallbackId(row.callback_id))
        return MessageOut(
            callback_id=row.callback_id,
            case_id=row.case_id,
            sent_at=row.sent_at,
            text=f"【接诉即办】您反映的诉求已办理,请评价:{url}",
            url=url,
        )

    return asked.page(rows, position=lambda row: (row.sent_at, row.callback_id), item=item)
