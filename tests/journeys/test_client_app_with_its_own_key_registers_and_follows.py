"""ops make a key → its app registers → dispatched → resolved: followed in both languages."""

import pytest

from tests.kit.people import Refused
from tests.kit.stage import GROUP_RENTAL, STREET, Stage, instant


@pytest.mark.kafka
async def test_client_app_with_its_own_key_registers_and_follows(stage: Stage) -> None:
    history = stage.suite.history
    app = stage.suite.town.client_app(await stage.operator.makes_a_key("neighbourhood-app"))
    held = await app.reports(history.marked(GROUP_RENTAL), person=history.person())
    street, order_id = await stage.dispatched(held)
    order = await street.order(order_id)
    await stage.told(held, "dispatched")
    view = await app.follows(held)
    assert (view["unit"]["code"], view["status"]) == (STREET, "dispatched")
    assert instant(view["promised_at"]) == instant(order["resolve_by"])
    await stage.resolved(held)
    await stage.told(held, "resolved")
    said = {line["code"]: line["text"] for line in (await app.follows(held))["entries"]}
    assert said["signed"] == "观音寺街道已签收。"
    english = await app.follows(held, language="fr, en;q=0.8, zh;q=0.1")
    assert "观音寺街道 has taken it in hand." in [line["text"] for line in english["entries"]]
    with pytest.raises(Refused) as refused:
        await app.line.read("intake", "/cases")
    assert refused.value.status == 403, "a key registers; the desk's list is not for clients"
