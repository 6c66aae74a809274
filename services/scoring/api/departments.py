"""双考核: how the departments came when they were called."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, cast

from fastapi import APIRouter, Query

from services.scoring.api import schemas_decided as schemas
from services.scoring.api import views, views_decided
from services.scoring.api.reading import Asking, InPeriod, Question, WithExclusions
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
    rules, units = asking.city.policy.appraisal, asking.city.units
    found = departments(calls, await _citizens(asking, period.label, exclusions), rules)
    return schemas.DepartmentsView(
        period=await asking.view(period),
        rules=views.rules(asking.city.policy),
        appraisal=views_decided.appraisal(rules),
        departments=[views_decided.department(each, rules, units) for each in found],
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
    asking.opened(unit)
    rows = await queries.calls(
        asking.connection,
        period.label,
        unit,
        measure,
        after=cast(Place, paging.after) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(rows, position=_of_call, item=views_decided.call)


async def _citizens(asking: Question, period: str, exclusions: Exclusions) -> Mapping[str, Fraction | None]:
    """The composite of every unit as a lead."""
    standings = rates.over_the_tree(await asking.sums(period, exclusions), asking.city.units)
    return {unit: each.composite(asking.city.policy.score) for unit, each in standings.items()}


def _of_call(call: Call) -> Position:
    return call.at, call.whistle_id, call.whistle_id, call.number
