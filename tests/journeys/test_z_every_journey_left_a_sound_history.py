"""Last: whatever the journeys did, nothing is lost, doubled, out of order or told to strangers."""

import pytest

from tests.kit.house import House
from tests.kit.invariants import judge
from tests.kit.suite import Suite


@pytest.mark.kafka
async def test_every_journey_on_kafka_left_a_sound_history(house: House) -> None:
    evidence = await judge(house)
    assert evidence.topics["jiesu.case"]


async def test_every_journey_on_the_embedded_bus_left_a_sound_history(flats: Suite) -> None:
    evidence = await judge(flats)
    assert evidence.topics["jiesu.case"]
