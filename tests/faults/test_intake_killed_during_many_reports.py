"""F1, F2: intake is killed while many report; they repeat, and each report is one case."""

import pytest

from tests.faults.load import load
from tests.kit.house import House
from tests.kit.invariants import judge
from tests.kit.stage import Stage

pytestmark = pytest.mark.kafka


async def test_intake_killed_during_many_reports(house: House, stage: Stage) -> None:
    async with load(stage, wanted=240, at_once=16) as citizens:
        for count in (40, 110, 180):
            await citizens.answered(count)
            await house.kill("intake")
            await house.start("intake")
    await judge(house)
