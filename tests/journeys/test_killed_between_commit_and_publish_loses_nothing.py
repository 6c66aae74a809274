"""broker away → registered (201) → kill -9 intake → both back → dispatched."""

import pytest

from tests.kit.house import House
from tests.kit.people import eventually
from tests.kit.stage import Stage

UNSENT = "SELECT count(*) FROM intake.outbox"


@pytest.mark.kafka
async def test_killed_between_commit_and_publish_loses_nothing(house: House, stage: Stage) -> None:
    before = house.pid("intake")
    await house.kill("kafka")
    try:
        held = await stage.reported()
        assert await house.value(UNSENT) > 0, "nobody could have sent it"
        await house.kill("intake")
        await house.start("intake")
    finally:
        await house.start("kafka")
    assert house.pid("intake") != before
    await stage.dispatched(held)
    await stage.told(held, "dispatched")
    # A row goes when the broker has answered; by then others may have heard it.
    await eventually(lambda: house.value(UNSENT), until=lambda unsent: unsent == 0, what="an empty outbox")
