"""dispatched → not told → signed: the lead alone is told whom to call, in writing; never in confidence."""

import pytest

from tests.kit.people import Refused, Unit
from tests.kit.stage import ENFORCEMENT, GROUP_RENTAL, NEIGHBOUR, Stage


async def _is_refused(unit: Unit, order_id: str) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        await unit.looks_up_citizen(order_id)
    return refused.value.status, refused.value.reason


@pytest.mark.kafka
async def test_unit_at_work_learns_whom_to_call(stage: Stage) -> None:
    history, auditor = stage.suite.history, stage.operator.line
    person = history.person()
    held = await stage.app.reports(history.marked(GROUP_RENTAL), person=person)
    street, order_id = await stage.dispatched(held)
    assert await _is_refused(street, order_id) == (409, "sign_first")
    await street.signs(order_id)
    assert await auditor.pages("intake", "/contact-readings", case_id=held.case_id) == []
    assert await street.looks_up_citizen(order_id) == {"name": person.name, "phone": f"+86{person.phone}"}
    assert await _is_refused(stage.unit(NEIGHBOUR), order_id) == (404, "unknown_order")
    helper, part = await stage.dispatched(held, ENFORCEMENT)
    await helper.signs(part)
    assert await _is_refused(helper, part) == (409, "lead_only")
    (reading,) = await auditor.pages("intake", "/contact-readings", case_id=held.case_id)
    assert (reading["reader"], reading["purpose"], reading["found"]) == ("router", "handling", True)
    (by,) = await auditor.pages("router", "/contact-readings", case_id=held.case_id)
    assert (by["unit"], by["by"], by["order_id"]) == (street.code, f"clerk-{street.code}", order_id)
    await street.contacts(order_id, history.marked("已电话联系"))
    await street.resolves(order_id, history.marked("已拆除隔断"))
    assert await _is_refused(street, order_id) == (409, "sign_first")
    hidden = await stage.app.reports(history.marked(GROUP_RENTAL), person=history.person(confidential=True))
    _, other = await stage.dispatched(hidden)
    await street.signs(other)
    assert await _is_refused(street, other) == (403, "confidential_citizen")
