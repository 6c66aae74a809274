"""ops make a key → its app registers → dispatched → resolved: followed in both languages; a lost code is
given anew.
"""

from dataclasses import replace

import pytest

from tests.kit.people import Refused
from tests.kit.stage import GROUP_RENTAL, STREET, Stage, instant


@pytest.mark.kafka
async def test_client_app_with_its_own_key_registers_and_follows(stage: Stage) -> None:
    history = stage.suite.history
    app = stage.suite.town.client_app(await stage.operator.makes_a_key("neighbourhood-app"))
    person = history.person()
    held = await app.reports(history.marked(GROUP_RENTAL), person=person)
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
    (found,) = await stage.dispatcher.finds_by_phone(str(person.phone))
    assert (found["case_id"], found["unit"]["code"]) == (held.case_id, STREET)
    code = await stage.dispatcher.gives_code(found["tracking_number"], str(person.phone))
    history.marks.add(code)
    with pytest.raises(Refused) as refused:
        await app.follows(held)
    assert refused.value.status == 404, "the code that was lost opens nothing any more"
    entries = (await app.follows(replace(held, access_code=code)))["entries"]
    assert [line["code"] for line in entries].count("access_code_given") == 1
    acts = [one["act"] for one in await stage.operator.line.pages("intake", "/lookups", case_id=held.case_id)]
    assert acts == ["new_code", "search"]
