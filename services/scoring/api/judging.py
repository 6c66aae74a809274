"""四类街乡镇 and 五步督办: what follows from closed periods. Recommendations; people decide."""

from fractions import Fraction

from fastapi import APIRouter

from services.scoring.api import schemas_decided as schemas
from services.scoring.api import views_decided
from services.scoring.api.reading import Asking, InPeriod, Question
from services.scoring.domain.policy import classes, rates
from services.scoring.domain.policy.publishing import composites
from services.scoring.store import periods, sums
from shared.city.city import City
from shared.kernel.words import UnitLevel

ROUTES = APIRouter()


@ROUTES.get("/classes")
async def class_streets(asking: Asking, period: InPeriod) -> schemas.ClassesView:
    """四类街乡镇 of a closed period, excluded cases left out."""
    await asking.require_closed(period.label)
    city = await asking.city_of(period.label)
    policy, units = city.policy, city.units
    now = rates.without_excluded(await sums.frozen_sums(asking.connection, period.label))
    ranked = rates.ranking(rates.over_the_tree(now, units), units, UnitLevel.STREET, policy.score)
    before = await _composites(asking, asking.periods.before(period.label), city)
    classed = classes.classify(ranked, before, policy.classes)
    return schemas.ClassesView(
        period=await asking.view(period),
        rules=views_decided.class_rules(policy.classes),
        streets=[views_decided.classed(each, units) for each in classed],
    )


@ROUTES.get("/supervision")
async def recommend_supervision(asking: Asking, period: InPeriod) -> schemas.SupervisionView:
    """五步督办: the gravest step recommended for each street, with the months that caused it."""
    await asking.require_closed(period.label)
    city = await asking.city_of(period.label)
    ladder = city.policy.supervision
    labels = await _in_a_row(asking, period.label, max(rung.months for rung in ladder.steps))
    # Each month's composite as that month shows it.
    months = [(label, await _composites(asking, label, await asking.city_of(label))) for label in labels]
    found = classes.supervise(months, ladder)
    return schemas.SupervisionView(
        period=await asking.view(period),
        steps=[views_decided.rung(each) for each in ladder.steps],
        source=ladder.source,
        recommended=[views_decided.recommended(each, city.units) for each in found],
    )


async def _in_a_row(asking: Question, label: str, many: int) -> list[str]:
    """The closed periods up to this one without a gap, newest first."""
    row: list[str] = []
    for closed in await periods.closed(asking.connection, label, many):
        if row and closed != asking.periods.before(row[-1]):
            break
        row.append(closed)
    return row


async def _composites(asking: Question, label: str, by: City) -> dict[str, Fraction]:
    found = await sums.frozen_sums(asking.connection, label)
    return composites(found, by.units, by.policy.score)
