"""resolved, called back → rates → the cases behind each number sum up to it, from the street to the city."""

from decimal import Decimal

import pytest

from tests.kit.evidence import at_rest
from tests.kit.stage import DAXING, STREET, Stage

MEASURES = ("response", "contact", "resolution", "satisfaction")
CITY = "110000"


@pytest.mark.kafka
async def test_every_number_opens_to_its_cases(stage: Stage) -> None:
    for solved, satisfied in (("yes", "satisfied"), ("partly", "basically"), ("yes", "no_opinion")):
        held = await stage.reported()
        await stage.resolved(held)
        await stage.called_back(held, solved=solved, satisfied=satisfied)
        await stage.state(held, "closed")
        await stage.ledger(held, "closed")
    assert not await at_rest(stage.suite)
    (period, *_) = await stage.operator.periods()
    for unit in (STREET, DAXING, CITY):
        whole = (await stage.operator.rates(unit, period=period["label"]))["whole"]
        for measure in MEASURES:
            behind = await stage.operator.cases_behind(unit, measure, period=period["label"])
            assert len(behind) == whole[measure]["denominator"] > 0
            numerators = sum((Decimal(line["numerator"]) for line in behind), Decimal(0))
            assert numerators == Decimal(whole[measure]["numerator"])
            assert {line["case_id"] for line in behind} <= await _known(stage)


async def _known(stage: Stage) -> set[str]:
    return {str(row[0]) for row in await stage.suite.rows("SELECT case_id FROM router.cases")}
