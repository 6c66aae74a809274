"""registered near by → offered → joined → merged: handled once with what both said; both called back."""

import pytest

from tests.kit.media import a_jpeg
from tests.kit.people import eventually
from tests.kit.stage import Stage

AT_THE_GATE = {"address": "大兴区观音寺街道首座御园", "lng": 116.3390, "lat": 39.7180}
NEXT_DOOR = {"address": "大兴区观音寺街道首座御园", "lng": 116.3400, "lat": 39.7185}
FLAT, SAME_FLAT = "3号楼有群租房，一套住了二十个人，夜间噪声扰民。", "楼里的群租房住了很多人，半夜噪声扰民。"


@pytest.mark.kafka
async def test_neighbour_joins_a_similar_case(stage: Stage) -> None:
    first = await stage.reported(FLAT, place=AT_THE_GATE, category="group_rental")
    await stage.dispatched(first)
    photo = await stage.app.hands_in(a_jpeg())
    second = await stage.reported(SAME_FLAT, place=NEXT_DOOR, category="group_rental", attachments=[photo])
    await stage.dispatched(second)
    (offer, *_) = await eventually(lambda: stage.app.similar(second), what="an offer")
    assert set(offer) == {"join_token", "category", "distance_m", "days"}, "nothing of the neighbour"
    await stage.app.joins(second, offer["join_token"])
    await stage.state(second, "merged")
    assert "join_asked" in await stage.told(second, "merged")
    added = stage.suite.history.marked("昨晚又吵到两点")
    await stage.app.supplements(second, added)
    street, order_id = await stage.dispatched(first)
    order = await eventually(
        lambda: street.order(order_id), until=lambda seen: seen["joined"][0]["supplements"], what="the words"
    )
    (joined,) = order["joined"]
    assert joined["case_id"] == second.case_id
    assert SAME_FLAT in joined["words"]["text"]
    assert [each["text"] for each in joined["supplements"]] == [added]
    assert len(await street.photos(second.case_id)) == 1
    await stage.resolved(first)
    for held in (first, second):
        await stage.called_back(held)
        await stage.state(held, "closed")
