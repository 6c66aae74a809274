"""reported through Open311 → dispatched → signed → resolved → closed: strangers see state and unit alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.kit.people import Receipt, eventually
from tests.kit.stage import Stage

REQUESTS = "/open311/v2/requests"
AT_THE_GATE = {"lat": "39.71834567", "long": "116.33912345", "address_string": "大兴区观音寺街道首座御园"}


@dataclass(frozen=True, slots=True)
class Open311App:
    """An app that speaks GeoReport and nothing else."""

    client: httpx.AsyncClient
    api_key: str

    async def requests(self, **told: str) -> Mapping[str, Any]:
        """Send a request; what it is answered."""
        sent = await self.client.post(f"{REQUESTS}.json", data={"api_key": self.api_key, **told})
        assert sent.status_code == 200, sent.text
        (receipt,) = sent.json()
        return dict(receipt)

    async def sees(self, number: str) -> Mapping[str, Any]:
        """The request as anybody sees it."""
        (shown,) = await self._asks(f"{REQUESTS}/{number}.json")
        return dict(shown)

    async def lists(self, **asked: str) -> list[str]:
        """The numbers in the public list."""
        return [one["service_request_id"] for one in await self._asks(f"{REQUESTS}.json", **asked)]

    async def _asks(self, path: str, **asked: str) -> Any:
        answer = await self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.mark.kafka
async def test_open311_client_follows_its_request_until_it_is_closed(stage: Stage) -> None:
    app = Open311App(stage.suite.town.clients["intake"], await stage.operator.makes_a_key("open311-app"))
    person, words = stage.suite.history.person(), stage.suite.history.marked("楼下施工，夜里一点还在响")
    told = {"last_name": str(person.name), "phone": str(person.phone), "description": words}
    receipt = await app.requests(service_code="noise", **AT_THE_GATE, **told)
    assert "公开" in receipt["service_notice"]
    number = receipt["service_request_id"]
    held = await _at_the_desk(stage, number)
    lead = (await stage.state(held, "dispatched"))["orders"][0]["unit"]
    shown = await _noted(app, number, "已派单")
    assert shown["agency_responsible"] == (await stage.operator.unit(lead))["name"]
    assert (shown["status"], shown["lat"], shown["long"]) == ("open", 39.718, 116.339)
    assert shown["expected_datetime"] is not None
    assert (shown["address"], shown["description"]) == (None, None)
    unit, order_id = await stage.dispatched(held, lead)
    assert (await unit.order(order_id))["words"]["text"] == words
    await unit.signs(order_id)
    await _noted(app, number, "办理中")
    await unit.resolves(order_id, stage.suite.history.marked("已停工"))
    await stage.called_back(held)
    assert (await _noted(app, number, "已归档"))["status"] == "closed"
    assert number in await app.lists(status="closed", service_code="noise")


async def _at_the_desk(stage: Stage, number: str) -> Receipt:
    """The case behind the number. Open311 hands out no access code."""
    listed = await stage.dispatcher.registered(channel="open311")
    (case_id,) = (one["case_id"] for one in listed if one["tracking_number"] == number)
    return Receipt(case_id, number, "")


async def _noted(app: Open311App, number: str, notes: str) -> Mapping[str, Any]:
    return await eventually(
        lambda: app.sees(number), until=lambda shown: shown["status_notes"] == notes, what=notes
    )
