"""registered near by → offered → joined → merged: handled once with what both said; both called back."""

import pytest

from tests.kit.media import a_jpeg
from tests.kit.people import eventually
from tests.kit.stage import Stage

AT_THE_GATE = {"address": "大兴区观音寺街道首座御园", "lng": 116.3390, "lat": 39.7180}
NEXT_DOOR = {"address": "大兴区观音寺街道首座御园", "lng": 116.3400, "lat": 39.7185}
STALLS, SAME_STALLS = (
    "门口烧烤摊占道经营，油烟大，夜里吵得睡不着。",
    "烧烤摊又占道经营，半夜还很吵，油烟呛人。",
)


@pytest.mark.kafka
async def test_neighbour_joins_a_similar_case(stage: Stage) -> None:
    first = await stage.reported(STALLS, place=AT_THE_GATE, category="street_trading")
    await stage.dispatched(first)
    photo = await stage.app.hands_in(a_jpeg())
    second = await stage.reported(
        SAME_STALLS, place=NEXT_DOOR, category="street_trading", attachments=[photo]
    )
    await stage.dispatched(second)
    (offer, *_) = await eventually(lambda: stage.app.similar(second), what="an offer")
    assert set(offer) == {"join_token", "category", "within_m", "days"}, "nothing of the neighbour"
    await stage.app.joins(second, offer["join_token"])
    await stage.state(second, "merged")
    assert "join_asked" in await stage.told(second, "merged")
    followed = [await stage.app.follows(held) for held in (first, second)]
    assert followed[1]["promised_at"] == followed[0]["promised_at"], "both wait for the same unit"
    added = stage.suite.history.marked("昨晚又吵到两点")
    await stage.app.supplements(second, added)
    street, order_id = await stage.dispatched(first)
    order = await eventually(
        lambda: street.order(order_id), until=lambda seen: seen["joined"][0]["supplements"], what="the words"
    )
    (joined,) = order["joined"]
    assert joined["case_id"] == second.case_id
    assert SAME_STALLS in joined["words"]["text"]
    assert [each["text"] for each in joined["supplements"]] == [added]
    assert len(await street.photos(second.case_id)) == 1
    await stage.resolved(first)
    for held in (first, second):
        await stage.called_back(held)
        await stage.state(held, "closed")
