"""The citizen answers alone: by the link that was sent, or in the app that shows the case."""

from fastapi import APIRouter

from services.survey import handlers
from services.survey.api.about import AboutOut
from services.survey.api.doors import (
    AcceptLanguage,
    Equipped,
    OpenWork,
    citizens_language,
    language_of,
    questions,
)
from services.survey.api.schemas import AnswersIn, AppOut, CallbackOut, FormOut, LinkAnswered, LinkOut
from services.survey.domain import commands as do
from services.survey.domain.model import Survey
from services.survey.domain.policy.answering import require_asked, require_link
from services.survey.store import queries
from shared.http.knock import InCity, Now, OpenReading
from shared.http.wire import Text

ROUTES = APIRouter()


@ROUTES.get("/links/{token}")
async def link(
    token: Text,
    connection: OpenReading,
    equipped: Equipped,
    now: Now,
    city: InCity,
    language: AcceptLanguage = None,
) -> LinkOut:
    """What the page behind a citizen's link shows; 410 when it was used or is over."""
    callback_id = equipped.links.read(token)
    survey = await queries.survey_of(connection, callback_id)
    one = require_link(survey, callback_id, at=now)
    assert one.link_until is not None  # require_link refuses a round without one
    spoken, asked = _read_in(survey, language), city.questionnaire
    return LinkOut(
        valid_until=one.link_until,
        about=AboutOut.of(survey, city, spoken),
        questions=questions(asked, spoken),
        form=FormOut.of(asked, spoken, equipped.links),
    )


@ROUTES.post("/links/{token}", status_code=201)
async def answer_link(token: Text, body: AnswersIn, open_work: OpenWork, equipped: Equipped) -> LinkAnswered:
    """The citizen's answer; a link works once."""
    callback_id = equipped.links.read(token)
    answers = body.to_domain(equipped.links)
    async with open_work() as work:
        survey = await handlers.answer_by_link(work, do.AnswerByLink(callback_id, answers))
    return LinkAnswered(callback_id=callback_id, state=CallbackOut.of(survey, callback_id).state)


@ROUTES.get("/app-callbacks/{case_pass}")
async def asked_in_app(
    case_pass: Text,
    connection: OpenReading,
    equipped: Equipped,
    now: Now,
    city: InCity,
    language: AcceptLanguage = None,
) -> AppOut:
    """What an app asks whoever follows the case; the pass is in intake's timeline of it."""
    case_id = equipped.passes.read(case_pass, at=now)
    survey = await queries.survey_asked(connection, case_id)
    one = require_asked(survey)
    spoken, asked = _read_in(survey, language), city.questionnaire
    return AppOut(
        callback_id=one.callback_id,
        about=AboutOut.of(survey, city, spoken),
        questions=questions(asked, spoken),
        form=FormOut.of(asked, spoken, equipped.links),
    )


@ROUTES.post("/app-callbacks/{case_pass}", status_code=201)
async def answer_in_app(
    case_pass: Text, body: AnswersIn, now: Now, open_work: OpenWork, equipped: Equipped
) -> LinkAnswered:
    """The citizen's answer in the app; the first one stands."""
    case_id = equipped.passes.read(case_pass, at=now)
    answers = body.to_domain(equipped.links)
    async with open_work() as work:
        survey = await handlers.answer_in_app(work, do.AnswerInApp(case_id, answers))
    answered = survey.rounds[-1]
    return LinkAnswered(callback_id=answered.callback_id, state=answered.state)


def _read_in(survey: Survey, accepted: str | None) -> str:
    """An app asks for the language it shows; who asks for none is answered in the citizen's."""
    return language_of(accepted) if accepted else citizens_language(survey, accepted)
