"""双考核: how the departments came when they were called."""

from typing import Annotated, cast

from fastapi import APIRouter, Query

from services.scoring.api import schemas_decided as schemas
from services.scoring.api import views, views_decided
from services.scoring.api.reading import Asking, InPeriod, WithExclusions
from services.scoring.domain.departments import departments
from services.scoring.domain.policy import rates
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.store import queries, sums
from services.scoring.store.queries import Call, Place
from shared.http.paging import Asked, Page, Position

ROUTES = APIRouter()


@ROUTES.get("/departments")
async def rank_departments(
    asking: Asking, period: InPeriod, exclusions: WithExclusions = Exclusions.APPLIED
) -> schemas.DepartmentsView:
    """双考核: what streets and citizens say of the departments that were called, best first."""
    if await asking.is_closed(period.label):
        calls = await sums.frozen_calls(asking.connection, period.label)
    else:
        calls = await sums.live_calls(asking.connection, period.label, at=asking.now)
    city = await asking.city_of(period.label)
    rules = city.policy.appraisal
    standings = rates.over_the_tree(await asking.sums(period.label, exclusions), city.units)
    # Every unit as a lead.
    citizens = {unit: each.composite(city.policy.score) for unit, each in standings.items()}
    found = departments(calls, citizens, rules)
    return schemas.DepartmentsView(
        period=await asking.view(period),
        rules=views.rules(city.policy),
        appraisal=views_decided.appraisal(rules),
        departments=[views_decided.department(each, rules, city.units) for each in found],
    )


@ROUTES.get("/departments/{unit}/whistles")
async def list_calls_behind(
    asking: Asking,
    period: InPeriod,
    paging: Asked,
    unit: str,
    measure: Annotated[CallMeasure, Query()] = CallMeasure.REPORTED_IN,
) -> Page[schemas.CallView]:
    """The calls behind a department's number, oldest first."""
    asking.opened(unit, (await asking.city_of(period.label)).units)
    rows = await queries.calls(
        asking.connection,
        period.label,
        unit,
        measure,
        after=cast(Place, paging.after) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(rows, position=_of_call, item=views_decided.call)


def _of_call(call: Call) -> Position:
    return call.at, call.whistle_id, call.whistle_id, call.number
