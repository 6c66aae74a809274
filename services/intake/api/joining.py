"""并案: what is near and alike is offered to whoever follows a case, who may say: me too."""

from datetime import timedelta

from fastapi import APIRouter, Response

from services.intake import handlers
from services.intake.api.cases import OpenWork
from services.intake.api.following import Knocked, asked_once
from services.intake.api.schemas import JoinIn, OfferOut, SimilarOut, TimelineOut
from services.intake.domain.commands import Join
from services.intake.domain.errors import NothingToFollow
from services.intake.domain.model import Case
from services.intake.handlers import duplicates
from services.intake.store import IntakeWork
from shared.http.idempotency import OnceOnly
from shared.http.languages import AcceptLanguage, preferred

ROUTES = APIRouter()


@ROUTES.get("/cases/{tracking_number}/similar")
async def similar_cases(knock: Knocked, open_work: OpenWork) -> SimilarOut:
    """相似诉求: open cases near by that may be the same matter; never whose they are."""
    found: SimilarOut | None = None
    async with open_work() as work:
        case = await handlers.recognise(work, knock)
        if case is not None:
            found = await _offered(work, case)
    # A wrong code is counted in the work above, so it is refused only after that is committed.
    if found is None:
        raise NothingToFollow
    return found


@ROUTES.post("/cases/{tracking_number}/join", status_code=202, response_model=TimelineOut)
async def join_case(
    knock: Knocked,
    wish: JoinIn,
    open_work: OpenWork,
    once: OnceOnly,
    accept_language: AcceptLanguage = None,
) -> Response:
    """我也遇到: be handled together with an offered case; this case keeps its own callback."""

    async def ask(work: IntakeWork, case: Case) -> Case:
        return await duplicates.join(work, Join(case.case_id, wish.join_token))

    return await asked_once(open_work, once, knock, ask, preferred(accept_language))


async def _offered(work: IntakeWork, case: Case) -> SimilarOut:
    until = work.now + timedelta(hours=work.city.policy.duplicates.offer_hours)
    offers = await duplicates.offers(work, case)
    return SimilarOut(
        items=[
            OfferOut(
                join_token=work.vault.seal_offer(case.case_id, each.case_id, until=until),
                category=each.category,
                within_m=each.within_m,
                days=each.days,
            )
            for each in offers
        ]
    )
