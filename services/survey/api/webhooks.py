"""回执: what the message gateway tells: keys that were pressed, messages that arrived. Taken once.

Signed: a forged or stale signature is refused, an event that comes again is ignored; both by name.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request
from pydantic import Field

from services.survey import handlers
from services.survey.api.doors import Equipped, OpenWork
from services.survey.domain import commands as do
from services.survey.domain.errors import UnknownKeys
from services.survey.domain.messages import MessageState
from services.survey.domain.model import Answers
from services.survey.domain.signatures import HEADER
from shared.city.questionnaire import Questionnaire
from shared.http.knock import InCity
from shared.http.wire import Wire
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel, Satisfied, Solved

EventId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
KIND_OF: Mapping[str, CallbackChannel] = {"sms": CallbackChannel.LINK, "voice": CallbackChannel.IVR}


async def signed(
    request: Request,
    equipped: Equipped,
    signature: Annotated[
        str | None, Header(alias=HEADER, description="`t=<seconds>,v1=<HMAC-SHA-256>`.")
    ] = None,
) -> None:
    """Raises `ForgedWebhook`, `StaleWebhook`. Signatures follow the machine's own time, as tokens do."""
    equipped.signatures.require(signature, await request.body(), at=datetime.now(UTC))


ROUTES = APIRouter(prefix="/webhooks", dependencies=[Depends(signed)])


class KeysIn(Wire):
    """按键: one call that a machine made."""

    event_id: EventId
    callback_id: UUID
    keys: Annotated[str, Field(max_length=20)] | None = Field(
        None, description="One key for each question in order; null when nobody took the call, or hung up."
    )


class DeliveryIn(Wire):
    """What became of a message."""

    event_id: EventId
    callback_id: UUID
    kind: Literal["sms", "voice"]
    status: Literal["delivered", "failed"]


class TakenOut(Wire):
    outcome: Literal["taken", "ignored"] = Field(
        description="Ignored: this event came before, or there is nothing it could change."
    )


@ROUTES.post("/keys")
async def press_keys(body: KeysIn, open_work: OpenWork, city: InCity) -> TakenOut:
    """Keys pressed while a machine asked; a call nobody took is written down too."""
    answers = None if body.keys is None else _read(body.keys, city.questionnaire)
    command = do.AnswerByKeys(CallbackId(body.callback_id), answers)
    async with open_work() as work:
        is_taken = await handlers.answer_by_keys(work, body.event_id, command)
    return TakenOut(outcome="taken" if is_taken else "ignored")


@ROUTES.post("/deliveries")
async def note_delivery(body: DeliveryIn, open_work: OpenWork) -> TakenOut:
    """A message arrived at the citizen's phone, or did not."""
    state, kind = MessageState(body.status), KIND_OF[body.kind]
    async with open_work() as work:
        is_taken = await handlers.note_delivery(
            work, body.event_id, CallbackId(body.callback_id), kind, state
        )
    return TakenOut(outcome="taken" if is_taken else "ignored")


def _read(keys: str, asked: Questionnaire) -> Answers:
    if len(keys) != len(asked.by_keys):
        raise UnknownKeys
    pressed = [question.by_key.get(key) for key, question in zip(keys, asked.by_keys, strict=True)]
    contacted, solved, satisfied = pressed
    if contacted is None or solved is None or satisfied is None:
        raise UnknownKeys
    return Answers(contacted == "yes", Solved(solved), Satisfied(satisfied))
