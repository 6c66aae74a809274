"""匿名化: the citizen's own words are forgotten when the round that brought them ended long ago.

The codes stay: they are what was scored, and say nothing of who answered.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.survey.domain.model import Answers, Doubt, Round, Survey
from services.survey.domain.policy.rounds import put_back
from services.survey.domain.policy.scheduling import cancel
from shared.city.city import City
from shared.kernel.decision import Decision


def anonymise(survey: Survey, city: City, *, at: datetime) -> Decision[Survey]:
    """Empty the notes of rounds and checks that have been over for the policy's days."""
    before = due_before(city, at=at)
    for one in survey.calls:
        if one.has_note and one.ended_at is not None and one.ended_at <= before:
            survey = put_back(survey, _without_note(one))
    return Decision(survey)


def erase(survey: Survey, *, at: datetime) -> Decision[Survey]:
    """删除个人信息: the same at once, of a citizen who wishes it; intake has seen that the case has ended.

    A check that nobody made yet is called off: intake has no phone any more, and whoever was in the middle of
    the call would write down new words.
    """
    called_off = cancel(survey, at=at)
    survey = called_off.state
    for one in survey.calls:
        if one.has_note:
            survey = put_back(survey, _without_note(one))
    return Decision(survey, called_off.facts)


def due_before(city: City, *, at: datetime) -> datetime:
    """Who had ended by then is forgotten."""
    return at - timedelta(days=city.policy.anonymising.after_days)


def _without_note(one: Round) -> Round:
    doubt = Doubt(_emptied(one.doubt.answers), one.doubt.channel) if one.doubt else None
    return replace(one, answers=_emptied(one.answers) if one.answers else None, doubt=doubt)


def _emptied(answers: Answers) -> Answers:
    return replace(answers, note="")
