"""Survey's refusals.

Refusal
├─ NotFound: UnknownCallback, UnknownLink
├─ Conflict: QuietHours, ClaimedByAnother, NotClaimed, NotDueYet, (MoveNotAllowed)
├─ Gone:     LinkExpired, LinkUsed
└─ Invalid:  AnswersMissing, AnswersUnasked, RangUnreached
"""

from datetime import datetime

from shared.kernel.errors import Conflict, Gone, Invalid, NotFound
from shared.kernel.ids import CallbackId


class UnknownCallback(NotFound):
    def __init__(self, callback_id: CallbackId) -> None:
        super().__init__(f"there is no callback {callback_id}", callback_id=str(callback_id))


class UnknownLink(NotFound):
    def __init__(self) -> None:
        super().__init__("this link is not one of ours")


class LinkExpired(Gone):
    def __init__(self, ended_at: datetime) -> None:
        super().__init__("this link is no longer valid", ended_at=ended_at.isoformat())


class LinkUsed(Gone):
    def __init__(self) -> None:
        super().__init__("this link has been used, or the callback is over")


class QuietHours(Conflict):
    def __init__(self, opens_at: datetime) -> None:
        super().__init__(
            f"citizens may be called again from {opens_at:%Y-%m-%d %H:%M}", opens_at=opens_at.isoformat()
        )


class ClaimedByAnother(Conflict):
    def __init__(self, until: datetime) -> None:
        super().__init__("another caller has this callback in hand", until=until.isoformat())


class NotClaimed(Conflict):
    def __init__(self) -> None:
        super().__init__("claim the callback before you write an attempt down")


class NotDueYet(Conflict):
    def __init__(self, due_at: datetime) -> None:
        super().__init__("the next attempt is not due yet", due_at=due_at.isoformat())


class AnswersMissing(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who was reached has answers", field="answers")


class AnswersUnasked(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who was not reached has no answers", field="answers")


class RangUnreached(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who rang was reached", field="inbound")
