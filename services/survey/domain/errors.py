"""Survey's refusals.

Refusal
├─ NotFound: UnknownCallback, UnknownLink
├─ Conflict: QuietHours, ClaimedByAnother, HandsFull, NotClaimed, NotDueYet, NoPhone, CheckedByOneself,
│            SaidAlready, (MoveNotAllowed)
├─ Gone:     LinkExpired, LinkUsed, CallbackGivenUp, CallbackCalledOff, NothingAsked
├─ Unauthenticated: ForgedWebhook, StaleWebhook
├─ UnsupportedType: NotAForm
└─ Invalid:  AnswersMissing, AnswersUnasked, RangUnreached, MissedUnreached, TimeMissing, TimeUnasked,
             TimeOutOfReach, TimeAtNight, UnknownReason, UnknownForm, UnknownKeys,
             PeriodBackwards, PeriodTooLong, UnreadableForm
"""

from datetime import datetime

from shared.kernel.errors import Conflict, Gone, Invalid, NotFound, Unauthenticated, UnsupportedType
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
        super().__init__("this link has been used, or the citizen answered another way")


class CallbackGivenUp(Gone):
    """The link would still be good, but its round ended when the last call brought no answer."""

    def __init__(self) -> None:
        super().__init__("the callback is over: the calls brought no answer")


class CallbackCalledOff(Gone):
    def __init__(self) -> None:
        super().__init__("the callback was called off: the case is being handled again, or was withdrawn")


class QuietHours(Conflict):
    def __init__(self, opens_at: datetime) -> None:
        super().__init__(
            f"citizens may be called again from {opens_at:%Y-%m-%d %H:%M}", opens_at=opens_at.isoformat()
        )


class ClaimedByAnother(Conflict):
    def __init__(self, until: datetime) -> None:
        super().__init__("another caller has this callback in hand", until=until.isoformat())


class HandsFull(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(f"{most} callbacks are in hand; write some down before taking more", most=most)


class NotClaimed(Conflict):
    def __init__(self) -> None:
        super().__init__("claim the callback before you write an attempt down")


class NotDueYet(Conflict):
    def __init__(self, due_at: datetime) -> None:
        super().__init__("the citizen may not be called before it is due", due_at=due_at.isoformat())


class NoPhone(Conflict):
    def __init__(self) -> None:
        super().__init__("the citizen left no phone number, and answers in the app alone")


class AnswersMissing(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who was reached has answers", field="answers")


class AnswersUnasked(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who was not reached has no answers", field="answers")


class RangUnreached(Invalid):
    def __init__(self) -> None:
        super().__init__(
            "a citizen who rang answers, refuses to be asked, or puts the call off", field="inbound"
        )


class MissedUnreached(Invalid):
    def __init__(self) -> None:
        super().__init__("why a call was missed is said of a call that was", field="missed")


class TimeMissing(Invalid):
    def __init__(self) -> None:
        super().__init__("a citizen who puts the call off says when to call", field="call_at")


class TimeUnasked(Invalid):
    def __init__(self) -> None:
        super().__init__("only a call that was put off has a time to call again", field="call_at")


class TimeOutOfReach(Invalid):
    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"it can be put off to a time from now on and before {until.isoformat()}, when its days are over",
            field="call_at",
            until=until.isoformat(),
        )


class TimeAtNight(Invalid):
    def __init__(self) -> None:
        super().__init__("citizens are not called in quiet hours: agree on another time", field="call_at")


class UnknownReason(Invalid):
    def __init__(self, place: int) -> None:
        super().__init__("the questionnaire has no such reason", field=f"answers.reasons.{place}")


class UnknownForm(Invalid):
    def __init__(self, field: str) -> None:
        super().__init__("no form of ours carried this: give back what it had, or leave it out", field=field)


class UnknownKeys(Invalid):
    def __init__(self) -> None:
        super().__init__("each question is answered by one of its keys", field="keys")


class PeriodBackwards(Invalid):
    def __init__(self) -> None:
        super().__init__("a period begins before it ends", field="since")


class PeriodTooLong(Invalid):
    def __init__(self, days: int) -> None:
        super().__init__(f"a period has {days} days at most; ask for several", field="since", days=days)


class CheckedByOneself(Conflict):
    def __init__(self) -> None:
        super().__init__("a call is checked by another caller than the one who made it")


class SaidAlready(Conflict):
    def __init__(self) -> None:
        super().__init__("the citizen has answered already and is called about it once more")


class NothingAsked(Gone):
    def __init__(self) -> None:
        super().__init__("nothing is asked about this case now")


class ForgedWebhook(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("the signature is not the gateway's")


class StaleWebhook(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("the signature is too old, or from the future; sign again")


class NotAForm(UnsupportedType):
    def __init__(self) -> None:
        super().__init__("send the page's form as application/x-www-form-urlencoded")


class UnreadableForm(Invalid):
    def __init__(self) -> None:
        super().__init__("the form is not in UTF-8, or has more fields than the page", field="body")
