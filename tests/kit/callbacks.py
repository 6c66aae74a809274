"""Rounds of calling back for unit tests, and Beijing with another callback policy."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.domain import commands as do
from services.survey.domain.model import Answers, Missed, Survey
from services.survey.domain.policy import answering, calling, scheduling
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import Satisfied, Solved
from tests.kit.city import beijing

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=BEIJING)
CASE = CaseId(UUID(int=1))
FIRST, SECOND, CHECK = (CallbackId(UUID(int=number)) for number in (101, 102, 201))
HAPPY = Answers(contacted=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED)
UNHAPPY = Answers(contacted=True, solved=Solved.NO, satisfied=Satisfied.NOT)
TWO_MINDS = Answers(contacted=True, solved=Solved.NO, satisfied=Satisfied.SATISFIED)
"""Not solved, and yet satisfied."""


def a_city(**callback: Any) -> City:
    """Beijing, with these settings of its group `callback` changed."""
    city = beijing()
    changed = city.policy.callback.model_copy(update=callback)
    return replace(city, policy=city.policy.model_copy(update={"callback": changed}))


def a_survey(*, has_phone: bool = True, city: City | None = None, at: datetime = NOON) -> Survey:
    """A case whose first round has begun."""
    return begin(Survey(CASE, has_phone), city=city, at=at).state


def begin(
    survey: Survey, callback_id: CallbackId = FIRST, *, city: City | None = None, at: datetime = NOON
) -> Decision[Survey]:
    return scheduling.schedule(survey, do.Schedule(survey.case_id, callback_id), city or beijing(), at=at)


def call(
    survey: Survey,
    answers: Answers | None = None,
    *,
    callback_id: CallbackId = FIRST,
    by: str = "caller-1",
    missed: Missed | None = None,
    call_at: datetime | None = None,
    city: City | None = None,
    at: datetime = NOON,
) -> Decision[Survey]:
    """A caller takes it in hand and calls."""
    held = calling.claim(survey, do.ClaimRound(callback_id, by), at=at).state
    cmd = do.RecordAttempt(
        callback_id, by, answers is not None, answers, missed=missed, call_at=call_at, recheck_id=CHECK
    )
    return calling.record_attempt(held, cmd, city or beijing(), at=at)


def linked(survey: Survey, *, at: datetime = NOON) -> Survey:
    """The citizen was sent the link."""
    return answering.send_link(survey, FIRST, beijing(), at=at).state


def by_link(survey: Survey, answers: Answers, *, at: datetime = NOON) -> Decision[Survey]:
    return answering.answer_by_link(survey, do.AnswerByLink(FIRST, answers), beijing(), at=at)


def said(decision: Decision[Survey]) -> list[str]:
    """The facts' short names."""
    return [fact.TYPE.removeprefix("jiesu.callback.") for fact in decision.facts]
