"""F12: the database is killed under load; what was acknowledged is there; nobody is started again."""

import pytest

from tests.faults.load import load
from tests.kit.house import NAMES, House
from tests.kit.invariants import judge
from tests.kit.stage import Stage

pytestmark = pytest.mark.kafka
BACK_WITHIN = 10.0


async def test_postgres_killed_under_load(house: House, stage: Stage) -> None:
    before = {name: house.pid(name) for name in NAMES}
    async with load(stage, wanted=120) as citizens:
        for count in (30, 70):
            await citizens.answered(count)
            await house.kill("postgres")
            assert (await house.health("intake")).status_code == 503
            await house.start("postgres")
            for name in NAMES:
                await house.ready(name, within=BACK_WITHIN)
    assert {name: house.pid(name) for name in NAMES} == before
    assert all(house.service(name).is_alive() for name in NAMES)
    await judge(house)
