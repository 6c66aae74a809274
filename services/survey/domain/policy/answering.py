"""What the citizen says: taken once, by whichever way it comes first; called about again when in doubt."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.survey.domain import commands as do
from services.survey.domain import errors, sampling
from services.survey.domain.model import Answers, Attempt, Doubt, Round, RoundState, Survey
from services.survey.domain.policy.rounds import attempted, ended, find, named, put_back, require_open, spaced
from shared.city.city import City
from shared.city.questionnaire import Questionnaire
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId
from shared.kernel.words import CallbackChannel

CITIZEN, MACHINE = "citizen", "ivr"
"""Who made an attempt that no caller made."""


def owes_link(survey: Survey, callback_id: CallbackId) -> bool:
    """Whether the round still runs and its citizen was not sent anything."""
    running = survey.running
    return running is not None and running.callback_id == callback_id and running.link_until is None


def send_link(survey: Survey, callback_id: CallbackId, city: City, *, at: datetime) -> Decision[Survey]:
    """From now on the citizen may answer alone, for the policy's days. Nobody was reached yet: no fact."""
    one = require_open(survey, callback_id)
    until = at + timedelta(days=city.policy.callback.link_days)
    return Decision(put_back(survey, replace(one, link_until=one.link_until or until)))


def answer_by_link(survey: Survey, cmd: do.AnswerByLink, city: City, *, at: datetime) -> Decision[Survey]:
    """The citizen answered on the page behind the link; it works once."""
    one = require_link(survey, cmd.callback_id, at=at)
    attempt = Attempt(at, CallbackChannel.LINK, reached=True, by=CITIZEN)
    return take(survey, one, attempt, cmd.answers, city)


def require_link(survey: Survey, callback_id: CallbackId, *, at: datetime) -> Round:
    """The round a link opens. Raises `UnknownLink`, `LinkExpired`, `LinkUsed`, `CallbackGivenUp`,
    `CallbackCalledOff`.
    """
    one = find(survey, callback_id)
    if one is None or one.link_until is None or one.checks is not None:
        raise errors.UnknownLink
    # Its days come first: a round that was given up when they were over was used by nobody.
    if at >= one.link_until and one.answers is None:
        raise errors.LinkExpired(one.link_until)
    if one.answers is not None or one.doubt is not None:
        raise errors.LinkUsed
    # Within its days, and yet nobody may answer: he is told which it was, not that he has done so.
    if one.state is RoundState.UNREACHABLE:
        raise errors.CallbackGivenUp
    if one.state is not RoundState.SCHEDULED:
        raise errors.CallbackCalledOff
    return one


def answer_in_app(survey: Survey, cmd: do.AnswerInApp, city: City, *, at: datetime) -> Decision[Survey]:
    """The citizen answered in the app that shows the case; hours do not bind, nobody is called."""
    one = require_asked(survey)
    attempt = Attempt(at, CallbackChannel.IN_APP, reached=True, by=CITIZEN)
    return take(survey, one, attempt, cmd.answers, city)


def require_asked(survey: Survey) -> Round:
    """The round that waits for an answer. Raises `NothingAsked`."""
    running = survey.running
    if running is None or running.doubt is not None:
        raise errors.NothingAsked
    return running


def answer_by_keys(survey: Survey, cmd: do.AnswerByKeys, city: City, *, at: datetime) -> Decision[Survey]:
    """Keys were pressed while a machine asked. A call nobody took is no rung of the ladder."""
    one = require_open(survey, cmd.callback_id)
    if one.doubt is not None or one.checks is not None:
        raise errors.SaidAlready
    attempt = Attempt(at, CallbackChannel.IVR, cmd.answers is not None, MACHINE)
    if cmd.answers is not None:
        return take(survey, one, attempt, cmd.answers, city)
    tried = replace(one, attempts=(*one.attempts, attempt))
    return Decision(put_back(survey, tried), (attempted(survey, tried),))


def take(
    survey: Survey,
    one: Round,
    attempt: Attempt,
    answers: Answers,
    city: City,
    *,
    recheck_id: CallbackId | None = None,
) -> Decision[Survey]:
    """The answers count, unless they contradict each other and the citizen may be asked a second time."""
    asked = city.questionnaire
    answers = read(answers, asked)
    tried = replace(one, attempts=(*one.attempts, attempt), claim=None)
    contradicts = asked.contradiction(answers.solved, answers.satisfied) is not None
    may_call_again = answers.may_call_again and survey.has_phone
    if contradicts and one.doubt is None and may_call_again:
        return _doubt(survey, tried, answers, city, at=attempt.at)
    flagged = contradicts or one.doubt is not None
    done = _complete(
        survey, replace(tried, flagged=flagged), answers, attempt.channel, (attempted(survey, tried),)
    )
    if recheck_id is None or flagged or not may_call_again:
        return done
    return _draw_check(done, one.callback_id, attempt, recheck_id, city)


def read(answers: Answers, asked: Questionnaire) -> Answers:
    """Answers with the version they were given to: the one that was shown, where that is known, else the
    one in force. Raises `UnknownReason`.
    """
    for place, reason in enumerate(answers.reasons):
        if reason not in asked.reasons.codes:
            raise errors.UnknownReason(place)
    reasons = tuple(dict.fromkeys(answers.reasons))
    return replace(answers, reasons=reasons, questionnaire=answers.questionnaire or asked.version)


def stand(
    survey: Survey, one: Round, facts: tuple[say.CallbackFact, ...], *, at: datetime
) -> Decision[Survey]:
    """Nobody could be asked a second time: what was said first counts, contradiction and all."""
    assert one.doubt is not None  # only a round in doubt has a first answer
    return _complete(
        survey, replace(one, flagged=True), one.doubt.answers, one.doubt.channel, facts, ended_at=at
    )


def _doubt(survey: Survey, tried: Round, answers: Answers, city: City, *, at: datetime) -> Decision[Survey]:
    """存疑: kept, and a second call is due; router hears nothing that it might act on."""
    channel = tried.attempts[-1].channel
    doubted = replace(tried, doubt=Doubt(answers, channel), due_at=spaced(city, at=at), promised=False)
    return Decision(put_back(survey, doubted), (attempted(survey, doubted, contradictory=True),))


def _complete(
    survey: Survey,
    one: Round,
    answers: Answers,
    channel: CallbackChannel,
    facts: tuple[say.CallbackFact, ...],
    *,
    ended_at: datetime | None = None,
) -> Decision[Survey]:
    """The first valid result of a case is scored; a later round's result stands beside it."""
    scored = not survey.has_scored
    over = ended(one, "complete", at=ended_at or one.attempts[-1].at)
    done = replace(over, answers=answers, channel=channel, scored=scored)
    completed = say.CallbackCompleted(
        **named(survey, done),
        channel=channel,
        contacted=answers.contacted,
        solved=answers.solved,
        satisfied=answers.satisfied,
        scored=scored,
        reasons=answers.reasons,
        flagged=one.flagged,
        questionnaire=answers.questionnaire,
    )
    return Decision(put_back(survey, done), (*facts, completed))


def _draw_check(
    done: Decision[Survey], checks: CallbackId, call: Attempt, recheck_id: CallbackId, city: City
) -> Decision[Survey]:
    """质检: some results of phone calls are asked about once more, by another caller."""
    if not sampling.is_drawn(sampling.CHECK, checks, city.policy.callback.recheck):
        return done
    number = len(done.state.rounds)
    due = spaced(city, at=call.at)
    until = call.at + timedelta(days=city.policy.callback.link_days)
    check = Round(
        recheck_id,
        number,
        RoundState.SCHEDULED,
        call.at,
        due,
        link_until=until,
        checks=checks,
        not_by=call.by,
    )
    return Decision(replace(done.state, rechecks=(*done.state.rechecks, check)), done.facts)
