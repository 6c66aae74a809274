"""broker away → registered, registered, … → broker back → all dispatched, in their order."""

import time

import pytest

from tests.kit.house import House
from tests.kit.stage import Stage

ANSWERED_WITHIN = 2.0


@pytest.mark.kafka
async def test_broker_away_intake_stays_ready(house: House, stage: Stage) -> None:
    await house.kill("kafka")
    try:
        began = time.monotonic()
        waiting = await stage.reports_many(10)
        assert time.monotonic() - began < 10 * ANSWERED_WITHIN
        assert (await house.health("intake")).status_code == 200
    finally:
        await house.start("kafka")
    for held in waiting:
        await stage.dispatched(held)
        await stage.told(held, "dispatched")
