"""The rules of calling back: when, how often, by whom, and which answer counts.

Source of the numbers: the city's policy file, group `callback`.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.survey.domain import commands as do
from services.survey.domain import errors
from services.survey.domain.lifecycle import ROUND_LIFE
from services.survey.domain.model import Answers, Attempt, Claim, Round, RoundState, Survey
from shared.city.city import City
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel

LEASE = timedelta(minutes=30)
"""How long a claimed callback is kept for its caller (ours)."""


def note_case(known: Survey | None, cmd: do.NoteCase) -> Decision[Survey]:
    """Remember a case that may have to be called back. Says nothing."""
    return Decision(replace(known or Survey(cmd.case_id, cmd.has_phone), has_phone=cmd.has_phone))


def schedule(survey: Survey, cmd: do.Schedule, city: City, *, at: datetime) -> Decision[Survey]:
    """回访: start a round. Without a phone number it ends at once: there is no way to ask."""
    if survey.running:
        return Decision(survey)
    due = city.calendar.next_open(at, city.policy.callback.hours.window)
    started = Round(cmd.callback_id, len(survey.rounds) + 1, RoundState.SCHEDULED, at, due)
    scheduled = say.CallbackScheduled(**_names(survey, started), due_at=due)
    if survey.has_phone:
        return Decision(replace(survey, rounds=(*survey.rounds, started)), (scheduled,))
    ended = replace(started, state=ROUND_LIFE.fire("give_up", started.state))
    unreachable = say.CallbackUnreachable(**_names(survey, ended), attempts=0)
    return Decision(replace(survey, rounds=(*survey.rounds, ended)), (scheduled, unreachable))


def join(survey: Survey, case_id: CaseId) -> Decision[Survey]:
    """并案: another case shares this one's handling; its citizen is called back when this one is."""
    if case_id in survey.joined:
        return Decision(survey)
    return Decision(replace(survey, joined=(*survey.joined, case_id)))


def part(survey: Survey) -> Decision[Survey]:
    """The handling is over: whoever was joined is asked now, and goes a way of their own from here on."""
    return Decision(replace(survey, joined=(), handled=True))


def reopen(survey: Survey) -> Decision[Survey]:
    """重办: the case is handled once more; who is joined now waits for the end of that."""
    return Decision(replace(survey, handled=False))


def cancel(survey: Survey) -> Decision[Survey]:
    """The case was withdrawn or reopened another way: the running round ends without a result."""
    running = survey.running
    if running is None:
        return Decision(survey)
    over = replace(running, state=ROUND_LIFE.fire("cancel", running.state), claim=None)
    return Decision(_with(survey, over), (say.CallbackCancelled(**_names(survey, over)),))


def claim(survey: Survey, cmd: do.ClaimRound, *, at: datetime) -> Decision[Survey]:
    """A caller takes the round in hand for a while; asking again renews the lease."""
    one = _open_round(survey, cmd.callback_id)
    if one.claim and one.claim.by != cmd.by and one.claim.until > at:
        raise errors.ClaimedByAnother(one.claim.until)
    return Decision(_with(survey, replace(one, claim=Claim(cmd.by, at + LEASE))))


def record_attempt(survey: Survey, cmd: do.RecordAttempt, city: City, *, at: datetime) -> Decision[Survey]:
    """Write down a call: with answers the round is complete, without them the next rung is due."""
    one = _open_round(survey, cmd.callback_id)
    _require_answers_iff_reached(cmd)
    if cmd.inbound and not cmd.reached:
        raise errors.RangUnreached
    if not cmd.inbound:
        _require_may_call(one, cmd.by, city, at=at)
    attempt = Attempt(at, CallbackChannel.PHONE, cmd.reached, cmd.by)
    if cmd.answers is not None:
        return _complete(survey, one, attempt, cmd.answers)
    return _not_reached(survey, one, attempt, city)


def owes_link(survey: Survey, callback_id: CallbackId) -> bool:
    """Whether the round still runs and its citizen was not sent a link."""
    running = survey.running
    return running is not None and running.callback_id == callback_id and running.link_until is None


def send_link(survey: Survey, callback_id: CallbackId, city: City, *, at: datetime) -> Decision[Survey]:
    """The citizen is sent a link, valid for the policy's days. Says nothing: nobody was reached by it yet."""
    one = _open_round(survey, callback_id)
    until = at + timedelta(days=city.policy.callback.link_days)
    return Decision(_with(survey, replace(one, link_until=one.link_until or until)))


def answer_by_link(survey: Survey, cmd: do.AnswerByLink, *, at: datetime) -> Decision[Survey]:
    """The citizen answered on the page behind the link; it works once."""
    one = require_link(survey, cmd.callback_id, at=at)
    attempt = Attempt(at, CallbackChannel.LINK, reached=True, by="citizen")
    return _complete(survey, one, attempt, cmd.answers)


def require_link(survey: Survey, callback_id: CallbackId, *, at: datetime) -> Round:
    """The round a link opens. Raises `UnknownLink`, `LinkUsed`, `LinkExpired`."""
    one = _round(survey, callback_id)
    if one is None or one.link_until is None:
        raise errors.UnknownLink
    if one.state is not RoundState.SCHEDULED:
        raise errors.LinkUsed
    if at >= one.link_until:
        raise errors.LinkExpired(one.link_until)
    return one


def _complete(survey: Survey, one: Round, attempt: Attempt, answers: Answers) -> Decision[Survey]:
    """The first valid result of a case is scored; a later round's result stands beside it."""
    scored = not survey.has_scored
    done = replace(
        one,
        state=ROUND_LIFE.fire("complete", one.state),
        attempts=(*one.attempts, attempt),
        claim=None,
        answers=answers,
        channel=attempt.channel,
        scored=scored,
    )
    completed = say.CallbackCompleted(
        **_names(survey, done),
        channel=attempt.channel,
        contacted=answers.contacted,
        solved=answers.solved,
        satisfied=answers.satisfied,
        scored=scored,
    )
    return Decision(_with(survey, done), (_attempted(survey, done), completed))


def _not_reached(survey: Survey, one: Round, attempt: Attempt, city: City) -> Decision[Survey]:
    tried = replace(one, attempts=(*one.attempts, attempt), claim=None)
    ladder = city.policy.callback.attempts
    attempted = _attempted(survey, tried)
    calls = sum(each.channel is CallbackChannel.PHONE for each in tried.attempts)
    if calls >= len(ladder):
        over = replace(tried, state=ROUND_LIFE.fire("give_up", tried.state))
        unreachable = say.CallbackUnreachable(**_names(survey, over), attempts=len(over.attempts))
        return Decision(_with(survey, over), (attempted, unreachable))
    rung = city.calendar.deadline(one.started_at, ladder[calls])
    # However late this call was: the next one is not made at once, or a late desk would use up the ladder.
    spaced = city.calendar.deadline(attempt.at, ladder[1])
    due = city.calendar.next_open(max(rung, spaced), city.policy.callback.hours.window)
    return Decision(_with(survey, replace(tried, due_at=due)), (attempted,))


def _require_may_call(one: Round, by: str, city: City, *, at: datetime) -> None:
    hours = city.policy.callback.hours.window
    if city.calendar.in_quiet_hours(at, hours):
        raise errors.QuietHours(city.calendar.next_open(at, hours))
    if one.due_at > at:
        raise errors.NotDueYet(one.due_at)
    if one.claim is None or one.claim.by != by or one.claim.until <= at:
        raise errors.NotClaimed


def _require_answers_iff_reached(cmd: do.RecordAttempt) -> None:
    if cmd.reached and cmd.answers is None:
        raise errors.AnswersMissing
    if not cmd.reached and cmd.answers is not None:
        raise errors.AnswersUnasked


def _round(survey: Survey, callback_id: CallbackId) -> Round | None:
    return next((one for one in survey.rounds if one.callback_id == callback_id), None)


def _open_round(survey: Survey, callback_id: CallbackId) -> Round:
    one = _round(survey, callback_id)
    if one is None:
        raise errors.UnknownCallback(callback_id)
    ROUND_LIFE.fire("attempt", one.state)
    return one


def _with(survey: Survey, changed: Round) -> Survey:
    rounds = tuple(changed if one.callback_id == changed.callback_id else one for one in survey.rounds)
    return replace(survey, rounds=rounds)


def _attempted(survey: Survey, one: Round) -> say.CallbackAttempted:
    last = one.attempts[-1]
    return say.CallbackAttempted(
        **_names(survey, one), attempt=len(one.attempts), channel=last.channel, reached=last.reached
    )


def _names(survey: Survey, one: Round) -> dict[str, Any]:
    return {"case_id": survey.case_id, "callback_id": one.callback_id, "round": one.number}
