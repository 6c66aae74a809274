"""未诉先办 at intake: what a unit found on the site of a case becomes one case, linked to it."""

import json
from collections.abc import AsyncIterator

import pytest

from services.intake.domain.errors import NoSuchLinkedCase
from shared.events.router import FindingMade, HotspotTakenUp
from shared.kernel.ids import CaseId, CategoryCode, HotspotId, UnitCode, WorkOrderId, new_id
from shared.kernel.words import Kind
from shared.sealing.ring import load_ring
from tests.integration.intake_desk import Desk, intake_desk

pytestmark = pytest.mark.postgres
STREET = UnitCode("110115009")
WORDS = {"text": "绿篱遮挡人行横道", "places": [{"role": "site", "unit": STREET}]}


@pytest.fixture
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as desk:
        yield desk


def made(desk: Desk, at: CaseId) -> FindingMade:
    """What router would say."""
    found = CaseId(new_id())
    ring = load_ring(desk.settings.words_ring)
    return FindingMade(
        case_id=at,
        work_order_id=WorkOrderId(new_id()),
        unit=STREET,
        found_case_id=found,
        kind=Kind.REPORT,
        category=None,
        sealed_words=ring.seal(json.dumps(WORDS).encode(), context=f"case:{found}"),
    )


async def test_a_finding_is_registered_once_under_the_id_it_was_given(desk: Desk) -> None:
    receipt = await desk.registers()
    fact = made(desk, CaseId(receipt.case_id))
    await desk.hears(fact)
    await desk.hears(fact)
    (case,) = await desk.rows("SELECT * FROM cases WHERE case_id = :id", id=fact.found_case_id)
    assert (case["channel"], case["kind"], case["proactive"]) == ("grid", "report", True)
    assert (str(case["linked_case_id"]), case["has_phone"]) == (str(receipt.case_id), False)
    (said,) = await desk.said(fact.found_case_id)
    ring = load_ring(desk.settings.words_ring)
    words = json.loads(ring.open(said["payload"]["sealed_words"], context=f"case:{fact.found_case_id}"))
    assert (words["text"], words["tracking_number"]) == (WORDS["text"], case["tracking_number"])
    with pytest.raises(NoSuchLinkedCase):
        await desk.hears(made(desk, CaseId(new_id())))


async def test_a_hot_spot_is_registered_once_as_a_case_that_nobody_asked_for(desk: Desk) -> None:
    case_id = CaseId(new_id())
    ring = load_ring(desk.settings.words_ring)
    taken = HotspotTakenUp(
        case_id=case_id,
        hotspot_id=HotspotId(new_id()),
        category=CategoryCode("parking"),
        sealed_words=ring.seal(json.dumps(WORDS).encode(), context=f"case:{case_id}"),
    )
    await desk.hears(taken)
    await desk.hears(taken)
    (case,) = await desk.rows("SELECT * FROM cases WHERE case_id = :id", id=case_id)
    assert (case["kind"], case["proactive"], case["linked_case_id"]) == ("report", True, None)
    (said,) = await desk.said(case_id)
    assert (said["payload"]["proactive"], said["payload"]["category"]) == (True, "parking")
