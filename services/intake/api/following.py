"""查询与跟进: whoever has the tracking number and the access code follows the case; nobody signs in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from services.intake import handlers
from services.intake.api import views
from services.intake.api.cases import Equipped, OpenWork
from services.intake.api.schemas import SupplementIn, TimelineOut
from services.intake.domain.codes import read_access_code, read_tracking_number
from services.intake.domain.commands import AskUrge, AskWithdrawal, Knock
from services.intake.domain.errors import NothingToFollow
from services.intake.domain.model import Case
from services.intake.handlers import consulting
from services.intake.store import IntakeWork
from services.intake.store.queries import as_handled, timeline
from shared.http.auth import Known, count
from shared.http.callers import Caller
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening
from shared.http.languages import AcceptLanguage, preferred
from shared.http.networks import network_of
from shared.http.wire import Text
from shared.kernel.words import Language

ROUTES = APIRouter()

Number = Annotated[
    Text, Path(max_length=40, description="As it was handed out; blanks and dashes may be missing.")
]
AccessCode = Annotated[
    Text,
    Header(
        alias="X-Access-Code",
        max_length=40,
        description="As it was handed out. Whoever brings no token and no key has so many requests a minute "
        "for each number and code.",
    ),
]
Ask = Callable[[IntakeWork, Case], Awaitable[Case]]


async def knock_of(
    request: Request, tracking_number: Number, access_code: AccessCode, caller: Known, equipped: Equipped
) -> Knock:
    """The dependency: number and code as they were meant, counted by both where nobody is known by name.

    By both, so that a stranger who has the number alone uses up nothing of its citizen's minute.
    """
    number = read_tracking_number(tracking_number)
    if number is None:
        raise NothingToFollow
    knock = Knock(number, read_access_code(access_code), _origin(request, caller))
    if caller is None:
        pair = equipped.vault.hash_code(knock.tracking_number, knock.access_code)
        count(request, Caller(pair, frozenset(), kind="follower"))
    return knock


def _origin(request: Request, caller: Caller | None) -> str:
    """Who is made to wait after wrong codes: a person who signed in, else all who come from one network. An
    app's key names nobody: many citizens look after their cases through it.
    """
    if caller is not None and caller.kind == "person":
        return f"person:{caller.subject}"
    return network_of(request)


Knocked = Annotated[Knock, Depends(knock_of)]


@ROUTES.get("/cases/{tracking_number}", response_model=TimelineOut)
async def follow_case(
    knock: Knocked,
    open_work: OpenWork,
    accept_language: AcceptLanguage = None,
) -> Response:
    """查询: where the case stands and what was done, in the reader's language."""
    language = preferred(accept_language)
    view: TimelineOut | None = None
    async with open_work() as work:
        case = await handlers.recognise(work, knock)
        if case is not None:
            view = await _view(work, case, language)
    # A wrong code is counted in the work above, so it is refused only after that is committed.
    if view is None:
        raise NothingToFollow
    return in_language(Response(view.model_dump_json(), media_type="application/json"), language)


@ROUTES.post("/cases/{tracking_number}/supplement", status_code=202, response_model=TimelineOut)
async def supplement_case(
    knock: Knocked,
    wish: SupplementIn,
    open_work: OpenWork,
    caller: Known,
    once: OnceOnly,
    accept_language: AcceptLanguage = None,
) -> Response:
    """补充: add words, or what the caller has uploaded; what becomes of them stands in the timeline."""

    async def ask(work: IntakeWork, case: Case) -> Case:
        return await handlers.supplement(work, wish.supplement(case.case_id, caller))

    return await asked_once(open_work, once, knock, ask, preferred(accept_language))


@ROUTES.post("/cases/{tracking_number}/urge", status_code=202, response_model=TimelineOut)
async def urge_case(
    knock: Knocked,
    open_work: OpenWork,
    once: OnceOnly,
    accept_language: AcceptLanguage = None,
) -> Response:
    """催办: ask that it be hurried."""

    async def ask(work: IntakeWork, case: Case) -> Case:
        return await handlers.ask_urge(work, AskUrge(case.case_id))

    return await asked_once(open_work, once, knock, ask, preferred(accept_language))


@ROUTES.post("/cases/{tracking_number}/withdraw", status_code=202, response_model=TimelineOut)
async def withdraw_case(
    knock: Knocked,
    open_work: OpenWork,
    once: OnceOnly,
    accept_language: AcceptLanguage = None,
) -> Response:
    """撤回: ask to withdraw; a refusal, with its reason, stands in the timeline."""

    async def ask(work: IntakeWork, case: Case) -> Case:
        return await handlers.ask_withdrawal(work, AskWithdrawal(case.case_id))

    return await asked_once(open_work, once, knock, ask, preferred(accept_language))


async def asked_once(
    open_work: Opening[IntakeWork], once: Once, knock: Knock, ask: Ask, language: Language
) -> Response:
    """Recognise, ask once, answer with the view as it is now, also to a wish sent again: what the desk wrote
    may name people, and a pass opens the callback, so no view is kept beside the key.
    """
    answer: Response | None = None
    async with open_work() as work:
        case = await handlers.recognise(work, knock)
        if case is not None:
            known = case

            async def do() -> None:
                nonlocal known
                known = await ask(work, known)
                await work.flush()

            async def view() -> TimelineOut:
                return await _view(work, known, language)

            # Citizens who never signed in share no keys: each case has its own.
            own = replace(once, caller=f"case:{case.case_id}")
            answer = await own.marked(work, status=202, do=do, told=view)
    if answer is None:
        raise NothingToFollow
    return in_language(answer, language)


async def _view(work: IntakeWork, case: Case, language: Language) -> TimelineOut:
    lines = await timeline(work.connection, case.case_id)
    answer = await consulting.shown_answer(work, case.case_id)
    # Whoever holds the number and the code may answer in the app, where nothing need be sent.
    case_pass = work.equipment.passes.make(case.case_id, at=work.now) if views.is_asked(case) else None
    (handled,) = await as_handled(work.connection, [case])
    return views.timeline(handled, lines, answer, language, work.city, case_pass)


def in_language(answer: Response, language: Language) -> Response:
    answer.headers["Content-Language"] = language
    answer.headers["Vary"] = "Accept-Language"
    return answer
