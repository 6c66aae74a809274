"""Callers: a round in hand, a call written down, the ladder, and when nobody can be reached."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.survey.domain import commands as do
from services.survey.domain import errors
from services.survey.domain.model import (
    HOPELESS,
    SPOKEN,
    Answers,
    Attempt,
    Claim,
    Missed,
    Round,
    RoundState,
    Survey,
)
from services.survey.domain.policy.answering import read, stand, take
from services.survey.domain.policy.rounds import attempted, ended, find, named, put_back, require_open, spaced
from shared.city.city import City
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel, Unreached

LEASE = timedelta(minutes=30)
"""How long a claimed callback is kept for its caller (ours)."""
MOST_IN_HAND = 50
"""How many a caller has in hand who reserves: more than half an hour is good for (ours)."""
PROMISE = timedelta(days=1)
"""How long a call that was promised may be made, though the days to answer end meanwhile (ours)."""


def require_open_hours(city: City, *, at: datetime) -> None:
    """Raises `QuietHours` at night."""
    hours = city.policy.callback.hours.window
    if city.calendar.in_quiet_hours(at, hours):
        raise errors.QuietHours(city.calendar.next_open(at, hours))


def claim(survey: Survey, cmd: do.ClaimRound, *, at: datetime) -> Decision[Survey]:
    """A caller takes the round in hand for a while; asking again renews the lease."""
    one = require_open(survey, cmd.callback_id)
    if not survey.has_phone and not cmd.inbound:
        raise errors.NoPhone
    if one.not_by == cmd.by:
        raise errors.CheckedByOneself
    if one.claim and one.claim.by != cmd.by and one.claim.until > at:
        raise errors.ClaimedByAnother(one.claim.until)
    held = replace(one, claim=Claim(cmd.by, at + LEASE))
    if one.passed_by == cmd.by:
        held = replace(held, passed_by=None, passed_until=None)
    return Decision(put_back(survey, held))


def choose(survey: Survey, cmd: do.ClaimRound, city: City, *, at: datetime) -> Decision[Survey]:
    """A caller takes the one he chose: whoever may not be called now is in nobody's hand, number and all."""
    one = require_open(survey, cmd.callback_id)
    if not cmd.inbound:
        require_open_hours(city, at=at)
        if one.due_at > at:
            raise errors.NotDueYet(one.due_at)
    return claim(survey, cmd, at=at)


def hand_back(survey: Survey, cmd: do.HandBack, *, at: datetime) -> Decision[Survey]:
    """交回: the caller cannot make this call. It keeps its place, and is another's next one. Where nobody
    else takes it he is given it again later: it would wait there to the end of its days.
    """
    one = require_open(survey, cmd.callback_id)
    if one.claim is not None and one.claim.by == cmd.by:
        # His time with it may be over: unless he is passed over, it would be his next one again.
        passed = replace(one, claim=None, passed_by=cmd.by, passed_until=at + LEASE)
        return Decision(put_back(survey, passed))
    if one.claim is not None and one.claim.until > at:
        raise errors.ClaimedByAnother(one.claim.until)
    return Decision(survey)


def room_for(many: int, in_hand: int) -> int:
    """How many of those he asks for a caller may reserve. Raises `HandsFull`."""
    if in_hand >= MOST_IN_HAND:
        raise errors.HandsFull(MOST_IN_HAND)
    return min(many, MOST_IN_HAND - in_hand)


def may_take(survey: Survey, callback_id: CallbackId, by: str, *, at: datetime) -> bool:
    """Whether this call is due and free for a caller who asks for the next one."""
    one = find(survey, callback_id)
    if one is None or one.state is not RoundState.SCHEDULED or by == one.not_by:
        return False
    if by == one.passed_by and one.passed_until is not None and one.passed_until > at:
        return False
    return survey.has_phone and one.due_at <= at and (one.claim is None or one.claim.until <= at)


def has_in_hand(survey: Survey, callback_id: CallbackId, by: str, *, at: datetime) -> bool:
    """Whether this caller took the call and may still write it down."""
    one = find(survey, callback_id)
    if one is None or one.state is not RoundState.SCHEDULED or one.claim is None:
        return False
    return one.claim.by == by and one.claim.until > at


def record_attempt(survey: Survey, cmd: do.RecordAttempt, city: City, *, at: datetime) -> Decision[Survey]:
    """Write down a call: with answers the round is complete, without them the next rung is due."""
    one = require_open(survey, cmd.callback_id)
    _require_sense(cmd)
    if not cmd.inbound:
        _require_may_call(one, cmd.by, city, at=at)
    elif one.not_by == cmd.by:
        raise errors.CheckedByOneself
    attempt = Attempt(at, CallbackChannel.PHONE, cmd.reached, cmd.by, _missed(cmd), cmd.inbound)
    if cmd.call_at is not None:
        return _put_off(survey, one, attempt, cmd.call_at, city)
    if one.checks is not None:
        return _check(survey, one, attempt, read(cmd.answers, city.questionnaire) if cmd.answers else None)
    if cmd.answers is not None:
        return take(survey, one, attempt, cmd.answers, city, recheck_id=cmd.recheck_id)
    return _not_reached(survey, one, attempt, city)


def expire(survey: Survey, callback_id: CallbackId, *, at: datetime) -> Decision[Survey]:
    """The days are over: nobody was reached, or what was said in doubt counts; a check was not made."""
    one = find(survey, callback_id)
    if one is None or one.state is not RoundState.SCHEDULED or one.link_until is None:
        return Decision(survey)
    in_hand = one.claim is not None and one.claim.until > at
    is_owed = one.promised and one.due_at > at - PROMISE
    if one.link_until > at or in_hand or is_owed:
        return Decision(survey)
    if one.checks is not None:
        return Decision(put_back(survey, ended(one, "lapse", at=at)))
    if one.doubt is not None:
        return stand(survey, one, (), at=at)
    return _give_up(survey, one, (), Unreached.DAYS_OVER, at=at)


def _put_off(survey: Survey, one: Round, attempt: Attempt, call_at: datetime, city: City) -> Decision[Survey]:
    """约时再拨: due when the citizen asked for it, while he may answer at all. It is no rung of the ladder:
    who takes the call is not given up for having no time.
    """
    rules = city.policy.callback
    until = one.link_until or attempt.at + timedelta(days=rules.link_days)
    if not attempt.at < call_at < until:
        raise errors.TimeOutOfReach(until)
    if city.calendar.in_quiet_hours(call_at, rules.hours.window):
        raise errors.TimeAtNight
    tried = replace(
        one,
        attempts=(*one.attempts, attempt),
        claim=None,
        due_at=call_at,
        promised=True,
        passed_by=None,
        passed_until=None,
    )
    said = () if one.checks is not None else (attempted(survey, tried, put_off_until=call_at),)
    return Decision(put_back(survey, tried), said)


def _not_reached(survey: Survey, one: Round, attempt: Attempt, city: City) -> Decision[Survey]:
    tried = replace(one, attempts=(*one.attempts, attempt), claim=None)
    why = _why_no_more(tried, city)
    said = (attempted(survey, tried, is_last=why is not None or tried.doubt is not None),)
    if tried.doubt is not None:
        return stand(survey, tried, said, at=attempt.at)
    if why is not None:
        return _give_up(survey, tried, said, why, at=attempt.at)
    rung = city.calendar.deadline(one.started_at, city.policy.callback.attempts[_calls(tried)])
    # However late this call was: the next one is not made at once, or a late desk would use up the ladder.
    due = city.calendar.next_open(max(rung, spaced(city, at=attempt.at)), city.policy.callback.hours.window)
    return Decision(put_back(survey, replace(tried, due_at=due, promised=False)), said)


def _why_no_more(tried: Round, city: City) -> Unreached | None:
    """Why no call follows the last one, if none does."""
    missed = tried.attempts[-1].missed
    if missed in HOPELESS:
        return HOPELESS[missed]
    return Unreached.LADDER if _calls(tried) >= len(city.policy.callback.attempts) else None


def _calls(one: Round) -> int:
    rungs = [each for each in one.attempts if each.missed is not Missed.PUT_OFF]
    return sum(each.channel is CallbackChannel.PHONE for each in rungs)


def _give_up(
    survey: Survey, one: Round, said: tuple[say.CallbackFact, ...], why: Unreached, *, at: datetime
) -> Decision[Survey]:
    over = ended(one, "give_up", at=at)
    unreachable = say.CallbackUnreachable(**named(survey, over), attempts=len(over.attempts), reason=why)
    return Decision(put_back(survey, over), (*said, unreachable))


def _check(survey: Survey, one: Round, attempt: Attempt, answers: Answers | None) -> Decision[Survey]:
    """质检: one call. What it finds stands beside the result and changes nothing of it."""
    tried = replace(one, attempts=(*one.attempts, attempt))
    checked = next(each for each in survey.rounds if each.callback_id == one.checks)
    if answers is None or checked.answers is None:
        return Decision(put_back(survey, ended(tried, "give_up", at=attempt.at)))
    agrees = _codes(answers) == _codes(checked.answers)
    over = replace(ended(tried, "complete", at=attempt.at), answers=answers, agrees=agrees)
    rechecked = say.CallbackRechecked(**named(survey, checked), agrees=agrees)
    return Decision(put_back(survey, replace(over, channel=attempt.channel)), (rechecked,))


def _codes(answers: Answers) -> tuple[object, ...]:
    return answers.contacted, answers.solved, answers.satisfied


def _missed(cmd: do.RecordAttempt) -> Missed | None:
    return None if cmd.reached else cmd.missed or Missed.NO_ANSWER


def _require_may_call(one: Round, by: str, city: City, *, at: datetime) -> None:
    mine = one.claim if one.claim and one.claim.by == by and one.claim.until > at else None
    # Who was called before the hour has said what he said: it is written down after it.
    if mine is None or city.calendar.in_quiet_hours(mine.until - LEASE, city.policy.callback.hours.window):
        require_open_hours(city, at=at)
    if one.due_at > at:
        raise errors.NotDueYet(one.due_at)
    if mine is None:
        raise errors.NotClaimed


def _require_sense(cmd: do.RecordAttempt) -> None:
    if cmd.reached and cmd.answers is None:
        raise errors.AnswersMissing
    if not cmd.reached and cmd.answers is not None:
        raise errors.AnswersUnasked
    if cmd.reached and cmd.missed is not None:
        raise errors.MissedUnreached
    if cmd.inbound and not cmd.reached and cmd.missed not in SPOKEN:
        raise errors.RangUnreached
    if cmd.missed is Missed.PUT_OFF and cmd.call_at is None:
        raise errors.TimeMissing
    if cmd.missed is not Missed.PUT_OFF and cmd.call_at is not None:
        raise errors.TimeUnasked
