"""dispatched to one street → another one asks for it → not found, as if it were not there."""

from uuid import uuid4

import pytest

from tests.kit.people import Refused
from tests.kit.stage import COMMUNITY, DAXING, FIRE, NEIGHBOUR, STREET, Stage


@pytest.mark.kafka
async def test_other_units_order_is_not_found(stage: Stage) -> None:
    held = await stage.reported()
    street, order_id = await stage.dispatched(held)
    stranger = stage.unit("110115008")
    nowhere = str(uuid4())
    for asked, missing in (
        (stranger.order(order_id), stranger.order(nowhere)),
        (stranger.signs(order_id), stranger.signs(nowhere)),
        (stranger.order_of(held.case_id), stranger.order_of(nowhere)),
    ):
        seen = [await _refused(asked), await _refused(missing)]
        assert [refusal.status for refusal in seen] == [404, 404]
        assert seen[0].reason == seen[1].reason
    for path in (f"/work-orders/{order_id}/sign", f"/cases/{held.case_id}/dispatch"):
        refusal = await _refused(stranger.line.say("router", path, None, headers={"If-Match": "*"}))
        assert refusal.status == (404 if "work-orders" in path else 403)
    assert (await stage.unit(DAXING).order(order_id))["unit"] == STREET, "the district looks on"
    await street.assigns(order_id, COMMUNITY)
    assert (await stage.unit(COMMUNITY).order(order_id))["assigned_to"] == COMMUNITY


@pytest.mark.kafka
async def test_other_units_whistle_is_not_found(stage: Stage) -> None:
    reason = stage.suite.history.marked("消防隐患")
    blown = await stage.unit().blows("key_work", departments=[FIRE], reason=reason, site={"unit": STREET})
    stranger = stage.unit(NEIGHBOUR)
    for asked in (
        stranger.whistle(blown["whistle_id"]),
        stranger.closes_whistle(blown["whistle_id"]),
        stranger.whistle(str(uuid4())),
    ):
        assert (await _refused(asked)).status == 404


async def _refused(asked: object) -> Refused:
    with pytest.raises(Refused) as refused:
        await asked  # type: ignore[misc]
    return refused.value
