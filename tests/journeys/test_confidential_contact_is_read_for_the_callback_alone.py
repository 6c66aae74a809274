"""asked in confidence → dispatched → resolved → called back: only the caller learns who asked, in writing."""

import json

import pytest

from tests.kit.people import Refused
from tests.kit.stage import STREET, Stage, instant


@pytest.mark.kafka
async def test_confidential_contact_is_read_for_the_callback_alone(stage: Stage) -> None:
    history, auditor = stage.suite.history, stage.operator.line
    person = history.person(confidential=True)
    held = await stage.app.reports(
        history.marked("大兴区观音寺街道首座御园有群租房，夜间噪声扰民"), person=person
    )
    order_id = await stage.resolved(held, STREET)
    order = await stage.unit().order(order_id)
    assert order["confidential"]
    assert not any(
        str(known) in json.dumps(order, ensure_ascii=False) for known in (person.name, person.phone)
    )
    assert await auditor.pages("intake", "/contact-readings", case_id=held.case_id) == []
    waiting = await stage.callback(held)
    stage.suite.clock.until(instant(waiting["due_at"]))
    stage.suite.clock.until_citizens_may_be_called()
    shown = (await stage.caller.claims(waiting["callback_id"]))["contact"]
    assert (shown["name"], shown["phone"]) == (person.name, f"+86{person.phone}")
    (reading,) = await auditor.pages("intake", "/contact-readings", case_id=held.case_id)
    assert (reading["reader"], reading["purpose"], reading["found"]) == ("survey", "callback", True)
    (by,) = await auditor.pages("survey", "/contact-readings", case_id=held.case_id)
    assert by["by"] == "caller-1"
    for service in ("intake", "survey"):
        with pytest.raises(Refused) as refused:
            await stage.dispatcher.line.pages(service, "/contact-readings", case_id=held.case_id)
        assert refused.value.status == 403
