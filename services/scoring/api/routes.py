"""Questions to the ledger: rates, the cases behind them, departments, periods. Nothing is changed here."""

from collections.abc import Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Query

from services.scoring.api import schemas, views
from services.scoring.api.reading import Asking, InPeriod
from services.scoring.domain.departments import DepartmentStanding
from services.scoring.domain.errors import UnknownCase
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.policy import rates
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.rates import Standing
from services.scoring.store import queries
from services.scoring.store.queries import Behind, Call, Place
from shared.http.paging import Asked, Page, Position
from shared.kernel.ids import CaseId
from shared.kernel.words import UnitLevel

ROUTES = APIRouter(prefix="/v1", tags=["scoring"])


@ROUTES.get("/rates")
async def rank_units(
    asking: Asking, period: InPeriod, level: Annotated[UnitLevel, Query()] = UnitLevel.STREET
) -> schemas.RatesView:
    """排名: the three rates of the units of one level."""
    sums = await queries.sums(asking.connection, period.label, at=asking.now)
    units, policy = asking.city.units, asking.city.policy
    ranked = rates.ranking(rates.over_the_tree(sums, units), units, level, policy.score)
    return schemas.RatesView(
        period=views.period(period, at=asking.now),
        rules=views.rules(policy),
        level=level,
        units=[views.unit_rates(each, units) for each in ranked],
    )


@ROUTES.get("/rates/{unit}")
async def open_unit(asking: Asking, period: InPeriod, unit: str) -> schemas.UnitView:
    """三率 of a unit: the whole, its own part, and the parts below it."""
    asked, units, policy = asking.unit(unit), asking.city.units, asking.city.policy
    sums = await queries.sums(asking.connection, period.label, at=asking.now)
    standings = rates.over_the_tree(sums, units)
    ranked = rates.ranking(standings, units, asked.level, policy.score)
    whole = next((each for each in ranked if each.standing.unit == unit), None)
    below = (standings[child.code] for child in units.children(unit) if child.code in standings)
    empty = views.unranked(Standing(unit), policy, units)
    return schemas.UnitView(
        period=views.period(period, at=asking.now),
        rules=views.rules(policy),
        whole=views.unit_rates(whole, units) if whole else empty,
        own=views.unranked(rates.own(sums, unit), policy, units),
        parts=[views.unranked(each, policy, units) for each in below],
    )


@ROUTES.get("/rates/{unit}/cases")
async def list_cases_behind(
    asking: Asking,
    period: InPeriod,
    paging: Asked,
    unit: str,
    measure: Measure,
    *,
    proactive: Annotated[bool, Query(description="The side counted apart.")] = False,
) -> Page[schemas.BehindView]:
    """The cases behind a number, oldest first; their numerators sum up to it."""
    rows = await queries.behind(
        asking.connection,
        period.label,
        measure,
        asking.opened(unit),
        proactive=proactive,
        after=_place(paging.after),
        limit=paging.fetch,
    )
    return paging.page(rows, position=_of_line, item=views.behind)


@ROUTES.get("/cases/{case_id}")
async def open_case(asking: Asking, case_id: CaseId) -> schemas.CaseView:
    """A case's page of the ledger: orders, callbacks, whistles, and the lines that follow."""
    entry = await queries.entry(asking.connection, case_id)
    lines = await queries.lines(asking.connection, case_id)
    whistles = await queries.whistles_on(asking.connection, case_id)
    if not asking.sees(_concerned(entry, lines, whistles)):
        raise UnknownCase(case_id)
    return views.case(entry, [views.behind(line) for line in lines], whistles)


@ROUTES.get("/departments")
async def rank_departments(asking: Asking, period: InPeriod) -> schemas.DepartmentsView:
    """双考核: how the departments came when they were called, best first."""
    standings = sorted(await queries.departments(asking.connection, period.label), key=_merit, reverse=True)
    return schemas.DepartmentsView(
        period=views.period(period, at=asking.now),
        rules=views.rules(asking.city.policy),
        departments=[views.department(each, asking.city.units) for each in standings],
    )


@ROUTES.get("/departments/{unit}/whistles")
async def list_whistles_behind(
    asking: Asking, period: InPeriod, paging: Asked, unit: str
) -> Page[schemas.CallView]:
    """The whistles behind a department's numbers, oldest first."""
    asking.opened(unit)
    rows = await queries.calls(
        asking.connection, period.label, unit, after=_place(paging.after), limit=paging.fetch
    )
    return paging.page(rows, position=_of_call, item=_call)


@ROUTES.get("/periods")
async def list_periods(asking: Asking) -> list[schemas.PeriodView]:
    """The periods something counts in, and the current one, newest first."""
    found = await queries.periods(asking.connection)
    labels = sorted({asking.periods.label(asking.now), *found}, reverse=True)
    return [
        views.period(asking.periods.named(label), at=asking.now, cases=found.get(label, 0))
        for label in labels
    ]


def _place(after: Position | None) -> Place | None:
    return cast(Place, after) if after else None


def _of_line(line: Behind) -> Position:
    return line.at, line.case_id, line.because


def _of_call(call: Call) -> Position:
    return call.at, call.whistle_id, call.whistle_id


def _call(call: Call) -> schemas.CallView:
    return schemas.CallView(**{name: getattr(call, name) for name in schemas.CallView.model_fields})


def _concerned(entry: Entry, lines: Sequence[Behind], whistles: Sequence[Whistle]) -> set[str]:
    """Everybody who had a part in the case."""
    units = {unit for order in entry.orders for unit in (order.unit, order.assigned_to) if unit}
    called = {department.unit for whistle in whistles for department in whistle.departments}
    return units | called | {line.unit for line in lines if line.unit}


def _merit(standing: DepartmentStanding) -> tuple[float, float, int, str]:
    reported, average = standing.reported_rate, standing.average_score
    return float(reported or 0), float(average or 0), standing.called, standing.unit
