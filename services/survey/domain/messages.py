"""消息: a text with a link, or a call that a machine makes; at most one of each kind for a round."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.city.city import City
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Language

BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long a gateway that is busy or away is left alone before the next try (ours)."""


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    DROPPED = "dropped"
    """The citizen answered before it was sent, or the case went another way."""


class EventKind(StrEnum):
    """Of what the gateway tells; it may name one event of each kind by the same id."""

    KEYS = "keys"
    DELIVERIES = "deliveries"


class Outcome(StrEnum):
    """What came of handing a message over."""

    ACCEPTED = "accepted"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Message:
    """One message on its way."""

    callback_id: CallbackId
    case_id: CaseId
    kind: CallbackChannel
    state: MessageState
    next_at: datetime
    tries: int = 0
    sent_at: datetime | None = None
    reference: str | None = None
    """What the gateway calls it."""
    language: Language = Language.CHINESE

    @property
    def key(self) -> str:
        """The idempotency key: made of what the message is, so that no crash can lose or change it."""
        return f"{self.callback_id}:{self.kind}"


def dropped(message: Message) -> Message:
    """Nobody waits for it any more."""
    return replace(message, state=MessageState.DROPPED)


def after(
    message: Message, outcome: Outcome, city: City, *, reference: str | None = None, at: datetime
) -> Message:
    """The message after a try: sent, refused for good, or to be tried again later and never at night."""
    tried = replace(message, tries=message.tries + 1)
    if outcome is Outcome.ACCEPTED:
        return replace(tried, state=MessageState.SENT, sent_at=at, reference=reference)
    if outcome is Outcome.REFUSED or message.tries >= len(BACK_OFF):
        return replace(tried, state=MessageState.FAILED)
    later = city.calendar.next_open(at + BACK_OFF[message.tries], city.policy.callback.hours.window)
    return replace(tried, next_at=later)
