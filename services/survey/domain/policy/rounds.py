"""One round among a case's: found, put back, ended, and named in a fact."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.survey.domain import errors
from services.survey.domain.lifecycle import ROUND_LIFE
from services.survey.domain.model import Round, Survey
from shared.city.city import City
from shared.events import survey as say
from shared.kernel.ids import CallbackId


def find(survey: Survey, callback_id: CallbackId) -> Round | None:
    """The round or check of this id."""
    return next((one for one in survey.calls if one.callback_id == callback_id), None)


def require_open(survey: Survey, callback_id: CallbackId) -> Round:
    """The round or check, while somebody may still be called for it."""
    one = find(survey, callback_id)
    if one is None:
        raise errors.UnknownCallback(callback_id)
    ROUND_LIFE.fire("attempt", one.state)
    return one


def put_back(survey: Survey, changed: Round) -> Survey:
    """The case with this round as it is now."""

    def among(those: tuple[Round, ...]) -> tuple[Round, ...]:
        return tuple(changed if one.callback_id == changed.callback_id else one for one in those)

    return replace(survey, rounds=among(survey.rounds), rechecks=among(survey.rechecks))


def ended(one: Round, move: str, *, at: datetime) -> Round:
    """The round after its last move."""
    return replace(one, state=ROUND_LIFE.fire(move, one.state), claim=None, ended_at=at)


def spaced(city: City, *, at: datetime) -> datetime:
    """When the next call may follow one made now: the ladder's second rung later, never at night."""
    rules = city.policy.callback
    rung = rules.attempts[min(1, len(rules.attempts) - 1)]
    wait = city.calendar.deadline(at, rung) if rung.duration else at + timedelta(hours=1)
    return city.calendar.next_open(wait, rules.hours.window)


def attempted(
    survey: Survey,
    one: Round,
    *,
    contradictory: bool = False,
    is_last: bool = False,
    put_off_until: datetime | None = None,
) -> say.CallbackAttempted:
    """What is said of the last attempt."""
    last = one.attempts[-1]
    return say.CallbackAttempted(
        **named(survey, one),
        attempt=len(one.attempts),
        channel=last.channel,
        reached=last.reached,
        contradictory=contradictory,
        last=is_last,
        inbound=last.inbound,
        put_off_until=put_off_until,
    )


def named(survey: Survey, one: Round) -> dict[str, Any]:
    """What every fact about a round names."""
    return {"case_id": survey.case_id, "callback_id": one.callback_id, "round": one.number}
