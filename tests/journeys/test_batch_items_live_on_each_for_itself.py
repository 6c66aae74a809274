"""a batch → an outcome for each → (sent again: the same) → the good ones come to their units."""

from typing import Any

import pytest

from tests.kit.people import CitizenApp, Receipt
from tests.kit.stage import GROUP_RENTAL, NEIGHBOUR, STREET, Stage

ELSEWHERE = "大兴区天宫院街道天堂河小区有群租房，夜间噪声扰民"


@pytest.mark.kafka
async def test_batch_items_live_on_each_for_itself(stage: Stage) -> None:
    office = stage.suite.town.client_app(await stage.operator.makes_a_key("night-office"))
    wrong: list[dict[str, Any]] = [{"kind": "complain"}, {"place": {"unit": "110199999"}}]
    items = [
        _item(stage, GROUP_RENTAL, "first"),
        *(_item(stage, GROUP_RENTAL, f"wrong-{number}", **more) for number, more in enumerate(wrong)),
        _item(stage, ELSEWHERE, "last"),
    ]
    outcomes = await _sends(office, items)
    assert [one["client_id"] for one in outcomes] == ["first", "wrong-0", "wrong-1", "last"]
    assert [one["status"] for one in outcomes] == [201, 422, 422, 201]
    named = [error["field"] for one in outcomes[1:3] for error in one["problem"]["errors"]]
    assert named == ["kind", "place.unit"]
    assert await _sends(office, items) == outcomes, "the same cases, not others"
    for one, unit in ((outcomes[0], STREET), (outcomes[3], NEIGHBOUR)):
        case = one["case"]
        held = Receipt(case["case_id"], case["tracking_number"], case["access_code"])
        await stage.dispatched(held, unit)
        await stage.told(held, "dispatched")


def _item(stage: Stage, text: str, client_id: str, **more: Any) -> dict[str, Any]:
    person = stage.suite.history.person()
    wish = {"channel": "batch", "kind": "complaint", "text": stage.suite.history.marked(text)}
    return {**wish, "client_id": client_id, "contact": {"name": person.name, "phone": person.phone}, **more}


async def _sends(office: CitizenApp, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    answer = await office.line.say("intake", "/cases:batch", {"cases": items})
    assert answer.status == 200
    return list(answer.content["outcomes"])
