"""网格上报 at intake: an escalated incident becomes one case, however often and late it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.intake import handlers
from services.intake.domain.commands import RegisterIncident
from services.intake.domain.errors import IncidentUnderWay
from shared.events.grid import IncidentEscalated
from shared.kernel.ids import CategoryCode, IncidentId, UnitCode, new_id
from shared.sealing.ring import SealBroken, load_ring
from tests.integration.intake_desk import NOON, Desk, intake_desk

pytestmark = pytest.mark.postgres
COMMUNITY = UnitCode("110115009006")
WORDS = {
    "text": "路灯倾斜",
    "address": "安四路北口",
    "lng": 116.339,
    "lat": 39.718,
    "places": [{"unit": COMMUNITY, "role": "site"}],
}
OF_INCIDENT = "SELECT * FROM cases WHERE incident_id = :id"


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as desk:
        yield desk


@pytest.fixture
def desk(house: Desk) -> Desk:
    house.clock.at = NOON
    return house


def escalated(desk: Desk, *, bound_to: UUID | None = None) -> IncidentEscalated:
    """What grid would say."""
    incident_id = IncidentId(new_id())
    plain = json.dumps(WORDS, ensure_ascii=False).encode()
    sealed = load_ring(desk.settings.incidents_ring).seal(
        plain, context=f"incident:{bound_to or incident_id}"
    )
    return IncidentEscalated(
        incident_id=incident_id,
        unit=COMMUNITY,
        place=COMMUNITY,
        category=CategoryCode("street_lamp"),
        recorded_at=NOON,
        sealed_words=sealed,
    )


async def test_an_escalated_incident_is_registered_with_its_words_under_the_ring_router_has(
    desk: Desk,
) -> None:
    fact = escalated(desk)
    await desk.hears(fact)
    (case,) = await desk.rows(OF_INCIDENT, id=fact.incident_id)
    assert (case["channel"], case["kind"], case["category"]) == ("grid", "report", "street_lamp")
    assert (case["proactive"], case["anonymous"], case["has_phone"]) == (True, False, False)
    (said,) = await desk.said(case["case_id"])
    assert said["payload"]["incident_id"] == str(fact.incident_id)
    ring = load_ring(desk.settings.words_ring)
    context = f"case:{case['case_id']}"
    words = json.loads(ring.open(said["payload"]["sealed_words"], context=context))
    assert words == {**WORDS, "tracking_number": case["tracking_number"]}
    assert await desk.rows("SELECT * FROM contacts WHERE case_id = :id", id=case["case_id"]) == []


async def test_told_again_at_once_or_after_the_inbox_forgot_it_it_is_the_same_case(desk: Desk) -> None:
    fact = escalated(desk)
    record, other_record = desk.envelope(fact), desk.envelope(fact)
    await desk.delivers([record, record])
    await desk.delivers([record, other_record])
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql("DELETE FROM inbox")
    await desk.delivers([other_record, record])
    assert len(await desk.rows(OF_INCIDENT, id=fact.incident_id)) == 1


async def test_two_in_one_batch_are_one_case(desk: Desk) -> None:
    fact = escalated(desk)
    await desk.delivers([desk.envelope(fact), desk.envelope(fact)])
    (case,) = await desk.rows(OF_INCIDENT, id=fact.incident_id)
    assert await desk.told(case["case_id"]) == ["case.registered"]


async def test_two_processes_at_one_moment_register_one_and_the_other_starts_again(desk: Desk) -> None:
    fact = escalated(desk)
    command = RegisterIncident(fact.incident_id, fact.category, fact.sealed_words)
    both = asyncio.Barrier(2)

    async def one() -> None:
        async with desk.flat.store.work() as work:
            await handlers.register_incident(work, command)
            await both.wait()

    ended = await asyncio.gather(one(), one(), return_exceptions=True)
    assert sorted(type(each) for each in ended if each is not None) == [IncidentUnderWay]
    await desk.hears(fact)
    assert len(await desk.rows(OF_INCIDENT, id=fact.incident_id)) == 1


async def test_words_sealed_for_another_incident_register_nothing(desk: Desk) -> None:
    fact = escalated(desk, bound_to=new_id())
    with pytest.raises(SealBroken):
        await desk.hears(fact)
    assert await desk.rows(OF_INCIDENT, id=fact.incident_id) == []
