"""回访页: what a citizen's link opens in a browser: a form, thanks, or why not. Works without a script."""

from dataclasses import replace
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from services.survey import handlers
from services.survey.api.about import AboutOut, described
from services.survey.api.doors import AcceptLanguage, Equipped, OpenWork, citizens_language
from services.survey.api.html import page
from services.survey.api.link_form import WORDS, Filled, form, read
from services.survey.domain import commands as do
from services.survey.domain.errors import NotAForm, UnreadableForm
from services.survey.domain.links import Links
from services.survey.domain.model import Survey
from services.survey.domain.policy.answering import require_link
from services.survey.store import queries
from shared.city.city import City
from shared.http.knock import InCity, Now, OpenReading
from shared.http.problems import Problem
from shared.http.wire import Text
from shared.service import Flat

ROUTES = APIRouter()
LINK_PAGES = "/links/"
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 60
Lang = Annotated[Literal["zh", "en"] | None, Query(description="The reader's choice on the page.")]

OVER = Markup("""<main>
<h1>{title_zh}</h1>
<p>{detail_zh}</p>
<section lang="en"><h2>{title_en}</h2><p>{detail_en}</p></section>
</main>""")
DETAILS = {
    "link_used": (
        "您的评价已经收到。感谢您的关心。",
        "Your answer is there already. Thank you all the same.",
    ),
    "callback_given_up": (
        "电话回访没有得到您的评价，本次回访已经结束。如有意见，请拨打12345。",
        "The calls brought no answer from you, and this callback is over. Ring 12345 to say more.",
    ),
    "callback_called_off": (
        "本次回访已经取消：您的诉求正在重新办理，或者已经撤回。",
        "This callback was called off: your request is being dealt with again, or was withdrawn.",
    ),
    "link_expired": ("链接已过有效期。", "Its days are over."),
    "unknown_link": (
        "链接不完整或有误，请从短信中重新打开。",
        "It is not complete; open it again from the message.",
    ),
}
OTHERWISE = ("请稍后再试，或拨打12345。", "Please try again later, or ring 12345.")
"""How a page says what an API's caller reads in a problem's detail."""


@ROUTES.get(f"{LINK_PAGES}{{token}}")
async def link_page(
    token: Text,
    connection: OpenReading,
    equipped: Equipped,
    now: Now,
    city: InCity,
    lang: Lang = None,
    accepted: AcceptLanguage = None,
) -> Response:
    """The form behind the link."""
    callback_id = equipped.links.read(token)
    survey = await queries.survey_of(connection, callback_id)
    require_link(survey, callback_id, at=now)
    # A browser says what its phone is set to, and not who reads: what was stated comes first.
    return _form_page(city, survey, Filled(), lang or citizens_language(survey, accepted), equipped.links)


@ROUTES.post(f"{LINK_PAGES}{{token}}")
async def answer_page(
    token: Text,
    request: Request,
    open_work: OpenWork,
    equipped: Equipped,
    city: InCity,
    lang: Lang = None,
    accepted: AcceptLanguage = None,
) -> Response:
    """The form as it was filled in: thanks, or the same page with what is missing."""
    callback_id = equipped.links.read(token)
    filled, answers = read(await form_pairs(request), city.questionnaire)
    if answers is None:
        # Nobody is asked to complete what would be refused then.
        flat: Flat = request.app.state.flat
        async with flat.store.read() as connection:
            survey = await queries.survey_of(connection, callback_id)
        require_link(survey, callback_id, at=flat.clock.now())
        return _form_page(city, survey, filled, lang or citizens_language(survey, accepted), equipped.links)
    # Whatever stands there instead, nobody is kept from answering: it is read by what is in force.
    version = equipped.links.version_in(filled.first("shown")) or ""
    answers = replace(answers, questionnaire=version)
    async with open_work() as work:
        survey = await handlers.answer_by_link(work, do.AnswerByLink(callback_id, answers))
    language = lang or citizens_language(survey, accepted)
    words = WORDS[language]
    body = Markup("<main><h1>{thanks}</h1><p>{noted}</p></main>").format(**words)
    return page(words["thanks"], body, language=language, status=201)


def show_problem(problem: Problem, _path: str) -> Response:
    """A refusal as a page, in both languages: nobody knows yet which one its reader has."""
    # Only a link that is over is said to be: whoever met a moment's trouble shall come again with it.
    heading = "over" if problem.reason in DETAILS else "not_now"
    title_zh, title_en = WORDS["zh"][heading], WORDS["en"][heading]
    detail_zh, detail_en = DETAILS.get(problem.reason, OTHERWISE)
    body = OVER.format(title_zh=title_zh, detail_zh=detail_zh, title_en=title_en, detail_en=detail_en)
    answer = page(f"{title_zh} · {title_en}", body, language="zh", status=problem.status)
    answer.headers.update(problem.headers)
    return answer


def _form_page(city: City, survey: Survey, filled: Filled, language: str, links: Links) -> Response:
    words = WORDS[language]
    title = words["error_title"] + words["title"] if filled.errors else words["title"]
    status = 422 if filled.errors else 200
    about = described(AboutOut.of(survey, city, language), language)
    body = form(city.questionnaire, filled, language, about, links.shown(city.questionnaire.version))
    return page(title, body, language=language, status=status)


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """A browser's form. Raises `NotAForm`, `UnreadableForm`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NotAForm
    try:
        return parse_qsl(
            (await request.body()).decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise UnreadableForm from None
