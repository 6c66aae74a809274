"""三率: rankings, units opened, the cases behind every number."""

from collections.abc import Sequence
from typing import Annotated, cast

from fastapi import APIRouter, Query

from services.scoring.api import schemas, views
from services.scoring.api.reading import Asking, InPeriod, WithExclusions, unit_in
from services.scoring.domain.errors import UnknownCase, UnknownGroup
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.policy import placing, rates
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.domain.policy.rates import Standing
from services.scoring.store import queries
from services.scoring.store.queries import Behind, Place
from shared.http.paging import Asked, Page, Position
from shared.http.wire import Text
from shared.kernel.ids import CaseId
from shared.kernel.words import UnitLevel

ROUTES = APIRouter()


@ROUTES.get("/rates")
async def rank_units(
    asking: Asking,
    period: InPeriod,
    level: Annotated[UnitLevel, Query()] = UnitLevel.STREET,
    group: Annotated[Text | None, Query(max_length=40, description="Only units compared in it.")] = None,
    exclusions: WithExclusions = Exclusions.APPLIED,
) -> schemas.RatesView:
    """排名: the three rates of the units of one level."""
    city = await asking.city_of(period.label)
    if group is not None and group not in city.groups.by_code:
        raise UnknownGroup(group)
    now = await asking.sums(period.label, exclusions)
    before = await asking.sums(asking.periods.before(period.label), exclusions)
    placed = placing.place(now, before, city, level)
    return schemas.RatesView(
        period=await asking.view(period),
        rules=views.rules(city.policy),
        exclusions=exclusions,
        level=level,
        group=group,
        units=[views.unit_rates(each, city) for each in placed if group in (None, each.group)],
    )


@ROUTES.get("/groups")
async def compare_groups(
    asking: Asking,
    period: InPeriod,
    level: Annotated[UnitLevel, Query()] = UnitLevel.STREET,
    exclusions: WithExclusions = Exclusions.APPLIED,
) -> schemas.GroupsView:
    """分组: the groups of comparison as wholes."""
    city = await asking.city_of(period.label)
    found = placing.groups(await asking.sums(period.label, exclusions), city, level)
    return schemas.GroupsView(
        period=await asking.view(period),
        rules=views.rules(city.policy),
        exclusions=exclusions,
        level=level,
        groups=[views.group_rates(each, city) for each in found],
    )


@ROUTES.get("/rates/{unit}")
async def open_unit(
    asking: Asking, period: InPeriod, unit: str, exclusions: WithExclusions = Exclusions.APPLIED
) -> schemas.UnitView:
    """三率 of a unit: the whole, its own part, and the parts below it."""
    city = await asking.city_of(period.label)
    asked = unit_in(city.units, unit)
    now = await asking.sums(period.label, exclusions)
    before = await asking.sums(asking.periods.before(period.label), exclusions)
    placed = placing.place(now, before, city, asked.level)
    whole = next((each for each in placed if each.standing.unit == unit), None)
    standings = rates.over_the_tree(now, city.units)
    # A closed unit keeps its numbers: without them the parts would not be the whole.
    children = (each.code for each in city.units.by_code.values() if each.parent_code == unit)
    below = (standings[code] for code in children if code in standings)
    return schemas.UnitView(
        period=await asking.view(period),
        rules=views.rules(city.policy),
        exclusions=exclusions,
        whole=views.unit_rates(whole or placing.alone(Standing(unit), city), city),
        own=views.unit_rates(placing.alone(rates.own(now, unit), city), city),
        parts=[views.unit_rates(placing.alone(each, city), city) for each in below],
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
    exclusions: WithExclusions = Exclusions.APPLIED,
) -> Page[schemas.BehindView]:
    """The cases behind a number, oldest first; their numerators and denominators sum up to it."""
    city = await asking.city_of(period.label)
    rows = await queries.behind(
        asking.connection,
        period.label,
        measure,
        asking.opened(unit, city.units),
        proactive=proactive,
        with_excluded=exclusions is Exclusions.IGNORED,
        after=cast(Place, paging.after) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(rows, position=_of_line, item=views.behind)


@ROUTES.get("/cases/{case_id}")
async def open_case(asking: Asking, case_id: CaseId) -> schemas.CaseView:
    """A case's page of the ledger: orders, callbacks, whistles, and the lines that follow."""
    entry = await queries.entry(asking.connection, case_id)
    lines = await queries.lines(asking.connection, case_id)
    whistles = await queries.whistles_on(asking.connection, case_id)
    if not asking.sees(concerned(entry, lines, whistles)):
        raise UnknownCase(case_id)
    return views.case(entry, [views.behind(line) for line in lines], whistles)


def _of_line(line: Behind) -> Position:
    return line.at, line.case_id, line.because, line.number


def concerned(entry: Entry, lines: Sequence[Behind], whistles: Sequence[Whistle]) -> set[str]:
    """Everybody who had a part in the case."""
    units = {unit for order in entry.orders for unit in (order.unit, order.assigned_to) if unit}
    called = {department.unit for whistle in whistles for department in whistle.departments}
    return units | called | {line.unit for line in lines if line.unit}
