"""services, Kafka and Postgres were killed under load → the months are closed → a replay comes to the same.

Before the last: it closes every month of the house, so whatever counts in one has happened by now.
"""

from datetime import timedelta

import pytest

from deploy.commands.standing import standing
from deploy.local.keys import Bearer
from deploy.verifying import verify
from tests.kit.evidence import at_rest
from tests.kit.house import House
from tests.kit.people import Line, eventually
from tests.kit.stage import Stage, instant


async def _closed(supervisor: Line, period: str) -> str:
    """月结; the hash it was closed with."""
    await supervisor.say("scoring", f"/months/{period}/close")

    async def frozen() -> dict[str, str] | None:
        month = await supervisor.read("scoring", f"/months/{period}")
        return month.content["frozen"] and dict(month.content["frozen"])

    found = await eventually(frozen, what=f"the close of {period}")
    assert found is not None
    return found["sha256"]


@pytest.mark.kafka
async def test_y_replay_after_every_fault_comes_to_the_same_hash(house: House, stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    await stage.called_back(held)
    await stage.ledger(held, "closed")
    supervisor = house.town.line(Bearer("supervisor-1", roles=("supervisor",)))
    (last, *_) = open_ones = await stage.operator.periods()
    house.clock.until(instant(last["settled"]) + timedelta(minutes=1))
    assert not await at_rest(house)
    closed = {period["label"]: await _closed(supervisor, period["label"]) for period in reversed(open_ones)}
    async with standing("scoring", house.instance.state, environment={}) as flat:
        compared = await verify(flat, house.admin_dsn, lambda _line: None)
    assert {month.period: month.replayed for month in compared} == closed
    assert all(month.is_same for month in compared)
    assert sum(month.lines for month in compared) > 0
