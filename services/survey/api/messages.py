"""What was handed over to the message provider, for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.survey.api.doors import Equipped
from services.survey.domain.messages import Message, MessageState
from services.survey.handlers.sending import text_of
from services.survey.store import Equipment, queries
from shared.city.questionnaire import Questionnaire
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Wire
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Language

ROUTES = APIRouter()
Operator = Annotated[Caller, allow(Role.OPS)]


class MessageOut(Wire):
    """A message: to whom it went stays in intake's vault."""

    callback_id: UUID
    case_id: UUID
    kind: CallbackChannel
    state: MessageState
    sent_at: datetime
    text: str | None = Field(description="Null where a gateway sends: the link in it is the citizen's own.")
    url: str | None

    @classmethod
    def of(cls, row: queries.MessageRow, asked: Questionnaire, equipped: Equipment) -> "MessageOut":
        """The text is made again: a stored one would be a link lying about."""
        message = Message(
            CallbackId(row.callback_id),
            CaseId(row.case_id),
            CallbackChannel(row.kind),
            MessageState(row.state),
            row.sent_at,
            language=Language(row.language or Language.CHINESE),
        )
        is_shown = equipped.messenger.is_shown
        return cls(
            callback_id=row.callback_id,
            case_id=row.case_id,
            kind=message.kind,
            state=message.state,
            sent_at=row.sent_at,
            text=text_of(message, asked, equipped.links) if is_shown else None,
            url=equipped.links.url(message.callback_id) if is_shown else None,
        )


@ROUTES.get("/messages")
async def messages(
    connection: Reading, _: Operator, asked: Asked, equipped: Equipped, city: InCity
) -> Page[MessageOut]:
    """Messages that were handed over, newest first."""
    rows = await queries.messages(connection, after=asked.after, limit=asked.fetch)
    return asked.page(
        rows,
        position=lambda row: (row.sent_at, row.callback_id, row.kind),
        item=lambda row: MessageOut.of(row, city.questionnaire, equipped),
    )
