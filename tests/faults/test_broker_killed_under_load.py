"""F6, F7: the broker is killed and stays away for a while; reports are taken, and drain in order."""

import pytest

from tests.faults.load import load
from tests.kit.house import House
from tests.kit.invariants import judge
from tests.kit.stage import Stage

pytestmark = pytest.mark.kafka


async def test_broker_killed_under_load(house: House, stage: Stage) -> None:
    before = len(house.history.answers)
    async with load(stage, wanted=150) as citizens:
        for count in (30, 80):
            await citizens.answered(count)
            await house.kill("kafka")
            await citizens.answered(count + 30)
            assert (await house.health("intake")).status_code == 200
            await house.start("kafka")
    refused = [answer for answer in house.history.answers[before:] if answer.status >= 500]
    assert not refused, "a citizen need not know that the bus is away"
    await judge(house)
    await stage.dispatched(citizens.receipts[-1])
