"""A dispatcher's category teaches the next model: kept with the case, read under a named purpose."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from deploy.commands.train import make
from services.router.store.history import history
from services.router.store.model_shelf import MANIFEST
from shared.events.scoring import HotspotDetected
from shared.kernel.ids import CategoryCode, HotspotId, new_id
from shared.kernel.words import Satisfied
from tests.integration.router_desk import Desk, router_desk
from tests.kit.builders_router import AT, GUANYINSI
from tests.kit.dispatching import own_texts

pytestmark = pytest.mark.postgres

UNCLEAR = "大兴区观音寺街道首座御园，楼里又闹那个事，您懂的"
ASKED_AT_DESK = "小区停车位不够，车停不下"
WANDA = "大兴区观音寺街道首座御园，喇叭哇啦哇啦没完没了"


@pytest.fixture
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with router_desk(database, tmp_path_factory.mktemp("router-keys")) as desk:
        desk.clock.at = AT
        yield desk


async def learned(desk: Desk) -> set[tuple[str, str, bool]]:
    async with desk.flat.store.work() as work:
        return {(each.text, each.category, each.own) for each in await history(work, by="a test")}


async def rows(desk: Desk, query: str) -> list[tuple[object, ...]]:
    async with desk.flat.store.read() as connection:
        found = await connection.exec_driver_sql(query)
        return [tuple(row) for row in found]


async def handled(desk: Desk, case: dict[str, Any]) -> None:
    """By its street, to the citizen's satisfaction."""
    order = case["orders"][0]["order_id"]
    await desk.moves(f"work-orders/{order}/sign", unit=GUANYINSI)
    await desk.moves(f"work-orders/{order}/resolve", unit=GUANYINSI, evidence="已拆除")
    await desk.citizen_is_called_back(case["case_id"], 1, Satisfied.SATISFIED)
    assert (await desk.sees_case(case["case_id"]))["state"] == "closed"


async def test_what_router_wrote_about_a_hot_spot_teaches_nothing(desk: Desk) -> None:
    """It names its category in so many words: a model would be told the answer, and measured by it."""
    category = CategoryCode("group_rental")
    detected = HotspotDetected(
        hotspot_id=HotspotId(new_id()),
        unit=GUANYINSI,
        category=category,
        day=date(2026, 3, 1),
        days=7,
        cases=14,
        expected=4.2,
        p_value=1e-6,
        q_value=0.01,
        false_alarms="0.05",
        policy_version="2026.1",
        case_ids=(),
    )
    await desk.hears(detected)
    [(case_id,)] = await rows(desk, "SELECT case_id FROM hotspots")
    [taken] = await desk.said(case_id)
    sealed = taken["payload"]["sealed_words"]
    await desk.hears(desk.registered(case_id=case_id, sealed_words=sealed, category=category, proactive=True))
    case = await desk.sees_case(case_id)
    assert (case["state"], "未诉先办" in case["words"]["text"]) == ("dispatched", True)
    await handled(desk, case)
    assert await learned(desk) == set()


async def test_from_a_dispatchers_choice_to_the_next_model(desk: Desk) -> None:
    """awaiting → corrected → learned; dispatched → closed as it stood → learned; open → not learned."""
    unclear = await desk.case(UNCLEAR)
    assert unclear["state"] == "awaiting_dispatcher"
    await desk.moves(f"cases/{unclear['case_id']}/dispatch", role="dispatcher", category="noise")
    sure = await desk.case()
    assert sure["state"] == "dispatched"
    assert await learned(desk) == {(UNCLEAR, "noise", False)}

    await handled(desk, sure)
    assert {category for _, category, _ in await learned(desk)} == {"noise", "group_rental"}

    # Answered at the desk and closed: no unit ever had it under what it was taken for.
    asked = await desk.case(ASKED_AT_DESK)
    await desk.moves(f"cases/{asked['case_id']}/answer", role="dispatcher", text="已告知")
    await desk.citizen_is_called_back(asked["case_id"], 1, Satisfied.SATISFIED)
    assert ((await desk.sees_case(asked["case_id"]))["state"], asked["category"]) == ("closed", "parking")
    assert {category for _, category, _ in await learned(desk)} == {"noise", "group_rental"}

    openings = await rows(desk, 'SELECT purpose, "by", cases FROM word_openings ORDER BY opened_at, cases')
    assert openings == [("training", "a test", 1), *[("training", "a test", 2)] * 2]
    kept = await rows(
        desk, "SELECT correction::text, sealed_words FROM cases WHERE correction->>'category' <> ''"
    )
    [(correction, sealed)] = kept
    assert '"noise"' in str(correction)
    assert not any(word in f"{correction}{sealed}" for word in (UNCLEAR, "首座御园"))

    # The desk reads with the model as soon as it looks for one, and says whose opinion it was.
    desk.flat.store.equipment.model.patience = 0
    manifest, _ = make(desk.keys / "model", own_texts())
    assert (desk.keys / "model" / MANIFEST).exists()
    heard = await desk.case(WANDA)
    assert any(f"the text model {manifest.version}" in each["explanation"] for each in heard["suggestions"])
    assert any(not each["by_rule"] for each in heard["suggestions"])
    assert len(heard["suggestions"]) <= 3
