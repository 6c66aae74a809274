"""F1, F2, F17: intake is killed, and at last stopped in order, while many report: each report is one case."""

import pytest

from tests.faults.load import load
from tests.kit.house import House
from tests.kit.invariants import judge
from tests.kit.stage import Stage

pytestmark = pytest.mark.kafka


async def test_intake_killed_during_many_reports(house: House, stage: Stage) -> None:
    before = len(house.history.answers)
    async with load(stage, wanted=240, at_once=16) as citizens:
        for count, end in ((40, house.kill), (110, house.kill), (180, house.stop)):
            await citizens.answered(count)
            await end("intake")
            await house.start("intake")
    assert not [answer for answer in house.history.answers[before:] if answer.status >= 500]
    await judge(house)
