"""Who is asked, and when: rounds begin with the end of the handling and end with what becomes of the case."""

from dataclasses import replace
from datetime import datetime, timedelta

from services.survey.domain import commands as do
from services.survey.domain import sampling
from services.survey.domain.model import Round, RoundState, Survey
from services.survey.domain.policy.rounds import ended, named, put_back
from shared.city.city import City
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId
from shared.kernel.words import Unreached


def note_case(known: Survey | None, cmd: do.NoteCase) -> Decision[Survey]:
    """Remember a case that may have to be called back. Says nothing."""
    survey = known or Survey(cmd.case_id, cmd.has_phone)
    noted = replace(
        survey,
        has_phone=cmd.has_phone,
        has_citizen=cmd.has_citizen,
        registered_at=cmd.registered_at,
        category=survey.category or cmd.category,
        language=cmd.language,
    )
    return Decision(noted)


def note_matter(survey: Survey, cmd: do.NoteMatter) -> Decision[Survey]:
    """Remember what the case was about, and who handled it. Says nothing."""
    category, unit = cmd.category or survey.category, cmd.unit or survey.unit
    return Decision(replace(survey, category=category, unit=unit))


def handled_with(survey: Survey, into: Survey) -> Decision[Survey]:
    """并案: whoever handled the other case handled this one too. It is the same matter, unless this citizen
    named one himself.
    """
    return Decision(replace(survey, unit=into.unit, category=survey.category or into.category))


def schedule(survey: Survey, cmd: do.Schedule, city: City, *, at: datetime) -> Decision[Survey]:
    """回访: start a round. Who left no phone number may answer in the app for as long as a link is good;
    where no citizen asked for anything the round ends at once.
    """
    if survey.running:
        return Decision(survey)
    due = city.calendar.next_open(at, city.policy.callback.hours.window)
    started = Round(cmd.callback_id, len(survey.rounds) + 1, RoundState.SCHEDULED, at, due)
    if not _is_drawn(survey, city):
        return _skip(survey, started, city, at=at)
    scheduled = say.CallbackScheduled(**named(survey, started), due_at=due, by_phone=survey.has_phone)
    if survey.has_phone:
        return Decision(_begun(survey, started), (scheduled,))
    if survey.has_citizen:
        until = at + timedelta(days=city.policy.callback.link_days)
        return Decision(_begun(survey, replace(started, link_until=until)), (scheduled,))
    over = ended(started, "give_up", at=at)
    unreachable = say.CallbackUnreachable(**named(survey, over), attempts=0, reason=Unreached.NOBODY)
    return Decision(_begun(survey, over), (scheduled, unreachable))


def join(survey: Survey, case_id: CaseId) -> Decision[Survey]:
    """并案: another case shares this one's handling; its citizen is called back when this one is."""
    if case_id in survey.joined:
        return Decision(survey)
    return Decision(replace(survey, joined=(*survey.joined, case_id)))


def unjoin(survey: Survey, case_id: CaseId) -> Decision[Survey]:
    """The other case does not wait for this one any more."""
    return Decision(replace(survey, joined=tuple(each for each in survey.joined if each != case_id)))


def part(survey: Survey) -> Decision[Survey]:
    """The handling is over: whoever was joined is asked now, and goes a way of their own from here on."""
    return Decision(replace(survey, joined=(), handled=True))


def reopen(survey: Survey, *, at: datetime) -> Decision[Survey]:
    """重办: the case is handled once more. Nobody is asked about the handling before any longer, and who is
    joined now waits for the end of this one.
    """
    over = cancel(survey, at=at)
    return Decision(replace(over.state, handled=False), over.facts)


def let_go(survey: Survey, *, at: datetime) -> Decision[Survey]:
    """并案 undone: as for a redo; and neither who had it before nor who had the other one handled it."""
    over = reopen(survey, at=at)
    return Decision(replace(over.state, unit=None), over.facts)


def cancel(survey: Survey, *, at: datetime) -> Decision[Survey]:
    """The case goes another way: the running round ends without a result, and no result is checked now."""
    facts: tuple[say.CallbackCancelled, ...] = ()
    for one in survey.calls:
        if one.state is RoundState.SCHEDULED:
            over = ended(one, "cancel", at=at)
            survey = put_back(survey, over)
            # A check was never said to be scheduled: only whoever was asked for a result is called off aloud.
            if over.checks is None:
                facts = (*facts, say.CallbackCancelled(**named(survey, over)))
    return Decision(survey, facts)


def _is_drawn(survey: Survey, city: City) -> bool:
    """A redo is always asked about: somebody said no to what is being mended."""
    share = city.policy.callback.sampling
    return bool(survey.rounds) or sampling.is_drawn(sampling.ASK, survey.case_id, share)


def _skip(survey: Survey, started: Round, city: City, *, at: datetime) -> Decision[Survey]:
    over = ended(started, "skip", at=at)
    skipped = say.CallbackSkipped(**named(survey, over), share=float(city.policy.callback.sampling))
    return Decision(_begun(survey, over), (skipped,))


def _begun(survey: Survey, started: Round) -> Survey:
    return replace(survey, rounds=(*survey.rounds, started))
