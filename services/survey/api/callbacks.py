"""回访工作台: the callers' worklist, a callback in hand, and a call written down."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.survey import handlers
from services.survey.api.about import AboutOut
from services.survey.api.doors import (
    AcceptLanguage,
    Equipped,
    OpenWork,
    citizens_language,
    language_of,
    questions,
)
from services.survey.api.schemas import (
    AttemptIn,
    CallbackOut,
    ClaimOut,
    ContactOut,
    FormOut,
    ReservedOut,
    ReserveIn,
    WorklistItem,
)
from services.survey.domain import commands as do
from services.survey.domain.model import RoundState, Survey
from services.survey.domain.policy.rounds import find
from services.survey.store import Equipment, queries
from shared.city.city import City
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import InCity, Now, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant
from shared.kernel.ids import CallbackId, new_id
from shared.kernel.words import Language

ROUTES = APIRouter()
PhoneCaller = Annotated[Caller, allow(Role.CALLER)]
Desk = Annotated[Caller, allow(Role.CALLER, Role.SUPERVISOR, Role.OPS)]


@ROUTES.get("/callbacks")
async def worklist(
    connection: Reading,
    reader: Desk,
    now: Now,
    asked: Asked,
    state: Annotated[RoundState, Query()] = RoundState.SCHEDULED,
    kind: Annotated[
        Literal["round", "recheck"] | None,
        Query(description="Rounds, or checks of them; left out: rounds, and of what is `mine` both."),
    ] = None,
    due_before: Instant | None = None,
    case_id: Annotated[UUID | None, Query(description="Of this case: whose citizen is on the phone.")] = None,
    mine: Annotated[bool, Query(description="Only what the reader has in hand now.")] = False,
) -> Page[WorklistItem]:
    """The callers' worklist, the longest due first."""
    rows = await queries.worklist(
        connection,
        kind=kind or (None if mine else "round"),
        state=state,
        due_before=due_before,
        case_id=case_id,
        held=(reader.subject, now) if mine else None,
        after=asked.after,
        limit=asked.fetch,
    )
    return asked.page(rows, position=lambda row: (row.due_at, row.callback_id), item=WorklistItem.of)


@ROUTES.post(
    "/callbacks/next/claim", response_model=ClaimOut, responses={204: {"description": "None is due."}}
)
async def claim_next(
    open_work: OpenWork,
    caller: PhoneCaller,
    equipped: Equipped,
    city: InCity,
    language: AcceptLanguage = None,
) -> ClaimOut | Response:
    """Take the next-best callback in hand: the one that fell due first and is in nobody's hand.

    Who has one in hand that is not written down is given the same again.
    """
    async with open_work() as work:
        found = await handlers.take_next(work, caller.subject)
    if not found:
        return Response(status_code=204)
    [(survey, callback_id)] = found
    return await _in_hand(survey, callback_id, equipped, city, language)


@ROUTES.post("/callbacks/next/reserve")
async def reserve(body: ReserveIn, open_work: OpenWork, caller: PhoneCaller) -> ReservedOut:
    """Take the next handful in hand, for a list of one's own: 50 in all at most. Whom to call is told by
    claiming each one.
    """
    async with open_work() as work:
        found = await handlers.reserve(work, caller.subject, body.count)
    return ReservedOut(items=[CallbackOut.of(survey, callback_id) for survey, callback_id in found])


@ROUTES.get("/callbacks/{callback_id}")
async def callback(callback_id: UUID, connection: Reading, _: Desk) -> CallbackOut:
    """One round with its attempts and answers."""
    survey = await queries.survey_of(connection, CallbackId(callback_id))
    return CallbackOut.of(survey, CallbackId(callback_id))


@ROUTES.post("/callbacks/{callback_id}/claim")
async def claim(
    callback_id: UUID,
    open_work: OpenWork,
    caller: PhoneCaller,
    equipped: Equipped,
    city: InCity,
    language: AcceptLanguage = None,
    inbound: Annotated[
        bool, Query(description="The citizen is on the phone: at any hour, and without a contact.")
    ] = False,
) -> ClaimOut:
    """Take a callback in hand for half an hour; the contact is fetched now and kept nowhere."""
    command = do.ClaimRound(CallbackId(callback_id), caller.subject, inbound)
    async with open_work() as work:
        survey = await handlers.claim(work, command)
    if inbound:
        nobody = ContactOut(name=None, phone=None)
        return _shown(survey, command.callback_id, nobody, equipped, city, language)
    return await _in_hand(survey, command.callback_id, equipped, city, language)


@ROUTES.delete("/callbacks/{callback_id}/claim", status_code=204)
async def hand_back(callback_id: UUID, open_work: OpenWork, caller: PhoneCaller) -> None:
    """交回: give a callback out of one's hand to somebody else, without a call. Again it changes nothing."""
    async with open_work() as work:
        await handlers.hand_back(work, do.HandBack(CallbackId(callback_id), caller.subject))


@ROUTES.post("/callbacks/{callback_id}/attempts", status_code=201, response_model=CallbackOut)
async def attempt(
    callback_id: UUID,
    body: AttemptIn,
    open_work: OpenWork,
    caller: PhoneCaller,
    once: OnceOnly,
    equipped: Equipped,
) -> Response:
    """通话小结: write a call down; with answers the callback is complete."""
    command = do.RecordAttempt(
        CallbackId(callback_id),
        caller.subject,
        body.reached,
        body.answers.to_domain(equipped.links, within="answers.") if body.answers else None,
        body.inbound,
        body.missed,
        body.call_at,
        CallbackId(new_id()),
    )

    async with open_work() as work:

        async def answer() -> CallbackOut:
            survey = await handlers.record_attempt(work, command)
            return CallbackOut.of(survey, command.callback_id).without_notes()

        return await once(work, status=201, answer=answer)


async def _in_hand(
    survey: Survey, callback_id: CallbackId, equipped: Equipment, city: City, language: str | None
) -> ClaimOut:
    # Asked only now that the claim is committed: who is refused it learns nothing of the citizen.
    contact = ContactOut.of(await equipped.contacts.contact_of(survey.case_id))
    return _shown(survey, callback_id, contact, equipped, city, language)


def _shown(
    survey: Survey,
    callback_id: CallbackId,
    contact: ContactOut,
    equipped: Equipment,
    city: City,
    accepted: str | None,
) -> ClaimOut:
    asked = city.questionnaire
    # What is said to the citizen is in his language; what the caller ticks is in the caller's own.
    spoken = citizens_language(survey, accepted)
    one = find(survey, callback_id)
    doubt = one.doubt.answers if one and one.doubt else None
    wrong = asked.contradiction(doubt.solved, doubt.satisfied) if doubt else None
    return ClaimOut(
        callback=CallbackOut.of(survey, callback_id),
        about=AboutOut.of(survey, city, spoken),
        contact=contact,
        language=survey.language or Language.CHINESE,
        opening=asked.opening.of(spoken),
        script=questions(asked, spoken),
        clear_up=wrong.of(spoken) if wrong else None,
        closing=asked.closing.of(spoken),
        form=FormOut.of(asked, language_of(accepted), equipped.links),
    )
