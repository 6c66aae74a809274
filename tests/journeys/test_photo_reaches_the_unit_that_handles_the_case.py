"""uploaded → laid to the case → dispatched → another added: the units that have it see them, nobody else."""

import httpx
import pytest

from tests.kit.media import a_jpeg
from tests.kit.people import Refused, eventually
from tests.kit.stage import DAXING, NEIGHBOUR, STREET, Stage


@pytest.mark.kafka
async def test_photo_reaches_the_unit_that_handles_the_case(stage: Stage) -> None:
    photo = await stage.app.hands_in(a_jpeg(gps=True, maker="secret maker"))
    held = await stage.reported(attachments=[photo])
    street, order_id = await stage.dispatched(held)
    await stage.told(held, "dispatched")
    for unit in (stage.unit(STREET), stage.unit(DAXING)):
        (link,) = await unit.photos(held.case_id)
        async with httpx.AsyncClient(base_url=unit.line.clients["intake"].base_url) as browser:
            seen = await browser.get(link)
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert b"secret maker" not in seen.content
    later = await stage.app.hands_in(a_jpeg(size=(30, 20)))
    added = stage.suite.history.marked("昨晚拍的")
    await stage.app.supplements(held, added, attachments=[later])
    order = await eventually(
        lambda: street.order(order_id), until=lambda seen: seen["supplements"], what="what was added"
    )
    told = [(each["text"], each["attachments"]) for each in order["supplements"]]
    assert (order["words"]["attachments"], told) == (1, [(added, 1)])
    assert len(await street.photos(held.case_id)) == 2
    with pytest.raises(Refused) as refused:
        await stage.unit(NEIGHBOUR).photos(held.case_id)
    assert refused.value.status == 404
